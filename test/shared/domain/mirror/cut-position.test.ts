import { describe, expect, test } from '@jest/globals';
import { isOfPresentLog, translateCutOff } from '../../../../shared/domain/mirror/cut-position.ts';
import type { MappingEvidence, SourceCut } from '../../../../shared/domain/mirror/epoch.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { type NewPoint, SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';

/** The log was cut from 500 to 300 in leader epoch 4. Source offset u of before is at u + 10 on the target. */
const CUT: SourceCut = {
  ...{ at: 300n, reached: 500n, noticedAt: 2_000 },
  tail: {
    epoch: 4,
    presentFrom: 6,
    syncs: [
      { upstream: 400n, downstream: 410n },
      { upstream: 450n, downstream: 455n },
      { upstream: 499n, downstream: 509n },
    ],
  },
};
const BEFORE: readonly NewPoint[] = [
  { timestamp: 1n, upstream: 0n, downstream: 10n },
  { timestamp: 1n, upstream: 299n, downstream: 309n },
];
/** MM2 continued with the first new record. */
const BEHIND: NewPoint = { timestamp: 3_000n, upstream: 300n, downstream: 510n, hole: true };

interface Case {
  readonly cuts?: readonly SourceCut[];
  readonly behind?: readonly NewPoint[];
  readonly end?: bigint;
  readonly more?: Partial<MappingEvidence>;
}

/** Where a group at this offset and leader epoch continues: `low-high again N, proof`. */
function where(upstream: bigint, epoch = 4, { cuts = [CUT], behind = [BEHIND], end = 611n, more }: Case = {}) {
  const history = SyncHistory.of([...BEFORE, ...behind]);
  if (behind.length === 0) history.breakBeforeNext('hole');
  const evidence = { history, target: { start: 0n, end }, sourceStart: 0n, sourceEnd: 401n, sourceCuts: cuts };
  const found = translateCutOff(new PartitionMapping({ ...evidence, ...more }), upstream, epoch);
  if (found?.kind === 'unknown') return found.kind;
  return found === null ? null : `${found.low}-${found.high} again ${found.again}, ${found.proof}`;
}

describe('a group whose commit is of a log that was cut', () => {
  test('continues behind the copies of what it read', () => {
    expect(where(400n)).toBe('410-410 again 0, exact');
    // 399 is the last record in step with the sync at 400.
    expect(where(350n)).toBe('360-360 again 0, exact');
    // All that the log had.
    expect(where(500n)).toBe('510-510 again 0, exact');
  });

  test('in an earlier leader epoch as well', () => {
    expect(where(400n, 1)).toBe('410-410 again 0, exact');
  });

  test('anywhere between two syncs that are not in step', () => {
    expect(where(420n)).toBe('411-455 again 0, conservative');
  });

  test('at most as far as where MM2 continued, if it read more than the syncs tell', () => {
    expect(where(520n, 4, { behind: [{ ...BEHIND, downstream: 540n }] })).toBe('510-540 again 30, conservative');
  });

  test('before what MM2 wrote again: that is counted', () => {
    const fromBegin = [{ ...BEHIND, upstream: 0n }];
    expect(where(400n, 4, { behind: fromBegin, end: 911n })).toBe('410-410 again 300, bounded');
  });

  test('before as many as are there without a place, if the sync at which MM2 began again was lost', () => {
    const further = (downstream: bigint) => [{ ...BEHIND, upstream: 350n, downstream }];
    expect(where(400n, 4, { behind: further(560n), end: 611n })).toBe('410-410 again 0, exact');
    expect(where(400n, 4, { behind: further(610n), end: 661n })).toBe('410-410 again 50, bounded');
  });

  test('before what MM2 has written since without a sync: that may be written again', () => {
    expect(where(400n, 4, { behind: [], end: 510n })).toBe('410-410 again 0, exact');
    expect(where(400n, 4, { behind: [], end: 530n })).toBe('410-410 again 20, bounded');
  });

  test('is not known in transactions, whose markers can be in between', () => {
    expect(where(350n, 4, { more: { exactlyOnce: true } })).toBe('310-410 again 0, conservative');
  });
});

test('records that the target has deleted unread are lost to a group of a log that was cut', () => {
  const at = (upstream: bigint, start: bigint) => {
    const evidence = { history: SyncHistory.of([...BEFORE, BEHIND]), sourceCuts: [CUT], sourceEnd: 401n };
    const found = translateCutOff(new PartitionMapping({ ...evidence, target: { start, end: 611n } }), upstream, 4);
    return found?.kind === 'interval' ? [found.low, found.expired] : found;
  };
  expect([at(400n, 410n), at(400n, 450n)]).toEqual([
    [410n, 0n],
    [450n, 40n],
  ]);
});

describe('a commit says nothing about the log that was cut', () => {
  test('if it is of a later leader epoch', () => {
    expect(where(400n, 5)).toBeNull();
  });

  test('if it is not behind the cut: both logs have the same records there', () => {
    expect([where(300n), where(120n)]).toEqual([null, null]);
  });

  test('if an earlier cut may be its own', () => {
    const { tail: _, ...untold } = CUT;
    expect(where(400n, 4, { cuts: [{ ...untold, at: 350n }, CUT] })).toBeNull();
    const earlier = { ...CUT, at: 350n, tail: { epoch: 2, syncs: CUT.tail?.syncs ?? [] } };
    expect(where(400n, 4, { cuts: [earlier, CUT] })).toBe('410-410 again 0, exact');
  });
});

describe('a commit is of the present log', () => {
  const isPresent = (epoch: number, ...cuts: readonly SourceCut[]) => {
    const evidence = { history: SyncHistory.of(BEFORE), target: { start: 0n, end: 510n }, sourceCuts: cuts };
    return isOfPresentLog(new PartitionMapping(evidence), epoch);
  };

  test('if its leader epoch is that of an audit that had noticed each cut, or later', () => {
    const earlier = { ...CUT, tail: { epoch: 2, presentFrom: 3, syncs: [] } };
    expect([4, 5, 6, 7].map((epoch) => isPresent(epoch, CUT))).toEqual([false, false, true, true]);
    expect([3, 4, 6].map((epoch) => isPresent(epoch, earlier, CUT))).toEqual([false, false, true]);
  });

  test('which is not known if the broker named no epoch then', () => {
    expect(isPresent(9, { ...CUT, tail: { epoch: 4, syncs: [] } })).toBe(false);
  });

  test('which nobody knows of a cut that only the length of the log showed, and where there was none', () => {
    const { tail: _, ...untold } = CUT;
    expect([isPresent(9, untold), isPresent(9, untold, CUT), isPresent(9)]).toEqual([false, false, false]);
  });
});

describe('of a log that was cut, the first copy is where to continue', () => {
  /** Before the first sync the target has ten records more: MM2 may have been past the cut and begun again. */
  const behindAll = '0-611 again 0, conservative';

  test('if a later cut took what the first one had left', () => {
    const earlier = { ...CUT, at: 350n, tail: { epoch: 2, syncs: CUT.tail?.syncs ?? [] } };
    expect(where(400n, 2, { cuts: [earlier, CUT] })).toBe(behindAll);
  });

  test('if no sync about what is gone is certain', () => {
    const bare = { ...CUT, tail: { epoch: 4, syncs: [] } };
    expect(where(400n, 4, { cuts: [bare] })).toBe(behindAll);
  });

  test('if the commit is further than the log is known to have reached', () => {
    expect(where(900n)).toBe('510-510 again 0, exact');
    // It was cut to its begin: no sync below the cut holds.
    const whole = { ...CUT, at: 0n };
    expect(where(900n, 4, { cuts: [whole], more: { sourceRecreatedAt: 2 } })).toBe(behindAll);
  });

  test('if the target has lost the copies, or is another log', () => {
    expect(where(400n, 4, { more: { target: { start: 411n, end: 611n } } })).toBe('411-611 again 0, conservative');
    expect(where(400n, 4, { more: { targetCuts: [{ at: 509n, reached: 510n }] } })).toBe(behindAll);
    expect(where(400n, 4, { more: { targetCuts: [{ at: 510n, reached: 511n }] } })).toBe('410-410 again 0, exact');
    expect(where(400n, 4, { behind: [{ ...BEHIND, downstream: 509n }] })).toBe(behindAll);
    expect(where(400n, 4, { more: { targetRecreatedAt: 2 } })).toBe('0-611 again 0, conservative');
  });
});
