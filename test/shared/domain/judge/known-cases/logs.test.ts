import { describe, expect, test } from '@jest/globals';
import type { FlowReport } from '../../../../../shared/domain/model/report.ts';
import { restoreOf, THEN } from '../../restore/restore-from-case.ts';
import { peek, record, rememberedIds } from '../case-parts.ts';
import { AT, DAY, type FlowCase, HOUR, MINUTE, type PartitionCase, SECOND, type SyncCase } from '../case-shapes.ts';
import { auditsInARow, codesOf, judge } from '../judge-case.ts';
import { landing, printedGroup, printedGroups } from '../printed-groups.ts';

const IDS = { sourceId: 'source-1', targetId: 'target-1' } as const;
const STEADY: readonly SyncCase[] = [
  [0n, 0n],
  [505n, 505n],
  [999n, 999n],
];
const lossOf = ({ loss }: FlowReport) => (loss.kind === 'known' ? [loss.records, loss.basis] : null);

describe('the source log is cut from 1000 to 950 by an unclean election', () => {
  const whole: FlowCase = {
    topic: IDS,
    partition: { syncs: STEADY, source: [0n, 1_000n], target: [0n, 1_000n] },
    position: { committed: 500n, onTarget: 500n, checkpoint: 500n },
  };
  const cut: FlowCase = { ...whole, partition: { ...whole.partition, source: [0n, 950n] } };

  test('from the second audit on the group at 500 stays at 500, and skips nothing', () => {
    const audits = auditsInARow([whole, cut, cut, cut]);
    for (const { report } of audits) {
      const tidemark = printedGroups(report)[0]?.tidemark;
      expect(tidemark).toMatchObject({ position: 500n, high: 500n, skipAtMost: 0n });
      // The 50 records that were cut off on the source are still on the target.
      expect(tidemark?.rereadAtMost).toBeLessThanOrEqual(50n);
    }
  });

  test('it is a cut, not a changed topic id, and no record is lost with it', () => {
    const [, ...after] = auditsInARow([whole, cut, cut]);
    for (const { report } of after) {
      expect(codesOf(report)).toContain('SOURCE_LOG_CUT');
      expect(codesOf(report)).not.toContain('SOURCE_TOPIC_RECREATED');
      expect(lossOf(report)?.[0]).toBe(0n);
    }
  });

  test('a restore as of before it, of a position behind the cut, is refused', () => {
    const partition = { syncs: STEADY, source: [0n, 950n], target: [0n, 1_000n] } as const;
    const remembered = rememberedIds({ source: 'source-1', target: 'target-1' });
    const { refusals } = restoreOf({
      flow: { topic: IDS, partition, remembered },
      commits: { 'billing orders-0': 970n },
    });
    expect(refusals.map(({ subject, code }) => [code, subject])).toContainEqual([
      expect.any(String),
      expect.objectContaining({ group: 'billing' }),
    ]);
    const below = restoreOf({ flow: { topic: IDS, partition, remembered }, commits: { 'billing orders-0': 900n } });
    expect(below.refusals).toEqual([]);
  });

  // MM2 was down and continues at 1000: the new records 950 to 999 never arrive.
  const grown: FlowCase = {
    ...whole,
    partition: {
      syncs: [...STEADY, [1_000n, 1_000n, { agoMs: SECOND }], [1_093n, 1_093n, { agoMs: SECOND }]],
      source: [0n, 1_094n],
      target: [0n, 1_094n],
    },
    position: { committed: 980n, onTarget: 980n, checkpoint: 980n },
  };

  test('with MM2 down meanwhile: the finding stays, and a group in the part that was cut off is not exact', () => {
    const report = auditsInARow([whole, cut, grown])[2]?.report;
    if (report === undefined) throw new Error('three audits');
    expect(report.verdict).toBe('not-ready');
    expect(codesOf(report)).toContain('SOURCE_LOG_CUT');
    expect(['bounded', 'conservative', 'none']).toContain(printedGroups(report)[0]?.tidemark.proof);
  });

  // The target keeps the old records of 950 to 999 in their place, so that offsets alone do not show the loss. The
  // coverage would have to leave out what lies behind a cut that the history remembers.
  test('with MM2 down meanwhile: the new records that MM2 jumped over are counted as missing', () => {
    const report = auditsInARow([whole, cut, grown])[2]?.report;
    expect(report?.partitions[0]?.missing).toBe(50n);
  });
});

describe('the target begins at 5000, and a group at 100 has not read that far', () => {
  const partition: PartitionCase = {
    syncs: [
      [0n, 0n],
      [4_000n, 4_000n],
      [9_999n, 9_999n],
    ],
    source: [0n, 10_000n],
    target: [5_000n, 10_000n],
  };
  const position = { committed: 100n, onTarget: 5_000n, checkpoint: 5_000n };

  test('what it has not read and has expired is skipped, a finding, and not ready', () => {
    expect(landing(partition, 100n)).toMatchObject({ position: 5_000n, skipAtMost: 4_900n });
    const report = judge({ partition, position });
    expect(report.verdict).toBe('not-ready');
    expect(codesOf(report)).toContain('GROUP_RECORDS_EXPIRED');
  });

  test('comparing records does not turn the refusal of a restore into a verified position', () => {
    const same = { upstream: 5_000n, downstream: 5_000n };
    for (const records of [{}, { tail: same }]) {
      const { refusals } = restoreOf({
        flow: { partition: { ...partition, records } },
        commits: { 'billing orders-0': 100n },
        terms: { minProof: 'conservative' },
      });
      expect(refusals.map(({ code }) => code)).toContain('OUTSIDE_LOG');
    }
  });
});

describe('re-mirroring into a recreated target', () => {
  const again = (end: bigint, agoMs: number): FlowCase => ({
    partition: {
      syncs: [
        [0n, 0n, { agoMs: 3 * DAY }],
        [1_199_999n, 1_199_999n, { agoMs: 3 * DAY }],
        [0n, 0n, { agoMs }],
        [end - 1n, end - 1n, { agoMs: SECOND }],
      ],
      source: [0n, 1_200_000n],
      target: [0n, end],
      connect: end - 1n,
      firstRecordAgoMs: 4 * DAY,
    },
    position: { committed: 1_200_000n, onTarget: null, checkpoint: null },
    groups: [],
  });

  test.each([HOUR, 2 * DAY])(
    'begun %s ms ago and half complete: what has not come yet waits, and it is not ready',
    (ago) => {
      const report = judge(again(500_000n, ago));
      expect(lossOf(report)?.[0]).toBe(700_000n);
      expect(report.partitions[0]).toMatchObject({ lag: { records: 700_000n }, missing: 0n });
      expect(report.verdict).toBe('not-ready');
    },
  );

  test('complete for two days: nothing of it stays', () => {
    const report = judge(again(1_200_000n, 2 * DAY));
    expect(lossOf(report)).toEqual([0n, 'proven']);
    expect([report.verdict, codesOf(report)]).toEqual(['ready', []]);
  });
});

describe('records that MM2 passes over', () => {
  test('MM2 lost its Connect offsets and began at the end: what it jumped over is a loss', () => {
    const report = judge({
      flow: { autoOffsetReset: 'latest' },
      partition: {
        syncs: [
          [0n, 0n],
          [99n, 99n],
          [780_100n, 100n],
          [780_199n, 199n],
        ],
        source: [0n, 780_200n],
        target: [0n, 200n],
        connect: 780_199n,
        holds: () => true,
      },
      groups: [],
    });
    expect([report.verdict, lossOf(report)?.[0]]).toEqual(['not-ready', 780_000n]);
  });

  test('the first records were aborted and MM2 reads committed ones only: no head is missing', () => {
    const report = judge({
      flow: { isolationLevel: 'read_committed' },
      partition: {
        syncs: [
          [51n, 0n],
          [1_050n, 999n],
        ],
        source: [0n, 1_051n],
        target: [0n, 1_000n],
        holds: (offset) => offset > 50n,
      },
      position: { committed: 1_051n, onTarget: 1_000n, checkpoint: 1_000n },
    });
    expect(codesOf(report)).not.toContain('HEAD_NEVER_MIRRORED');
    expect(lossOf(report)?.[0]).toBe(0n);
  });

  test('a topic that was purged right after it was mirrored: no loss beside a lag of 0', () => {
    const report = judge({
      partition: {
        syncs: [[49n, 49n]],
        source: [100n, 100n],
        target: [0n, 100n],
        connect: 49n,
        firstRecordAgoMs: null,
      },
      groups: [],
    });
    expect([report.verdict, lossOf(report)?.[0], codesOf(report)]).toEqual(['ready', 0n, []]);
  });

  test('a record of an hour ago on an idle topic, just written: the mirror is not stalled', () => {
    const waiting = { from: 1_001n, peek: peek(record(1_001n, AT + MINUTE - HOUR)) };
    const quiet: FlowCase = { partition: { source: [0n, 1_001n], target: [0n, 1_001n] } };
    const one: FlowCase = { partition: { source: [0n, 1_002n], target: [0n, 1_001n], records: { waiting } } };
    const [, audit] = auditsInARow([quiet, one]);
    expect(codesOf(audit?.report ?? judge())).not.toContain('MIRROR_STALLED');
  });
});

describe('the state as of a time', () => {
  test('is that of a plan: a position behind a cut that came since is refused', () => {
    const cut = {
      side: 'source',
      topic: 'orders',
      partition: 0,
      at: 499n,
      reached: 1_000n,
      noticedAt: THEN + 1,
    } as const;
    const remembered = { ...rememberedIds({}), cuts: [cut] };
    expect(restoreOf({ flow: { remembered } }).refusals).toHaveLength(1);
    expect(printedGroup({ remembered }).tidemark.proof).toBe('exact');
  });
});
