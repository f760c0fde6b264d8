import { describe, expect, test } from '@jest/globals';
import { type Outage, planCapacity } from '../../../../shared/domain/tune/capacity.ts';
import type { FlowMeasurement } from '../../../../shared/domain/tune/measurement.ts';
import { retentionOf } from '../../../../shared/domain/tune/retention.ts';
import { taskOf } from '../judge/mirror-metrics-fixture.ts';
import { KEEPS_UP, metricsAt, SLOW } from './measured-flow.ts';

const FOREVER = { kind: 'known', ms: null, topic: null, bySize: [] } as const;
const plan = (measurement: FlowMeasurement, over: Partial<Outage> = {}) =>
  planCapacity(measurement, FOREVER, { hours: 1, withinHours: 1, ...over });

describe('catching up after an outage', () => {
  test('takes what waits by what the mirror can do beyond what is written', () => {
    // 200 records a second written, 300 mirrored while records wait.
    const planned = plan(SLOW);
    expect(planned.capacity).toEqual({ kind: 'known', perSecond: 300, from: 'measured' });
    expect(planned.backlog).toBe(200n * 3_600n + 90_000n);
    expect(planned.catchUp).toEqual({ kind: 'known', hours: 810_000 / 100 / 3_600, isAtMost: false });
    expect(planned.needed).toBe(200 + 810_000 / 3_600);
    expect(planned.tasksNeeded).toMatchObject({ kind: 'known', count: 2 });
    expect(planned.partitionsNeeded).toMatchObject({ kind: 'known', count: 2 });
  });

  test('never ends if producers write as much as the mirror can do', () => {
    expect(plan(SLOW, { sourceRate: 300 }).catchUp).toEqual({ kind: 'never' });
  });

  test('of a mirror that keeps up nothing shows how long it takes, unless somebody measured it', () => {
    const planned = plan(KEEPS_UP);
    expect(planned.capacity).toMatchObject({ kind: 'at-least', perSecond: 200 });
    expect(planned.catchUp.kind).toBe('unknown');
    expect(planned.tasksNeeded.kind).toBe('unknown');
    expect(plan(KEEPS_UP, { capacity: 1_000 }).catchUp).toMatchObject({ kind: 'known', isAtMost: false });
    expect(plan(KEEPS_UP, { sourceRate: 100 }).catchUp).toMatchObject({ kind: 'known', isAtMost: true });
  });

  test('of a mirror that has stopped it is unknown', () => {
    const still = { ...SLOW, partitions: SLOW.partitions.map((one) => ({ ...one, mirrored: 0n })) };
    expect([plan(still).capacity.kind, plan(still).catchUp.kind]).toEqual(['unknown', 'unknown']);
  });

  test('needs more partitions than it has if one task cannot mirror the busiest in time', () => {
    const [busy, other] = SLOW.partitions;
    if (busy === undefined || other === undefined) throw new Error('two partitions');
    const skewed = {
      ...SLOW,
      partitions: [
        { ...busy, written: 11_000n },
        { ...other, written: 1_000n },
      ],
    };
    expect(plan(skewed).partitionsNeeded).toMatchObject({
      kind: 'known',
      count: 4,
      reason: expect.stringContaining('92 %'),
    });
    const many = { ...SLOW, metrics: metricsAt([0, 1].map((task) => taskOf(task))) };
    expect(plan(many, { withinHours: 0.5 }).tasksNeeded).toMatchObject({ count: 5 });
  });

  test('without tasks or records some of it is unknown', () => {
    const { metrics: _, ...blind } = SLOW;
    expect(plan(blind)).toMatchObject({
      tasks: null,
      tasksNeeded: { kind: 'unknown' },
      partitionsNeeded: { kind: 'unknown' },
    });
    const quiet = { ...SLOW, partitions: SLOW.partitions.map((one) => ({ ...one, written: 0n })) };
    expect(plan(quiet).partitionsNeeded.kind).toBe('unknown');
  });
});

describe('what an outage loses to retention', () => {
  const lost = (configs: Record<string, Record<string, string>>, hours = 8) =>
    planCapacity(
      SLOW,
      retentionOf(new Map(Object.entries(configs).map(([topic, config]) => [topic, new Map(Object.entries(config))]))),
      { hours, withinHours: 1 },
    ).lost;
  const hour = 3_600_000;

  test('is what the source deletes first', () => {
    const configs = { a: { 'retention.ms': String(24 * hour) }, b: { 'retention.ms': String(6 * hour) } };
    expect(lost(configs)).toEqual({ kind: 'expires', topic: 'b', afterHours: 6 });
    expect(lost(configs, 5)).toEqual({ kind: 'none' });
  });

  test('is nothing of topics that are compacted or kept for ever', () => {
    expect(lost({ a: { 'retention.ms': '1', 'cleanup.policy': 'compact' }, b: { 'retention.ms': '-1' } })).toEqual({
      kind: 'none',
    });
  });

  test('is unknown where size decides, or what was set was not read', () => {
    expect(lost({ a: { 'retention.ms': '-1', 'retention.bytes': '1000' } })).toMatchObject({ kind: 'unknown' });
    expect(lost({ a: {} })).toMatchObject({ kind: 'unknown' });
  });
});
