import type { PastCut } from '../../../../../shared/domain/mirror/breaks/cut.ts';
import { peek, record, rememberedIds } from '../case-parts.ts';
import { AT, DAY, type FlowCase, HOUR, MINUTE, type PartitionCase, SECOND } from '../case-shapes.ts';
import type { FindingFamilies } from './finding-family.ts';

const one = (partition: PartitionCase): FlowCase => ({ partition, groups: [] });

/** A mirror that went on at 600 behind 299, on a source log that begins at `start`. */
function jumped(start: bigint, ...more: NonNullable<PartitionCase['syncs']>): FlowCase {
  return one({
    source: [start, 700n],
    target: [0n, 400n],
    syncs: [...more, [0n, 0n], [299n, 299n], [600n, 300n], [699n, 399n]],
  });
}

/** A mirror that went on at the log's begin, 52, `missing` offsets behind where it was. */
function marker(missing: bigint): FlowCase {
  return one({
    source: [52n, 100n],
    target: [0n, 100n - missing],
    syncs: [
      [0n, 0n],
      [50n - missing, 50n - missing],
      [52n, 52n - missing],
      [99n, 99n - missing],
    ],
  });
}

const LATE: PartitionCase = {
  syncs: [
    [250n, 0n],
    [1_000n, 750n],
  ],
  target: [0n, 751n],
  holds: () => true,
};

const JUMPED: PartitionCase = {
  syncs: [
    [0n, 0n],
    [299n, 299n],
    [600n, 300n],
    [699n, 399n],
  ],
  source: [0n, 700n],
  target: [0n, 400n],
};
const JUMPED_BEFORE: PartitionCase = {
  syncs: [
    [0n, 0n],
    [299n, 299n],
  ],
  source: [0n, 300n],
  target: [0n, 300n],
};
/** Ten of a hundred offsets became no record, and nothing tells which. */
const SPREAD: PartitionCase = {
  syncs: [
    [0n, 0n],
    [100n, 90n],
  ],
  source: [0n, 101n],
  target: [0n, 91n],
};

function cutCase(side: 'source' | 'target', partition: PartitionCase): FlowCase {
  return { topic: side === 'source' ? { sourceId: 'one' } : { targetId: 'one' }, partition, groups: [] };
}

/** A cut that an audit noticed just within the last day. */
function past(cut: Partial<PastCut>): PastCut {
  return { side: 'source', topic: 'orders', partition: 3, at: 60n, reached: 100n, noticedAt: AT - DAY + 1, ...cut };
}

const STALLED_MS = 120_000;

/** MM2 is at the begin of a transaction that has been open for so long; the log ends at `end`. */
function open(agoMs: number, end = 1_100n): PartitionCase {
  return {
    source: [0n, end, 1_001n],
    records: { waiting: { from: 1_001n, peek: peek(record(1_001n, AT - agoMs)) } },
  };
}

function held(agoMs: number): FlowCase {
  return { flow: { isolationLevel: 'read_committed' }, partition: open(agoMs), groups: [] };
}

export const MISSING_FINDINGS: FindingFamilies = {
  RECORDS_LOST_TO_RETENTION: {
    opens: {
      of: one({ source: [1_004n, 1_200n] }),
      subject: { topic: 'orders', partition: 0 },
      evidence: { records: 3n, partitions: 1, sourceStart: 1_004n },
      says: '3 offsets of orders were deleted on the source before MM2 mirrored them',
    },
    verdict: 'not-ready',
    heals: one({
      source: [1_002n, 1_202n],
      syncs: [
        [0n, 0n],
        [100n, 100n],
        [1_000n, 1_000n],
        [1_201n, 1_199n],
      ],
      target: [0n, 1_200n],
    }),
    alsoOpens: {
      'milder: so few can be the markers of a transaction': {
        of: one({ source: [1_003n, 1_200n] }),
        severity: 'info',
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 2n, partitions: 1, sourceStart: 1_003n },
      },
      'milder: as few in each of two partitions': {
        of: {
          partitions: [{ source: [1_003n, 1_200n] }, { source: [1_003n, 1_200n] }],
        },
        severity: 'info',
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 4n, partitions: 2, sourceStart: 1_003n },
      },
      'milder: the target may hold all but one of them': {
        of: one({ source: [1_004n, 1_200n], target: [0n, 1_003n], records: { reckoning: 'refuted' } }),
        severity: 'warning',
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 3n, partitions: 1, sourceStart: 1_004n },
      },
      'a jump to exactly where the log begins': {
        of: jumped(600n),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 300n, partitions: 1, sourceStart: 600n },
      },
      'a jump that stands out by one among the others': {
        of: jumped(600n, [-300n, -1n]),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 300n, partitions: 1, sourceStart: 600n },
      },
      'milder: three offsets are more than a marker and an empty transaction': {
        of: marker(3n),
        severity: 'warning',
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 3n, partitions: 1, sourceStart: 52n },
      },
      'what was deleted in front of the mirror counts, and not what it jumped over before; the worst is named': {
        of: {
          partitions: [{ source: [1_101n, 1_200n] }, { source: [1_201n, 1_202n] }, {}],
          groups: [],
        },
        subject: { topic: 'orders', partition: 1 },
        evidence: { records: 300n, partitions: 2, sourceStart: 1_201n },
      },
    },
    quiet: {
      'the log begins where the mirror stands': one({ source: [1_001n, 1_200n] }),
      'a jump to elsewhere than where the log begins': jumped(599n),
      'a log of which nothing was deleted': jumped(0n),
      'a jump no greater than the other gaps': jumped(600n, [-301n, -1n]),
      'a jump no greater than the other gaps, whatever the target has besides': one({
        source: [1_200n, 1_300n],
        target: [0n, 749n],
        syncs: [
          [0n, 0n],
          [401n, 100n],
          [501n, 250n],
          [800n, 549n],
          [1_200n, 649n],
          [1_299n, 748n],
        ],
      }),
      'a jump no greater than all other gaps together, though greater than each of them': one({
        source: [100n, 141n],
        target: [0n, 50n],
        syncs: [
          [80n, 0n],
          [100n, 15n],
          [120n, 32n],
          [140n, 49n],
        ],
      }),
      'a marker and an empty transaction': marker(2n),
      'a source that cannot be read': one({ source: 'unread' }),
    },
  },

  HEAD_NEVER_MIRRORED: {
    opens: {
      of: one(LATE),
      subject: { topic: 'orders', partition: 0 },
      evidence: { records: 250n, partitions: 1 },
      says: 'the first 250 offsets of orders were never mirrored: MM2 started after them',
    },
    verdict: 'not-ready',
    // Retention takes them in the end.
    heals: one({ ...LATE, source: [250n, 1_001n] }),
    alsoOpens: {
      'counted from the first record that the source holds': {
        of: one({ ...LATE, holds: (offset: bigint) => offset >= 249n }),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 1n, partitions: 1 },
      },
      'no sync tells, and the target is empty': {
        of: one({ syncs: [], connect: 249n, source: [0n, 250n], target: [0n, 0n], holds: () => true }),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 250n, partitions: 1 },
      },
      'in several partitions, the worst named': {
        of: { partitions: [{ ...LATE, holds: (offset: bigint) => offset >= 200n }, LATE, {}], groups: [] },
        subject: { topic: 'orders', partition: 1 },
        evidence: { records: 300n, partitions: 2 },
      },
    },
    quiet: {
      'nobody looked': { partition: { ...LATE, holds: undefined }, groups: [] },
      'the target log was cut, and may have had them': {
        ...one(LATE),
        remembered: { ...rememberedIds({}), cuts: [past({ side: 'target', topic: 'A.orders', partition: 0 })] },
      },
      'no record lies in front': one({ ...LATE, holds: (offset) => offset >= 250n }),
      'the first sync is not of the first record on the target': one({
        ...LATE,
        syncs: [
          [251n, 1n],
          [1_000n, 750n],
        ],
      }),
      'the source topic was recreated, which tells it': one({
        ...LATE,
        syncs: [
          [900n, 0n],
          [250n, 1n, { newSource: true }],
          [1_000n, 751n],
        ],
        target: [0n, 752n],
      }),
    },
  },

  RECORDS_NEVER_MIRRORED: {
    opens: {
      of: one({ ...JUMPED, holds: () => true }),
      subject: { topic: 'orders', partition: 0 },
      evidence: { records: 300n, partitions: 1, fromOffset: 300n, untilOffset: 600n },
      says: '300 records of orders are not on the target, and MM2 is past them: it jumped ahead, or the target lost them',
    },
    verdict: 'not-ready',
    before: one(JUMPED_BEFORE),
    // Retention takes them in the end.
    heals: one({ ...JUMPED, source: [605n, 700n] }),
    alsoOpens: {
      'counted from the first record that a look found': {
        of: one({ ...JUMPED, holds: (offset) => offset >= 599n }),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 1n, partitions: 1, fromOffset: 300n, untilOffset: 600n },
      },
      'in several places, the longest of the worst partition named': {
        of: {
          partitions: [
            { ...JUMPED, holds: () => true },
            {
              syncs: [
                [0n, 0n],
                [99n, 99n],
                [200n, 100n],
                [299n, 199n],
                [600n, 200n],
                [651n, 201n],
              ],
              source: [0n, 652n],
              target: [0n, 202n],
              holds: () => true,
            },
            { ...JUMPED, holds: (offset) => offset >= 590n },
          ],
          groups: [],
        },
        subject: { topic: 'orders', partition: 1 },
        evidence: { records: 760n, partitions: 3, fromOffset: 300n, untilOffset: 600n },
      },
      'what a recreated topic took along, once its recreation is no longer told of': {
        of: one({
          syncs: [
            [0n, 0n],
            [1_000n, 1_000n],
            [400n, 1_001n, { newSource: true, agoMs: DAY }],
          ],
          syncedAgoMs: 2 * DAY,
          firstRecordAgoMs: 3 * DAY,
          source: [0n, 401n],
          target: [0n, 1_002n],
          holds: () => true,
        }),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 400n, partitions: 1, fromOffset: 0n, untilOffset: 400n },
      },
      'of which some may be on the target: then at least as many as cannot be there': {
        of: one({
          syncs: [
            [1_000n, 1_000n],
            [400n, 1_101n, { newSource: true, agoMs: DAY }],
          ],
          syncedAgoMs: 2 * DAY,
          firstRecordAgoMs: 3 * DAY,
          source: [0n, 401n],
          target: [0n, 1_102n],
          holds: () => true,
          counted: true,
        }),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 400n, partitions: 1, fromOffset: 0n, untilOffset: 400n },
        says: 'at least 300 and up to 400 records of orders are not on the target, and MM2 is past them: it jumped ahead, or the target lost them',
      },
      'what MM2 jumped over in a topic recreated today, as well': {
        of: one({
          syncs: [
            [0n, 0n],
            [1_000n, 1_000n],
            [400n, 1_001n, { newSource: true }],
            [500n, 1_002n],
          ],
          source: [0n, 501n],
          target: [0n, 1_003n],
          holds: () => true,
        }),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 99n, partitions: 1, fromOffset: 401n, untilOffset: 500n },
        beside: ['SOURCE_TOPIC_RECREATED'],
      },
    },
    quiet: {
      'a look found no record there: markers, or compaction': one({ ...JUMPED, holds: () => false }),
      'nobody looked': one(JUMPED),
      'records before the first that MM2 ever mirrored, which has a finding of its own': one(LATE),
      'what a topic recreated today took along, which its own finding tells': one({
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
          [400n, 1_001n, { newSource: true }],
        ],
        source: [0n, 401n],
        target: [0n, 1_002n],
        holds: () => true,
      }),
    },
  },

  RECORDS_UNACCOUNTED: {
    opens: {
      of: one(JUMPED),
      subject: { topic: 'orders', partition: 0 },
      evidence: { offsets: 300n, partitions: 1 },
      says: '300 source offsets of orders have no counterpart on the target; no audit has shown yet whether records are missing there',
    },
    verdict: 'ready',
    before: one(JUMPED_BEFORE),
    heals: one({ ...JUMPED, holds: () => false }),
    alsoOpens: {
      'a look that does not tell which of them hold a record': {
        of: one({ ...SPREAD, holds: () => true }),
        subject: { topic: 'orders', partition: 0 },
        evidence: { offsets: 10n, partitions: 1 },
      },
      'in several partitions, the worst named': {
        of: { partitions: [SPREAD, JUMPED, SPREAD, { ...JUMPED, holds: () => false }], groups: [] },
        subject: { topic: 'orders', partition: 1 },
        evidence: { offsets: 320n, partitions: 3 },
      },
    },
    quiet: {
      'all looked at, and none holds a record': one({ ...JUMPED, holds: () => false }),
      'all looked at, and all hold one': one({ ...JUMPED, holds: () => true }),
      'all counted: as many records as have a counterpart': one({
        ...SPREAD,
        counted: true,
        holds: (offset) => offset % 10n !== 0n,
      }),
    },
  },

  SOURCE_LOG_CUT: {
    opens: {
      of: { ...cutCase('source', { source: [0n, 500n] }), remembered: rememberedIds({ source: 'one' }) },
      subject: { topic: 'orders', partition: 0, cluster: 'A' },
      evidence: { records: 501n, cuts: 1, cutAt: 500n, reached: 1_001n, noticedMs: AT },
      says: 'the log of orders was cut at offset 500; as far as is known, it had reached 1001: 501 offsets were cut off',
    },
    verdict: 'not-ready',
    before: cutCase('source', {}),
    heals: { ...cutCase('source', { source: [0n, 500n] }), at: AT + MINUTE + DAY },
    alsoOpens: {
      'an earlier audit noticed it within the last day': {
        of: {
          groups: [],
          remembered: { ...rememberedIds({}), cuts: [past({}), past({ topic: 'other' }), past({ side: 'target' })] },
        },
        subject: { topic: 'orders', partition: 3, cluster: 'A' },
        evidence: { records: 40n, cuts: 1, cutAt: 60n, reached: 100n, noticedMs: AT - DAY + 1 },
      },
      'several, the worst named': {
        of: {
          topic: { sourceId: 'one' },
          partitions: [{}, { source: [0n, 990n] }, { source: [0n, 500n] }, { source: [0n, 999n] }],
          groups: [],
          remembered: { ...rememberedIds({ source: 'one' }), cuts: [past({})] },
        },
        subject: { topic: 'orders', partition: 2, cluster: 'A' },
        evidence: { records: 554n, cuts: 4, cutAt: 500n, reached: 1_001n, noticedMs: AT },
        // No sync shows where in the mapping the earlier one lies.
        beside: ['RECORDS_UNACCOUNTED'],
      },
    },
    quiet: {
      'noticed a day ago': {
        groups: [],
        remembered: { ...rememberedIds({}), cuts: [past({ noticedAt: AT - DAY })] },
      },
      'a log that ends right behind the newest sync': {
        ...cutCase('source', { source: [0n, 1_001n] }),
        remembered: rememberedIds({ source: 'one' }),
      },
      'nobody knows that the topic is the same': cutCase('source', { source: [0n, 500n] }),
      'the topic is another one': {
        ...cutCase('source', { source: [0n, 500n] }),
        remembered: rememberedIds({ source: 'two' }),
      },
    },
  },

  TARGET_LOG_CUT: {
    opens: {
      of: {
        ...cutCase('target', { target: [0n, 500n], holds: () => false }),
        remembered: rememberedIds({ target: 'one' }),
      },
      subject: { topic: 'A.orders', partition: 0, cluster: 'B' },
      evidence: { records: 501n, cuts: 1, cutAt: 500n, reached: 1_001n, noticedMs: AT },
      says: 'the log of A.orders was cut at offset 500; as far as is known, it had reached 1001: 501 offsets were cut off',
    },
    verdict: 'not-ready',
    before: cutCase('target', {}),
    heals: { ...cutCase('target', { target: [0n, 500n], holds: () => false }), at: AT + MINUTE + DAY },
    alsoOpens: {
      'the records that it took along are told as well': {
        of: {
          ...cutCase('target', { target: [0n, 500n], holds: () => true, counted: true }),
          remembered: rememberedIds({ target: 'one' }),
        },
        subject: { topic: 'A.orders', partition: 0, cluster: 'B' },
        evidence: { records: 501n, cuts: 1, cutAt: 500n, reached: 1_001n, noticedMs: AT },
        beside: ['RECORDS_NEVER_MIRRORED'],
      },
      'an earlier audit noticed it within the last day': {
        of: {
          groups: [],
          remembered: {
            ...rememberedIds({}),
            cuts: [past({ side: 'target', topic: 'A.orders' }), past({ topic: 'A.orders' }), past({ side: 'target' })],
          },
        },
        subject: { topic: 'A.orders', partition: 3, cluster: 'B' },
        evidence: { records: 40n, cuts: 1, cutAt: 60n, reached: 100n, noticedMs: AT - DAY + 1 },
      },
    },
    quiet: {
      'noticed a day ago': {
        groups: [],
        remembered: {
          ...rememberedIds({}),
          cuts: [past({ side: 'target', topic: 'A.orders', noticedAt: AT - DAY })],
        },
      },
      'a log that ends right behind the newest sync': {
        ...cutCase('target', { target: [0n, 1_001n] }),
        remembered: rememberedIds({ target: 'one' }),
      },
      'nobody knows that the topic is the same': cutCase('target', { target: [0n, 500n] }),
    },
  },

  SOURCE_TRANSACTION_OPEN: {
    opens: {
      of: held(STALLED_MS + 1),
      subject: { topic: 'orders', partition: 0 },
      evidence: { offsets: 99n, partitions: 1, lastStableOffset: 1_001n },
      says: 'a transaction on orders stays open: MM2 reads committed records only and cannot pass it; 99 offsets wait behind it',
    },
    verdict: 'at-risk',
    before: { flow: { isolationLevel: 'read_committed' }, groups: [] },
    alsoOpens: {
      'in several partitions, the worst named': {
        of: {
          ...held(STALLED_MS + 1),
          partitions: [{}, open(HOUR, 1_050n), open(HOUR, 1_200n), open(HOUR, 1_051n)],
        },
        subject: { topic: 'orders', partition: 2 },
        evidence: { offsets: 298n, partitions: 3, lastStableOffset: 1_001n },
      },
      'at the limit of the policy': {
        of: { ...held(31 * SECOND), policy: { mirrorStalledMs: 30_999 } },
        subject: { topic: 'orders', partition: 0 },
        evidence: { offsets: 99n, partitions: 1, lastStableOffset: 1_001n },
      },
    },
    quiet: {
      'open for exactly as long as is patience': held(STALLED_MS),
      'MM2 reads uncommitted records as well': { ...held(HOUR), flow: {} },
      'MM2 is not there yet': {
        ...held(HOUR),
        partition: { ...open(HOUR), source: [0n, 1_100n, 1_002n] },
      },
      'no transaction is open': { ...held(HOUR), partition: { ...open(HOUR), source: [0n, 1_100n] } },
      'nobody looked since when it waits': { ...held(HOUR), partition: { ...open(HOUR), records: {} } },
      'a source that cannot be read': { ...held(HOUR), partition: { ...open(HOUR), source: 'unread' } },
    },
  },
};
