import { describe, expect, test } from '@jest/globals';
import type { FindingCode } from '../../../../../shared/contract/finding-codes.ts';
import { type FlowCase, HEALTHY_SYNCS, MINUTE, SECOND } from '../case-shapes.ts';
import { auditsInARow } from '../judge-case.ts';
import { describeFamilies } from './finding-family.ts';
import { RECREATION_FINDINGS } from './recreation-findings.cases.ts';

describeFamilies(RECREATION_FINDINGS);

// From the second audit on, the history alone shows it. The history keeps that the log is a new one, not how an audit saw that.
test('a log that was cut off is not said to have another topic id, now or later', () => {
  const cut: FlowCase = { partition: { source: [0n, 500n] }, groups: [] };
  const [, first, second] = auditsInARow([{ groups: [] }, cut, cut]).map(({ report }) => report.findings[0]?.message);
  expect(first).toContain('it ends before offsets that MM2 has mirrored');
  expect(second).toContain('an earlier audit noticed that its log is a new one');
});

/** What audits in a row say of one code: the severity and the count of records, or null where it is closed. */
function told(code: FindingCode, cases: readonly FlowCase[]) {
  return auditsInARow(cases).map(({ report }) => {
    const found = report.findings.find((finding) => finding.code === code);
    return found === undefined ? null : [found.severity, found.evidence.passedOver ?? found.evidence.missing];
  });
}

const NO_GROUPS = { groups: [] } as const;
const LOOKED = { holds: () => true, counted: true } as const;
/** A new source topic of the same name that has grown past where MM2 stood in the old one. */
const NEW_SOURCE: FlowCase = {
  topic: { sourceId: 'two' },
  partition: { source: [0n, 1_500n], firstRecordAgoMs: 10 * MINUTE, ...LOOKED },
  ...NO_GROUPS,
};
/** A new target topic that is still empty. */
const NEW_TARGET: FlowCase = { topic: { targetId: 'two' }, partition: { target: [0n, 0n], ...LOOKED }, ...NO_GROUPS };

test('SOURCE_TOPIC_RECREATED stays critical after MM2 has mirrored the new topic from its start', () => {
  const mirrored: FlowCase = {
    ...NEW_SOURCE,
    partition: {
      ...NEW_SOURCE.partition,
      syncs: [...HEALTHY_SYNCS, [0n, 1_001n, { agoMs: SECOND }], [1_499n, 2_500n, { agoMs: SECOND }]],
      target: [0n, 2_501n],
    },
  };
  expect(told('SOURCE_TOPIC_RECREATED', [{ topic: { sourceId: 'one' }, ...NO_GROUPS }, NEW_SOURCE, mirrored])).toEqual([
    null,
    ['critical', 1_001n],
    ['critical', 0n],
  ]);
});

test('SOURCE_TOPIC_RECREATED opens when the source answers again, if it was down while the topic was replaced', () => {
  const before: FlowCase = { topic: { sourceId: 'one' }, ...NO_GROUPS };
  const down: FlowCase = { down: 'source', ...NO_GROUPS };
  expect(told('SOURCE_TOPIC_RECREATED', [before, down, NEW_SOURCE])).toEqual([null, null, ['critical', 1_001n]]);
});

test('TARGET_TOPIC_RECREATED turns into an info when MM2 has mirrored all of it again', () => {
  const mirrored: FlowCase = {
    ...NEW_TARGET,
    partition: { syncs: [...HEALTHY_SYNCS, [0n, 0n, { agoMs: SECOND }], [1_000n, 1_000n, { agoMs: SECOND }]] },
  };
  expect(told('TARGET_TOPIC_RECREATED', [{ topic: { targetId: 'one' }, ...NO_GROUPS }, NEW_TARGET, mirrored])).toEqual([
    null,
    ['critical', 1_001n],
    ['info', 0n],
  ]);
});

test('TARGET_TOPIC_RECREATED opens when the new topic is there, if an audit between found none', () => {
  const before: FlowCase = { topic: { targetId: 'one' }, ...NO_GROUPS };
  const none: FlowCase = { topic: { notOnTarget: true }, partition: LOOKED, ...NO_GROUPS };
  expect(told('TARGET_TOPIC_RECREATED', [before, none, NEW_TARGET])).toEqual([null, null, ['critical', 1_001n]]);
});

// The ids alone show these replacements.
describe('without a sync of the topic', () => {
  const OFF = { syncs: 'off', ...NO_GROUPS } as const;

  test('a flow whose source topic has another id is not ready: MM2 never mirrors its first records', () => {
    const moved: FlowCase = {
      ...OFF,
      topic: { sourceId: 'two' },
      partition: { ...NEW_SOURCE.partition, connect: 1_499n, target: [0n, 1_500n] },
    };
    const [, audit] = auditsInARow([{ ...OFF, topic: { sourceId: 'one' } }, moved]);
    expect(audit?.report.verdict).not.toBe('ready');
  });

  test('a target topic with another id was mirrored before, so that its head is not said to be never mirrored', () => {
    const before: FlowCase = { ...OFF, topic: { targetId: 'one' } };
    const [, audit] = auditsInARow([before, { ...NEW_TARGET, ...OFF }]);
    expect(audit?.report.findings.map(({ code }) => code)).toEqual(['TARGET_TOPIC_RECREATED']);
  });
});

test('what was lost with a replaced topic is not said to be 0 where nobody can read it', () => {
  const before: FlowCase = { topic: { targetId: 'one' }, ...NO_GROUPS };
  const dead: FlowCase = { ...NEW_TARGET, down: 'source', syncsKnown: true };
  expect(told('TARGET_TOPIC_RECREATED', [before, dead])).not.toEqual([null, ['critical', 0n]]);
});
