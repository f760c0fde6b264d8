import type { RememberedFlow } from '../../../../../shared/domain/judge/observation.ts';
import { peek, record, rememberedIds } from '../case-parts.ts';
import { AT, DAY, type FlowCase, HOUR, MINUTE, type PartitionCase, SECOND } from '../case-shapes.ts';
import type { FindingFamilies } from './finding-family.ts';

const IDENTITY = { kind: 'identity', separator: '.', internalSeparator: '.' } as const;
const NOT_BEGUN = { syncs: [], connect: null } as const;
const STALLED_MS = 120_000;
/** Twice MM2's interval of looking for new topics. */
const YOUNG_MS = 1_200_000;

/** 50 records wait, the first of them written `waitedMs` ago; MM2 last acknowledged something `movedMs` ago. */
function waiting(waitedMs: number, movedMs = HOUR, connect?: null): PartitionCase {
  return {
    source: [0n, 1_051n],
    syncedAgoMs: movedMs,
    connectAgoMs: movedMs,
    ...(connect === null ? { connect } : {}),
    records: { waiting: { from: 1_001n, peek: peek(record(1_001n, AT - waitedMs)) } },
  };
}

/** What the last audit remembers: where the source log ended. */
function endedAt(end: bigint): RememberedFlow {
  return { ...rememberedIds({}), sourceEnd: () => end };
}

/** The topic that is on the source and not on the target, its first record written `agoMs` ago. */
function absent(...agoMs: readonly (number | null | 'unread')[]): FlowCase {
  return {
    topic: { notOnTarget: true },
    partitions: agoMs.map((firstRecordAgoMs) => ({ ...NOT_BEGUN, firstRecordAgoMs })),
    groups: [],
  };
}

const NOT_THERE = "orders matches the flow's topics and holds records, but A.orders is not on the target";
const DUPLICATES: PartitionCase = {
  syncs: [
    [0n, 0n],
    [500n, 500n],
    [400n, 520n],
    [1_000n, 1_120n],
  ],
  target: [0n, 1_121n],
};
const FOREIGN: PartitionCase = {
  syncs: [
    [0n, 0n],
    [100n, 130n],
    [1_000n, 1_030n],
  ],
  target: [0n, 1_031n],
};
/** What earlier audits remember of source logs that were cut two days ago: 10 records each. */
function cutBefore(...cuts: readonly { topic?: string; partition?: number; side?: 'source' | 'target' }[]) {
  const noticedAt = AT - 2 * DAY;
  const whole = cuts.map(({ topic = 'orders', partition = 0, side = 'source' }) => {
    return { side, topic, partition, at: 500n, reached: 510n, noticedAt } as const;
  });
  return { ...rememberedIds({}), cuts: whole };
}
const ABORTED: PartitionCase = {
  records: { aborted: { ...peek(null), abortedTransactions: [{ producerId: 7n, firstOffset: 40n }] } },
};
const refutation = (upstream: bigint, certain: boolean) => ({
  upstream,
  said: upstream,
  found: upstream - 10n,
  how: 'an offset sync names a record other than the one there',
  certain,
  voids: null,
});

export const TOPIC_FINDINGS: FindingFamilies = {
  POLICY_MISMATCH: {
    opens: {
      of: { topic: { notOnTarget: true }, otherTargetTopics: ['orders'] },
      subject: { topic: 'orders', cluster: 'B' },
      evidence: { configured: 'A.orders', found: 'orders' },
      says: 'MM2 mirrors orders to orders, but the configuration names it A.orders: replication.policy.class differs',
    },
    verdict: 'not-ready',
    alsoOpens: {
      'one of two partitions has syncs': {
        of: { topic: { notOnTarget: true }, partitions: [NOT_BEGUN, {}], otherTargetTopics: ['orders'] },
        subject: { topic: 'orders', cluster: 'B' },
        evidence: { configured: 'A.orders', found: 'orders' },
        beside: ['GROUP_AHEAD_OF_REPLICATION'],
      },
      'configured as identity, while MM2 renames': {
        of: { flow: { policy: IDENTITY }, topic: { notOnTarget: true }, otherTargetTopics: ['A.orders'] },
        subject: { topic: 'orders', cluster: 'B' },
        evidence: { configured: 'orders', found: 'A.orders' },
        says: 'MM2 mirrors orders to A.orders, but the configuration names it orders: replication.policy.class differs',
      },
    },
    quiet: {
      'the topic is there under its own name too': { otherTargetTopics: ['orders'] },
      'MM2 has written no sync of the topic': {
        topic: { notOnTarget: true },
        partition: NOT_BEGUN,
        otherTargetTopics: ['orders'],
      },
      'the source log was cut below all of its syncs': {
        topic: { notOnTarget: true, sourceId: 'one' },
        partition: { source: [0n, 0n], firstRecordAgoMs: null },
        remembered: rememberedIds({ source: 'one' }),
        otherTargetTopics: ['orders'],
      },
      'the target has no topic of the other name': { topic: { notOnTarget: true }, otherTargetTopics: ['B.orders'] },
      'the target is down': { down: 'target', otherTargetTopics: ['orders'] },
    },
  },

  TOPIC_NOT_MIRRORED: {
    opens: {
      of: absent(YOUNG_MS),
      subject: { topic: 'orders', cluster: 'B' },
      evidence: { targetTopic: 'A.orders', partitionsWithRecords: 1, firstRecordMs: BigInt(AT - YOUNG_MS) },
      says: NOT_THERE,
    },
    verdict: 'not-ready',
    before: { topics: [], groups: [] },
    heals: {},
    alsoOpens: {
      'milder: MM2 may not have looked for new topics yet': {
        of: absent(YOUNG_MS - 1),
        severity: 'info',
        subject: { topic: 'orders', cluster: 'B' },
        evidence: { targetTopic: 'A.orders', partitionsWithRecords: 1, firstRecordMs: BigInt(AT - YOUNG_MS + 1) },
        says: 'orders is not on the target yet: MM2 looks for new topics every 600 s',
      },
      'the oldest of several first records counts': {
        of: absent(HOUR, 2 * HOUR, MINUTE),
        subject: { topic: 'orders', cluster: 'B' },
        evidence: { targetTopic: 'A.orders', partitionsWithRecords: 3, firstRecordMs: BigInt(AT - 2 * HOUR) },
      },
      'an empty partition has no first record': {
        of: absent(2 * HOUR, null),
        subject: { topic: 'orders', cluster: 'B' },
        evidence: { targetTopic: 'A.orders', partitionsWithRecords: 2, firstRecordMs: BigInt(AT - 2 * HOUR) },
      },
      'nobody knows how old the records are': {
        of: absent('unread', null),
        beside: ['PARTITIONS_UNREADABLE'],
        subject: { topic: 'orders', cluster: 'B' },
        evidence: { targetTopic: 'A.orders', partitionsWithRecords: 2, firstRecordMs: null },
      },
      'a partition without records is not counted': {
        of: {
          topic: { notOnTarget: true },
          partitions: [{ ...NOT_BEGUN, source: [5n, 5n] }, NOT_BEGUN, { ...NOT_BEGUN, source: 'unread' }],
          groups: [],
        },
        subject: { topic: 'orders', cluster: 'B' },
        evidence: { targetTopic: 'A.orders', partitionsWithRecords: 1, firstRecordMs: BigInt(AT - 2 * HOUR) },
        beside: ['PARTITIONS_UNREADABLE'],
      },
    },
    quiet: {
      'a topic without records': { topic: { notOnTarget: true }, partition: { ...NOT_BEGUN, source: [5n, 5n] } },
      'a topic that MM2 mirrors under another name': { topic: { notOnTarget: true }, otherTargetTopics: ['orders'] },
      'the target is down': { down: 'target', topic: { notOnTarget: true } },
      'MM2 was never there': {
        ...absent(HOUR),
        syncs: 'missing',
        checkpoints: 'missing',
        connectOffsets: 'missing',
        heartbeat: 'missing',
      },
    },
  },

  PARTITION_COUNT_DIFFERS: {
    opens: {
      of: { partitions: [{}, { ...NOT_BEGUN, source: [0n, 0n] }], topic: { targetPartitions: 1 } },
      subject: { topic: 'orders' },
      evidence: { source: 2, target: 1 },
      says: 'orders has 2 partitions on the source, A.orders 1 on the target',
    },
    verdict: 'at-risk',
    alsoOpens: {
      'more on the target': {
        of: { topic: { targetPartitions: 3 } },
        subject: { topic: 'orders' },
        evidence: { source: 1, target: 3 },
      },
    },
    quiet: {
      'as many on either side': { partitions: [{}, {}] },
      'the topic is not on the target': { topic: { notOnTarget: true }, otherTargetTopics: ['orders'] },
      'the source is down: its partitions are those of the target': { down: 'source', topic: { targetPartitions: 3 } },
      'the target is down': { down: 'target', topic: { targetPartitions: 3 } },
    },
  },

  PARTITIONS_UNREADABLE: {
    opens: {
      of: { partitions: [{}, { source: 'unread' }] },
      subject: { topic: 'orders', cluster: 'A' },
      evidence: { partitions: 1, error: 'REQUEST_TIMED_OUT' },
      says: '1 of 2 partitions of orders could not be read: orders-1 did not answer',
    },
    verdict: 'unknown',
    alsoOpens: {
      'on the target; the first is named': {
        of: { partitions: [{ target: 'unread' }, {}, { target: 'unread' }] },
        subject: { topic: 'orders', cluster: 'B' },
        evidence: { partitions: 2, error: 'REQUEST_TIMED_OUT' },
      },
    },
    quiet: {
      'the source is down, which is told once': { down: 'source' },
      'the target is down, which is told once': { down: 'target' },
    },
  },

  MIRROR_STALLED: {
    opens: {
      of: { partition: waiting(STALLED_MS + 1) },
      subject: { topic: 'orders', partition: 0 },
      evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - STALLED_MS - 1) },
      says: 'MM2 is alive, but records of orders have waited 120 s (1 partition)',
    },
    verdict: 'not-ready',
    before: { partition: waiting(SECOND) },
    heals: {},
    alsoOpens: {
      'it was there at the last audit': {
        of: { partition: waiting(STALLED_MS + 1), remembered: endedAt(1_002n) },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - STALLED_MS - 1) },
      },
      'milder: its time is older than MM2’s last progress, and it may have just come': {
        of: { partition: waiting(HOUR, STALLED_MS + 1) },
        severity: 'warning',
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
        says: 'MM2 is alive, but records of orders wait that are 3600 s old by their timestamps; they may have just come (1 partition)',
      },
      'those of one partition may have just come, and those of another have waited': {
        of: { partitions: [waiting(HOUR, STALLED_MS + 1), waiting(STALLED_MS + 1)] },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 2, oldestWaitingMs: BigInt(AT - HOUR) },
        says: 'MM2 is alive, but records of orders have waited 3600 s (2 partitions)',
      },
      'the partition that has waited longest is named': {
        of: { partitions: [waiting(200 * SECOND), waiting(300 * SECOND), waiting(250 * SECOND), waiting(SECOND), {}] },
        subject: { topic: 'orders', partition: 1 },
        evidence: { partitions: 3, oldestWaitingMs: BigInt(AT - 300 * SECOND) },
      },
      'MM2 last moved a moment longer ago than the limit, and the record was there at the last audit': {
        of: { partition: waiting(HOUR, STALLED_MS + 1), remembered: endedAt(1_002n) },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
      },
      "without Connect's offsets": {
        of: { partition: waiting(HOUR, STALLED_MS + 1, null), remembered: endedAt(1_002n) },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
      },
      'a partition of which MM2 never acknowledged anything': {
        of: {
          partition: {
            ...NOT_BEGUN,
            target: [0n, 0n],
            records: { waiting: { from: 0n, peek: peek(record(0n, AT - HOUR)) } },
          },
          groups: [],
        },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
      },
      'the syncs that are known were all found by comparing': {
        of: {
          partition: { ...waiting(HOUR), syncs: [[1_000n, 1_000n, { compared: true }]], connect: 1_000n },
          groups: [],
        },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
      },
      'at the limit of the policy': {
        of: { partition: waiting(31 * SECOND), policy: { mirrorStalledMs: 30_999 } },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - 31 * SECOND) },
      },
      'nothing shows whether MM2 runs': {
        beside: ['AUDIT_INCOMPLETE'],
        of: { partition: waiting(HOUR), heartbeat: 'unread' },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
        says: 'nothing shows whether MM2 runs, and records of orders have waited 3600 s (1 partition)',
      },
      'MM2 reads uncommitted records: no open transaction holds it up': {
        of: { partition: { ...waiting(HOUR), source: [0n, 1_051n, 1_001n] } },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
      },
      'the target lacks the whole topic': {
        beside: ['TOPIC_NOT_MIRRORED'],
        of: { topic: { notOnTarget: true }, partition: waiting(HOUR), groups: [] },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
      },
      'milder: the target log could not be read, and may have them': {
        beside: ['PARTITIONS_UNREADABLE'],
        of: { partition: { ...waiting(HOUR), target: 'unread' }, groups: [] },
        severity: 'warning',
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
        says: 'MM2 is alive, but records of orders wait that are 3600 s old by their timestamps; the target may have them (1 partition)',
      },
      'milder: the offset syncs could not be read': {
        beside: ['SYNC_TOPIC_UNREADABLE'],
        of: { partition: waiting(HOUR), syncs: 'unread', syncsKnown: true, groups: [] },
        severity: 'warning',
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
      },
      'milder: the offset syncs are gone': {
        beside: ['SYNC_TOPIC_MISSING'],
        of: { partition: waiting(HOUR), syncs: 'missing', groups: [] },
        severity: 'warning',
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, oldestWaitingMs: BigInt(AT - HOUR) },
      },
      'the target log of one partition could not be read, and those of another wait for certain': {
        beside: ['PARTITIONS_UNREADABLE'],
        of: { partitions: [{ ...waiting(HOUR), target: 'unread' }, waiting(HOUR)], groups: [] },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 2, oldestWaitingMs: BigInt(AT - HOUR) },
      },
    },
    quiet: {
      'a record of an old time that has come since the last audit': {
        partition: waiting(HOUR),
        remembered: endedAt(1_001n),
      },
      'waits for exactly the limit': { partition: waiting(STALLED_MS) },
      'MM2 moved exactly the limit ago': { partition: waiting(HOUR, STALLED_MS) },
      "a sync of exactly the limit ago, without Connect's offsets": { partition: waiting(HOUR, STALLED_MS, null) },
      "Connect's offset has moved, while no sync was due": {
        partition: { ...waiting(HOUR), connectAgoMs: STALLED_MS },
      },
      'a sync was written, while Connect has not committed': {
        partition: { ...waiting(HOUR), syncedAgoMs: STALLED_MS },
      },
      "Connect's offset alone has moved: there are no syncs": {
        partition: { ...waiting(HOUR), syncs: [], connect: 1_000n, connectAgoMs: STALLED_MS },
        groups: [],
      },
      'its very first sync was just written': {
        partition: { ...waiting(HOUR), syncs: [[1_000n, 1_000n]], syncedAgoMs: STALLED_MS },
        groups: [],
      },
      'nobody looked at what waits': { partition: { ...waiting(HOUR), records: {} } },
      'what waits has no time': {
        partition: { ...waiting(HOUR), records: { waiting: { from: 1_001n, peek: peek(record(1_001n, -1)) } } },
      },
      'only markers wait': {
        partition: { ...waiting(HOUR), records: { waiting: { from: 1_001n, peek: peek(null, 1_051n) } } },
      },
      'the target does not answer: nobody sees what MM2 has brought': { partition: waiting(HOUR), down: 'target' },
      'the source does not answer: nobody sees what waits': {
        partition: waiting(HOUR),
        down: 'source',
        syncsKnown: true,
      },
      'an open transaction holds MM2 up: SOURCE_TRANSACTION_OPEN says so': {
        partition: { ...waiting(HOUR), source: [0n, 1_051n, 1_001n] },
        flow: { isolationLevel: 'read_committed' },
      },
      'MM2 was never there, which is the worse of the two': {
        flow: { policy: IDENTITY },
        syncs: 'missing',
        checkpoints: 'missing',
        connectOffsets: 'missing',
        heartbeat: 'missing',
        partition: { target: [0n, 0n], records: { waiting: { from: 0n, peek: peek(record(0n, AT - HOUR)) } } },
      },
      'MM2 has stopped, which is the worse of the two': {
        partition: waiting(HOUR),
        heartbeat: { agoMs: MINUTE },
      },
    },
  },

  FOREIGN_WRITES: {
    opens: {
      of: { partition: FOREIGN, groups: [] },
      subject: { topic: 'A.orders', partition: 0 },
      evidence: { records: 30n, partitions: 1 },
      says: "A.orders holds 30 records more than MM2's syncs account for: another producer writes to it, or MM2 wrote them again after a restart and no sync shows it",
    },
    verdict: 'at-risk',
    alsoOpens: {
      'behind the newest sync, more than the source has': {
        of: { partition: { source: [0n, 1_011n], target: [0n, 1_031n] }, groups: [] },
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { records: 20n, partitions: 1 },
      },
      'less what MM2 mirrored before the source log was cut': {
        of: { partition: FOREIGN, groups: [], remembered: cutBefore({}, {}) },
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { records: 10n, partitions: 1 },
        // No sync shows where the copies are of what was cut off.
        beside: ['RECORDS_UNACCOUNTED'],
      },
      'the last of them not quite a day ago': {
        of: {
          partition: {
            syncs: [
              [0n, 0n, { agoMs: 2 * DAY }],
              [100n, 130n, { agoMs: DAY - MINUTE }],
              [1_000n, 1_030n],
            ],
            target: [0n, 1_031n],
            firstRecordAgoMs: 3 * DAY,
          },
          groups: [],
        },
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { records: 30n, partitions: 1 },
      },
      'whatever was cut of other logs': {
        of: {
          partition: FOREIGN,
          groups: [],
          remembered: cutBefore({ topic: 'stock' }, { partition: 1 }, { side: 'target' }),
        },
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { records: 30n, partitions: 1 },
      },
      'in several intervals and partitions, the worst named': {
        of: {
          partitions: [
            {},
            {
              syncs: [
                [0n, 0n],
                [100n, 101n],
                [200n, 251n],
                [1_000n, 1_031n],
              ],
              target: [0n, 1_033n],
              holds: () => false,
            },
            FOREIGN,
          ],
          groups: [],
        },
        subject: { topic: 'A.orders', partition: 1 },
        evidence: { records: 82n, partitions: 2 },
      },
    },
    quiet: {
      'an exactly-once MM2 writes markers of its own': { flow: { exactlyOnce: true }, partition: FOREIGN, groups: [] },
      'nobody has written any for a day': {
        partition: {
          syncs: [
            [0n, 0n, { agoMs: 2 * DAY }],
            [100n, 130n, { agoMs: DAY }],
            [1_000n, 1_030n],
          ],
          target: [0n, 1_031n],
          firstRecordAgoMs: 3 * DAY,
        },
        groups: [],
      },
      'as many records as offsets': {},
      'MM2 mirrored all of them before the source log was cut': {
        partition: FOREIGN,
        groups: [],
        remembered: cutBefore({}, {}, {}),
      },
      'comparing has found that all of them are copies': {
        partition: {
          syncs: [
            [0n, 0n],
            [100n, 130n, { accounted: true }],
            [1_000n, 1_030n],
          ],
          target: [0n, 1_031n],
        },
        groups: [],
      },
      'the offset-syncs topic lost what was in between': {
        partition: {
          syncs: [
            [0n, 0n],
            [100n, 130n, { hole: true }],
            [1_000n, 1_030n],
          ],
          target: [0n, 1_031n],
        },
        groups: [],
      },
      'fewer records than offsets: markers and compaction': {
        partition: {
          syncs: [
            [0n, 0n],
            [1_000n, 900n],
          ],
          target: [0n, 901n],
        },
        groups: [],
      },
      'records that a restart wrote again': { partition: DUPLICATES, groups: [] },
      'a sync of the same source offset again': {
        partition: {
          syncs: [
            [0n, 0n],
            [1_000n, 1_000n],
            [1_000n, 1_040n],
          ],
          target: [0n, 1_041n],
        },
        groups: [],
      },
    },
  },

  RECORDS_DUPLICATED: {
    opens: {
      of: { partition: DUPLICATES, groups: [] },
      subject: { topic: 'A.orders', partition: 0 },
      evidence: { records: 120n, partitions: 1 },
      says: 'MM2 wrote up to 120 records of orders twice after restarts',
    },
    verdict: 'ready',
    alsoOpens: {
      'no sync shows it, but comparing has found only copies': {
        of: {
          partition: {
            syncs: [
              [0n, 0n],
              [100n, 130n, { accounted: true }],
              [1_000n, 1_030n],
            ],
            target: [0n, 1_031n],
          },
          groups: [],
        },
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { records: 30n, partitions: 1 },
      },
      'a sync of the same source offset again; the worst partition named': {
        of: {
          partitions: [
            {
              syncs: [
                [0n, 0n],
                [1_000n, 1_000n],
                [1_000n, 1_040n],
              ],
              target: [0n, 1_041n],
            },
            DUPLICATES,
            {},
          ],
          groups: [],
        },
        subject: { topic: 'A.orders', partition: 1 },
        evidence: { records: 160n, partitions: 2 },
      },
    },
    quiet: { 'more records than offsets, and never back': { partition: FOREIGN, groups: [] } },
  },

  ABORTED_TRANSACTIONS_MIRRORED: {
    opens: {
      of: { partition: ABORTED },
      subject: { topic: 'orders', partition: 0 },
      evidence: { producerId: 7n, firstOffset: 40n },
      says: 'orders has aborted transactions, and MM2 mirrors them as ordinary records: set A.consumer.isolation.level=read_committed',
    },
    verdict: 'at-risk',
    alsoOpens: {
      'once a topic, the first partition named': {
        of: { partitions: [{}, ABORTED, ABORTED] },
        subject: { topic: 'orders', partition: 1 },
        evidence: { producerId: 7n, firstOffset: 40n },
      },
    },
    quiet: {
      'MM2 reads committed records only': { flow: { isolationLevel: 'read_committed' }, partition: ABORTED },
      'a look that names none': { partition: { records: { aborted: peek(null) } } },
    },
  },

  VERIFICATION_REFUTED: {
    opens: {
      of: { partition: { records: { refutations: [refutation(1_000n, true)] } } },
      subject: { topic: 'orders', partition: 0 },
      evidence: { upstream: 1_000n, said: 1_000n, found: 990n, positions: 1 },
      says: "records contradict what MM2's syncs say about 1 position of orders: offset 1000 should be at 1000 on the target, but an offset sync names a record other than the one there",
    },
    verdict: 'not-ready',
    alsoOpens: {
      'an earlier audit found it, and the syncs from before are void': {
        of: {
          partition: {
            syncs: [
              [0n, 0n],
              [1_000n, 1_000n, { refuted: true, agoMs: HOUR }],
            ],
          },
        },
        // Which records the target has of those before the sync that still holds is not known any more.
        beside: ['RECORDS_UNACCOUNTED'],
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1 },
        says: "an earlier audit found that records contradict MM2's syncs of orders: Tidemark no longer uses the syncs from before",
      },
      'milder: nothing compares equal, which a transformation on the way does as well': {
        of: { partition: { records: { refutations: [refutation(1_000n, false)] } } },
        severity: 'warning',
        subject: { topic: 'orders', partition: 0 },
        evidence: { upstream: 1_000n, said: 1_000n, found: 990n, positions: 1 },
      },
      'of several, the first certain one is named': {
        of: {
          partitions: [
            { records: { refutations: [refutation(500n, false)] } },
            { records: { refutations: [refutation(600n, true), refutation(700n, true)] } },
          ],
        },
        subject: { topic: 'orders', partition: 1 },
        evidence: { upstream: 600n, said: 600n, found: 590n, positions: 3 },
      },
    },
    quiet: { 'nothing refuted': { partition: { records: { refutations: [] } } } },
  },
};
