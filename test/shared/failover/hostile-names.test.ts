import { describe, expect, test } from '@jest/globals';
import { canonicalJson, isJson } from '../../../shared/domain/model/canonical-json.ts';
import { byName, logEnds } from '../../../shared/failover/ends-by-topic.ts';
import { endsDiffer } from '../../../shared/failover/log-ends.ts';
import { failoverPoints } from '../../../shared/failover/steps/record-points.ts';
import { begin } from './begin-run.ts';
import { FakeWorld } from './failover-world.ts';

/** Topics and groups that Kafka accepts, and that every JavaScript object seems to have. */
const HOSTILE = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf'];

describe.each(HOSTILE)('a topic and a group called %s', (name) => {
  test('are failed over like others, and their run is read again', async () => {
    const fake = new FakeWorld();
    fake.topic = name;
    fake.targetTopic = name;
    fake.groups = [name];
    const run = await begin(fake);
    expect((await run.run()).kind).toBe('completed');
    // What is stored is text: what is read back has its own check of every hash.
    const { record } = await run.stored();
    const points = record.steps.get('record-points');
    const { targetEnds } = failoverPoints.parse(points?.kind === 'done' ? points.evidence : null);
    expect(Object.entries(targetEnds)).toEqual([[name, ['100']]]);
    expect(record.subject.groups).toEqual([name]);
  });

  test('the source is found to have been written to', async () => {
    const fake = new FakeWorld();
    fake.topic = name;
    fake.targetTopic = name;
    const run = await begin(fake);
    fake.hazard = (what, when) => {
      if (what === 'cut=true' && when === 'after') fake.sourceEnd++;
    };
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'verify', code: 'SOURCE_WRITTEN' });
  });

  test('ends are read from JSON, and what is not there is not found', () => {
    const ends = logEnds.parse(JSON.parse(`{"${name}":["7"]}`));
    expect(ends[name]).toEqual(['7']);
    expect(endsDiffer(ends, byName([[name, ['8']]]))).toBe(`${name}-0 ended at 7 and now ends at 8`);
    expect(endsDiffer(ends, ends)).toBeNull();
    expect(logEnds.parse({})[name]).toBeUndefined();
    expect(byName([])[name]).toBeUndefined();
    expect(canonicalJson(ends)).toBe(`{"${name}":["7"]}`);
    expect(logEnds.safeParse(JSON.parse(`{"${name}":[7]}`)).success).toBe(false);
    expect(isJson(JSON.parse(`{"${name}":{"${name}":[null]}}`))).toBe(true);
  });
});
