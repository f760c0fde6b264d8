import { describe, expect, test } from '@jest/globals';
import type { PastCut } from '../../../../../shared/domain/mirror/breaks/cut.ts';
import { withoutHeldBack } from '../../../../../shared/domain/mirror/breaks/held-back.ts';
import type { LogsNow } from '../../../../../shared/domain/mirror/breaks/logs-now.ts';
import { SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';

/** The source log had reached 390 when it was cut at 315. An audit noticed it, and knew of 350. */
const CUT: PastCut = {
  ...{ side: 'source', topic: 't', partition: 0, noticedAt: 7 },
  ...{ at: 315n, reached: 350n, tail: { epoch: 4, syncs: [] } },
};
const LOGS: LogsNow = {
  sourceEnd: 330n,
  targetEnd: 405n,
  sourceStart: null,
  sourceEndBefore: 315n,
  targetEndBefore: 390n,
  sourceEpoch: null,
  sourceEpochBefore: 5,
  sourceCuts: [CUT],
  sourceEpochEnd: null,
  targetEpochEnd: null,
  sameSourceSince: 1,
  sameTargetSince: 1,
  known: 1,
  knownWithSource: 1,
  knewAll: true,
  targetEndConfirmed: false,
};

/** What is left of the syncs, after the first of them an audit that noticed the cut, and the cut that is found. */
function held(syncs: readonly (readonly [bigint, bigint])[], logs: Partial<LogsNow> = {}) {
  const history = SyncHistory.of(syncs.map(([upstream, downstream]) => ({ timestamp: 1n, upstream, downstream })));
  const found = withoutHeldBack(history, { ...LOGS, ...logs });
  return {
    left: Array.from({ length: found.history.length }, (_, i) => found.history.upstream(i)),
    cut: found.cut,
    isOpen: found.history.breaksBeforeNext('hole'),
  };
}

describe('a sync that MirrorMaker held back over a cut of the source log', () => {
  test('is void, and shows how far the log had reached', () => {
    expect(
      held([
        [303n, 303n],
        [389n, 389n],
      ]),
    ).toEqual({
      left: [303n, 314n],
      cut: {
        side: 'source',
        at: 350n,
        reached: 390n,
        noticedAt: 7,
        tail: { epoch: 4, syncs: [{ upstream: 389n, downstream: 389n }] },
      },
      isOpen: true,
    });
  });

  test('is void, however long the log is by now', () => {
    expect(
      held(
        [
          [303n, 303n],
          [389n, 389n],
          [391n, 466n],
        ],
        { sourceEnd: 400n },
      ),
    ).toMatchObject({
      left: [303n, 314n, 391n],
      cut: { reached: 390n },
    });
  });

  test('is void where the last audit did not see its copy, if the log has not reached it since the cut', () => {
    expect(
      held(
        [
          [303n, 303n],
          [389n, 389n],
        ],
        { targetEndBefore: 300n },
      ).left,
    ).toEqual([303n, 314n]);
  });

  test('is void where nobody can read the target log', () => {
    const syncs = [
      [303n, 303n],
      [389n, 389n],
    ] as const;
    expect(held(syncs, { sameTargetSince: null, targetEndBefore: null }).left).toEqual([303n, 314n]);
  });

  test('shows nothing new where the log is known to have reached as far', () => {
    expect(
      held([
        [303n, 303n],
        [340n, 340n],
      ]),
    ).toEqual({ left: [303n, 314n], cut: null, isOpen: true });
  });

  test('tells no leader epoch where none is known', () => {
    const { tail: _, ...cut } = CUT;
    expect(
      held(
        [
          [303n, 303n],
          [389n, 389n],
        ],
        { sourceCuts: [cut] },
      ).cut,
    ).toEqual({
      side: 'source',
      at: 350n,
      reached: 390n,
      noticedAt: 7,
    });
  });

  test.each<[string, Partial<LogsNow>]>([
    ['no cut is known', { sourceCuts: [] }],
    ['the target may be another topic, and the log has grown', { sameTargetSince: null, sourceEnd: 400n }],
    ['the source is another topic', { sameSourceSince: null }],
    ['the last audit did not see its copy, and the log has grown', { targetEndBefore: 389n, sourceEnd: 400n }],
    ['the last audit saw a longer source log', { sourceEndBefore: 390n, sourceEnd: 400n }],
    ['the log was cut again', { sourceEndBefore: 390n, sourceEpochEnd: 380n }],
    ['the last audit had read it', { known: 2 }],
    ['its record is before the cut', { sourceCuts: [{ ...CUT, at: 390n, reached: 400n }] }],
    ['no audit has read the source log', { sourceEndBefore: null }],
    ['no audit has read the target log, and the source log has grown', { targetEndBefore: null, sourceEnd: 400n }],
  ])('holds WHERE %s', (_, logs) => {
    expect(
      held(
        [
          [303n, 303n],
          [389n, 389n],
        ],
        logs,
      ),
    ).toEqual({ left: [303n, 389n], cut: null, isOpen: false });
  });
});
