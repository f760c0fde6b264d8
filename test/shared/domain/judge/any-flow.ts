import fc from 'fast-check';
import { peek, record } from './case-parts.ts';
import {
  AT,
  DAY,
  type FlowCase,
  type GroupCase,
  HOUR,
  MINUTE,
  type PartitionCase,
  type SyncCase,
} from './case-shapes.ts';

/** How a partition's syncs go on from one to the next: mostly in step, with gaps, surplus, restarts and recreations. */
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ up: fc.bigInt(1n, 300n), lost: fc.constant(0n) }) },
  { weight: 3, arbitrary: fc.record({ up: fc.bigInt(1n, 300n), lost: fc.bigInt(-4n, 60n) }) },
  { weight: 1, arbitrary: fc.record({ up: fc.bigInt(-150n, 0n), lost: fc.bigInt(-200n, -150n) }) },
);

/** Where a log ends, seen from the newest sync; where it begins. */
const anyEnd = fc.oneof(
  { weight: 5, arbitrary: fc.constant(1n) },
  { weight: 4, arbitrary: fc.bigInt(1n, 300n) },
  { weight: 1, arbitrary: fc.bigInt(-200n, 0n) },
);
const anyStart = fc.oneof({ weight: 4, arbitrary: fc.constant(0n) }, { weight: 1, arbitrary: fc.bigInt(0n, 2_000n) });
const anyAge = fc.constantFrom(1_000, 14_000, 20_000, MINUTE, 5 * MINUTE, HOUR, 3 * HOUR, DAY, 2 * DAY);
const rarely = <T>(value: T) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constant(value) });

export const anyPartition: fc.Arbitrary<PartitionCase> = fc
  .record({
    steps: fc.array(anyStep, { maxLength: 6 }),
    sourceEnd: anyEnd,
    targetEnd: anyEnd,
    sourceStart: anyStart,
    targetStart: anyStart,
    sourceUnread: rarely(true),
    targetUnread: rarely(true),
    silent: rarely(true),
    syncedAgoMs: anyAge,
    connectAgoMs: anyAge,
    firstRecordAgoMs: anyAge,
    reckoning: fc.constantFrom(undefined, 'confirmed', 'refuted'),
    waitsMs: fc.option(anyAge, { nil: null }),
  })
  .map((of): PartitionCase => {
    let [up, down] = [0n, 0n];
    const syncs: SyncCase[] = [[up, down]];
    for (const { up: by, lost } of of.steps) {
      up = larger(0n, up + by);
      down = larger(0n, down + larger(1n, by - lost));
      syncs.push([up, down]);
    }
    const source = [of.sourceStart, larger(of.sourceStart, up + of.sourceEnd)] as const;
    const target = [of.targetStart, larger(of.targetStart, down + of.targetEnd)] as const;
    const waiting =
      of.waitsMs === null ? {} : { waiting: { from: up + 1n, peek: peek(record(up + 1n, AT - of.waitsMs)) } };
    return {
      ...(of.silent === null ? { syncs } : { syncs: [], connect: null }),
      source: of.sourceUnread === null ? source : 'unread',
      target: of.targetUnread === null ? target : 'unread',
      syncedAgoMs: of.syncedAgoMs,
      connectAgoMs: of.connectAgoMs,
      firstRecordAgoMs: of.firstRecordAgoMs,
      records: { ...(of.reckoning === undefined ? {} : { reckoning: of.reckoning }), ...waiting },
    };
  });

const anyOffset = fc.bigInt(0n, 1_500n);
const anyGroup: fc.Arbitrary<Omit<GroupCase, 'group'>> = fc.record({
  positions: fc.array(
    fc.record({
      partition: fc.nat({ max: 2 }),
      committed: anyOffset,
      onTarget: fc.option(anyOffset, { nil: null }),
      checkpoint: fc.option(anyOffset, { nil: null }),
      checkpointAgoMs: anyAge,
    }),
    { maxLength: 3 },
  ),
  stateOnTarget: fc.constantFrom('Empty', 'Empty', 'Stable', null),
});

/** A flow of some topics, partitions and groups in any state. */
export const anyFlow: fc.Arbitrary<FlowCase> = fc
  .record({
    topics: fc.array(
      fc.record({ partitions: fc.array(anyPartition, { minLength: 1, maxLength: 3 }), gone: rarely(true) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    groups: fc.array(anyGroup, { maxLength: 3 }),
    heartbeat: fc.oneof(
      { weight: 8, arbitrary: fc.record({ agoMs: fc.constantFrom(0, 1_000, 15_001, MINUTE) }) },
      { weight: 1, arbitrary: fc.constantFrom('none' as const, 'missing' as const, 'unread' as const, 'off' as const) },
    ),
    syncs: rarely('unread' as const),
    down: rarely('source' as const),
  })
  .map(({ topics, groups, heartbeat, syncs, down }): FlowCase => {
    return {
      topics: topics.map(({ partitions, gone }, i) => ({
        topic: `t${i}`,
        partitions,
        ...(gone === null ? {} : { notOnTarget: true }),
      })),
      groups: groups.map((group, i) => ({
        ...group,
        group: `g${i}`,
        positions: (group.positions ?? []).map((position) => ({ ...position, topic: 't0' })),
      })),
      heartbeat,
      ...(syncs === null ? {} : { syncs }),
      ...(down === null ? {} : { down }),
    };
  });

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
