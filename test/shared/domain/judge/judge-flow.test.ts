import { describe, expect, test } from '@jest/globals';
import { statesByPartition } from '../../../../shared/domain/judge/judge-flow.ts';
import { SOURCE_DOWN } from './case-parts.ts';
import { type FlowCase, MINUTE, type PartitionCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';
import { codesOf, judge } from './judge-case.ts';

describe('what an audit says of a flow', () => {
  test('what it loses at least, where that is less than what it may lose', () => {
    // The target has room for all that waits behind the newest sync.
    const room: PartitionCase = {
      source: [0n, 56n],
      target: [0n, 60n],
      syncs: [
        [0n, 0n],
        [1n, 4n],
      ],
    };
    const told = (partition: PartitionCase) => {
      const { loss, lossAtLeast } = judge({ partition, groups: [] });
      return [loss.kind === 'known' ? loss.records : null, lossAtLeast];
    };
    expect(told(room)).toEqual([54n, 0n]);
    expect(told({ source: [0n, 1_051n] })).toEqual([50n, undefined]);
    expect(told({ source: 'unread' })).toEqual([null, undefined]);
  });

  test('a healthy one: ready, and nothing to say', () => {
    const { flow, verdict, reasons, loss, findings, unread } = judge();
    expect({ flow, verdict, reasons, loss, findings, unread }).toEqual({
      flow: 'A->B',
      verdict: 'ready',
      reasons: [],
      loss: { kind: 'known', records: 0n, seconds: 0, basis: 'proven' },
      findings: [],
      unread: [],
    });
  });

  test('is made of its own findings, those of every topic and those of every group', () => {
    const stalled = { syncs: [], connect: null, target: [0n, 0n] as const };
    const of: FlowCase = {
      heartbeat: { agoMs: MINUTE },
      topics: [
        {},
        { topic: 'stock', partitions: [stalled, {}], targetPartitions: 1 },
        { topic: 'other', targetPartitions: 2 },
      ],
      groups: [{ group: 'a' }, { group: 'b', stateOnTarget: 'Stable' }, { group: 'c', stateOnTarget: 'Stable' }],
    };
    const { findings, verdict } = judge(of);
    expect(findings.map(({ code, subject }) => `${code} ${subject.topic ?? subject.group ?? subject.cluster}`)).toEqual(
      [
        'MIRROR_STOPPED B',
        'PARTITION_COUNT_DIFFERS stock',
        'PARTITION_COUNT_DIFFERS other',
        'TARGET_GROUP_ACTIVE b',
        'TARGET_GROUP_ACTIVE c',
        'RECORDS_UNACCOUNTED stock',
      ],
    );
    expect(verdict).toBe('not-ready');
  });

  test('findings of a group are told once for all its partitions', () => {
    const position = { committed: 500n, onTarget: 600n, checkpoint: 500n };
    const positions = [position, { ...position, topic: 'stock' }, { ...position, topic: 'stock', partition: 1 }];
    const of: FlowCase = { topics: [{}, { topic: 'stock', partitions: [{}, {}] }], group: { positions } };
    const { findings } = judge(of);
    expect(codesOf({ findings })).toEqual(['TARGET_POSITION_SKIPS']);
    expect(findings[0]?.evidence).toMatchObject({ records: 300n, partitions: 3 });
  });

  test('the limits are those of the policy', () => {
    const of: FlowCase = { partition: { source: [0n, 1_011n] }, heartbeat: { agoMs: 10_000 } };
    const policy = { maxLossRecords: 9n, heartbeatStaleMs: 9_999 };
    expect([codesOf(judge(of)), codesOf(judge({ ...of, policy }))]).toEqual([
      [],
      ['LOSS_OVER_LIMIT', 'HEARTBEAT_STALE'],
    ]);
  });

  test('what could not be read is handed on', () => {
    expect(judge({ unread: [SOURCE_DOWN] }).unread).toEqual([SOURCE_DOWN]);
  });

  test('a topic of which nothing was put together has no findings of its partitions', () => {
    const { observation, states, policy } = flowCase({ topics: [{}, { topic: 'stock', partitions: [] }] });
    expect(states).toHaveLength(1);
    expect([...statesByPartition(states).entries()].map(([topic, partition]) => [topic, partition])).toEqual([
      ['orders', 0],
    ]);
    expect([observation.topics.length, policy.probeBudget]).toEqual([2, 500]);
    expect(codesOf(judge({ topics: [{}, { topic: 'stock', partitions: [] }] }))).toEqual([]);
  });
});
