import { peek, record } from '../case-parts.ts';
import type { FlowCase, PartitionCase } from '../case-shapes.ts';
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

const FIRST = peek(record(0n, 1));
const LATE: PartitionCase = {
  syncs: [
    [250n, 0n],
    [1_000n, 750n],
  ],
  target: [0n, 751n],
  records: { head: FIRST },
};

export const MISSING_FINDINGS: FindingFamilies = {
  RECORDS_LOST_TO_RETENTION: {
    opens: {
      of: one({ source: [1_002n, 1_200n] }),
      subject: { topic: 'orders', partition: 0 },
      evidence: { records: 1n, partitions: 1, sourceStart: 1_002n },
      says: '1 offsets of orders were deleted on the source before MM2 mirrored them',
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
      'a jump to exactly where the log begins': {
        of: jumped(600n),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 300n, partitions: 1, sourceStart: 600n },
        says: '300 offsets of orders were deleted on the source before MM2 mirrored them',
      },
      'a jump that stands out by one among the others': {
        of: jumped(600n, [-300n, -1n]),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 300n, partitions: 1, sourceStart: 600n },
        says: '300 offsets of orders were deleted on the source before MM2 mirrored them',
      },
      'three offsets are more than a marker and an empty transaction': {
        of: marker(3n),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 3n, partitions: 1, sourceStart: 52n },
        says: '3 offsets of orders were deleted on the source before MM2 mirrored them',
      },
      'what was deleted in front of the mirror counts, and not what it jumped over before; the worst is named': {
        of: {
          partitions: [{ source: [1_101n, 1_200n] }, { source: [1_201n, 1_202n] }, {}],
          groups: [],
        },
        subject: { topic: 'orders', partition: 1 },
        evidence: { records: 300n, partitions: 2, sourceStart: 1_201n },
        says: '300 offsets of orders were deleted on the source before MM2 mirrored them',
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
      'a marker and an empty transaction': marker(2n),
      'a source that cannot be read': one({ source: 'unread' }),
    },
  },

  HEAD_NEVER_MIRRORED: {
    opens: {
      of: one(LATE),
      subject: { topic: 'orders', partition: 0 },
      evidence: { records: 250n, partitions: 1 },
      says: 'the first 250 offsets of orders were never mirrored: MM2 began behind them',
    },
    verdict: 'not-ready',
    // Retention takes them in the end.
    heals: one({ ...LATE, source: [250n, 1_001n], records: {} }),
    alsoOpens: {
      'counted from the first record that the source holds': {
        of: one({ ...LATE, records: { head: peek(record(249n, 1)) } }),
        subject: { topic: 'orders', partition: 0 },
        evidence: { records: 1n, partitions: 1 },
        says: 'the first 1 offsets of orders were never mirrored: MM2 began behind them',
      },
      'in several partitions, the worst named': {
        of: { partitions: [{ ...LATE, records: { head: peek(record(200n, 1)) } }, LATE, {}], groups: [] },
        subject: { topic: 'orders', partition: 1 },
        evidence: { records: 300n, partitions: 2 },
        says: 'the first 300 offsets of orders were never mirrored: MM2 began behind them',
      },
    },
    quiet: {
      'nobody looked': one({ ...LATE, records: {} }),
      'no record lies in front': one({ ...LATE, records: { head: peek(null, 250n) } }),
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
};
