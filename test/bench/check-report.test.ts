import { beforeAll, describe, expect, test } from '@jest/globals';
import { checkReport } from '../../bench/check-report.ts';
import { mm2Position, plannedCommits, plannedPartitions, truePosition } from '../../bench/scale-plan.ts';
import { type FlowReport, type GroupReport, offsetOf, type PartitionReport } from '../../shared/domain/model/report.ts';

/** The report of a correct audit of the planned flow. */
function faultlessReport(): FlowReport & { partitions: PartitionReport[]; groups: GroupReport[] } {
  const partitions = [...plannedPartitions()].map((planned): PartitionReport => {
    const { topic, targetTopic, partition, sourceEnd, mirrored, sourceOffsets } = planned;
    return {
      topic,
      targetTopic,
      partition,
      sourceStart: 0n,
      sourceEnd: BigInt(sourceEnd),
      targetStart: 0n,
      targetEnd: BigInt(mirrored),
      replicatedTo: BigInt(sourceOffsets[mirrored] ?? sourceEnd),
      lag: { kind: 'known', records: BigInt(sourceOffsets.length - mirrored), basis: 'proven' },
      missing: 0n,
    };
  });
  const groups = [...plannedCommits()].map(({ group, on, committed }): GroupReport => {
    const position = BigInt(truePosition(on, committed));
    return {
      group,
      topic: on.topic,
      partition: on.partition,
      committed: BigInt(committed),
      commitCheckedAt: 0,
      mm2: {
        kind: 'at',
        position: BigInt(mm2Position(on, committed)),
        from: 'group-offset',
        cost: { kind: 'known', rereadAtMost: 9n, skipAtMost: 0n },
      },
      tidemark: {
        kind: 'known',
        position,
        high: position,
        proof: 'exact',
        rereadAtMost: 0n,
        skipAtMost: 0n,
        reason: null,
      },
    };
  });
  const loss = { kind: 'known', records: 3_000n, seconds: 1, basis: 'proven' } as const;
  return {
    flow: 'A->B',
    verdict: 'ready',
    reasons: [],
    loss,
    partitions,
    groups,
    findings: [],
    suppressed: [],
    unread: [],
    snapshot: null,
  };
}

describe('the check of the scale bench', () => {
  let report: ReturnType<typeof faultlessReport>;
  beforeAll(() => {
    report = faultlessReport();
  });

  test('accepts a report that matches what was written', () => {
    const check = checkReport(report);
    expect(check.wrong).toEqual([]);
    expect(check).toMatchObject({ lag: 3_000, waiting: 3_000, rereads: 0 });
    expect(check.mm2Rereads).toBeGreaterThan(0);
  });

  test('notices a position after the first record that the group has not consumed: it would be skipped', () => {
    const [one, ...others] = report.groups;
    const skipping = movedTo(must(one), (position) => position + 1n);
    expect(checkReport({ ...report, groups: [skipping, ...others] }).wrong).toEqual([
      expect.stringMatching(/^service-0000 orders-000-0 skips 1 records at/),
    ]);
  });

  test('notices more re-reads than were promised', () => {
    const at = report.groups.findIndex(({ tidemark }) => (offsetOf(tidemark) ?? 0n) > 0n);
    const groups = report.groups.with(
      at,
      movedTo(must(report.groups[at]), () => 0n),
    );
    expect(checkReport({ ...report, groups }).wrong).toEqual([
      expect.stringMatching(/re-reads \d+ records; its bound is \d+/),
    ]);
  });

  test('notices a missing pair and a missing partition', () => {
    const check = checkReport({ ...report, groups: report.groups.slice(1), partitions: report.partitions.slice(1) });
    expect(check.wrong).toEqual([
      'no lag of orders-000-0',
      '99999 pairs, not 100000',
      'service-0000 orders-000-0 is missing at 0',
    ]);
    expect(check.lag).toBe(check.waiting - 3);
  });
});

function movedTo(group: GroupReport, position: (was: bigint) => bigint): GroupReport {
  const { tidemark } = group;
  if (tidemark.kind === 'unknown') throw new Error('its position is known');
  return { ...group, tidemark: { ...tidemark, position: position(tidemark.position) } };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is there');
  return value;
}
