import { describe, expect, test } from '@jest/globals';
import { renderCapacityTable } from '../../../../cli/verbs/plan-capacity/table.ts';
import { renderTuneTable } from '../../../../cli/verbs/tune/table.ts';
import { advise } from '../../../../shared/domain/tune/advise.ts';
import { planCapacity } from '../../../../shared/domain/tune/capacity.ts';
import type { FlowMeasurement } from '../../../../shared/domain/tune/measurement.ts';
import { FLOW, KEEPS_UP, LIMITS, SLOW } from '../../../shared/domain/tune/measured-flow.ts';

const look = { width: 100, paint: (_: string, text: string) => text };
const printed = (measurement: FlowMeasurement) =>
  [...renderTuneTable([{ flow: 'A->B', measurement, tuning: advise(measurement, FLOW, LIMITS) }], look)].join('');

describe('tidemark tune', () => {
  test('prints what to set, why, and what it gains, before what to leave', () => {
    const text = printed(SLOW);
    expect(text.split('\n').slice(0, 4)).toEqual([
      'A->B  200 records/s written, 300 records/s mirrored, in 60 s',
      '  The mirror is behind: 90,000 records wait, which takes it 5 min at this rate.',
      '',
      '  producer.override.batch.size = 327680 (now 16384), of the MirrorSourceConnector',
    ]);
    expect(text).toContain('Gain: at most 20.3 times as fast.');
    expect(text.indexOf('Gain:')).toBeLessThan(text.indexOf('linger: leave it, because'));
  });

  test('says so where nothing is to be changed', () => {
    expect(printed(KEEPS_UP)).toContain('  The mirror keeps up with its source.\n\n  Nothing to change.\n');
  });

  test('fits the terminal, and shows no hidden character of a reason', () => {
    const reason = `broker \u001b[31m is down ${'x '.repeat(200)}`;
    const text = printed({ ...SLOW, backlog: { kind: 'unknown', reason } });
    expect(text).not.toContain('\u001b');
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });
});

test('tidemark plan-capacity prints every figure, and why one is unknown', () => {
  const outage = { hours: 8, withinHours: 2 };
  const kept = { kind: 'known', ms: null, topic: null, bySize: [] } as const;
  const of = (measurement: FlowMeasurement) =>
    [
      ...renderCapacityTable(
        outage,
        [{ flow: 'A->B', seconds: 60, plan: planCapacity(measurement, kept, outage) }],
        look,
      ),
    ].join('');
  expect(of(SLOW).split('\n')).toEqual([
    'A->B  outage of 8 h, to be caught up 2 h later',
    '  written             200 records/s',
    '  the mirror can do   300 records/s, measured while records waited',
    '  it has              2 partitions, 1 task',
    '  waits then          5,850,000 records',
    '  catching up takes   16 h',
    '  for 2 h it needs    1,013 records/s',
    '  tasks for that      4: 1 now, each with 300 records/s, if workers and brokers have room',
    expect.stringMatching(/^ {2}partitions for that/),
    expect.stringMatching(/^ {2,22}/),
    '  lost meanwhile      nothing: the source keeps its records for longer',
    '',
  ]);
  expect(of(KEEPS_UP)).toContain('catching up takes   unknown: the mirror keeps up');
});
