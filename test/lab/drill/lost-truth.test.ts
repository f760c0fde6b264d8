import { describe, expect, test } from '@jest/globals';
import { countsOf, judgeExport, judgeReplay, lostTruth } from '../../../lab/drill/reconcile/lost-truth.ts';
import { isClean, type ReconciledPartition, tallyLine } from '../../../lab/drill/reconcile/reconcile-result.ts';

const log = (letters: string) =>
  [...letters].map((value, i) => ({ offset: BigInt(i), timestamp: 0n, key: null, value: Buffer.from(value) }));
const truth = lostTruth(log('abxxc'), log('axb'));
const [a, , x, , c] = log('abxxc');
const only = (...records: readonly (ReturnType<typeof log>[number] | undefined)[]) =>
  records.flatMap((record) => record ?? []);

describe('the truth of a drill', () => {
  test('all that was lost, and nothing else, is found', () => {
    expect(judgeExport(truth, only(x, c))).toEqual({ lost: 2, found: 2, wrong: 0 });
  });

  test('what was mirrored, what is listed twice, and an offset of another record are wrong', () => {
    expect(judgeExport(truth, only(a, c, c))).toEqual({ lost: 2, found: 1, wrong: 2 });
    const elsewhere = only(c).map((record) => ({ ...record, offset: 0n }));
    expect(judgeExport(truth, elsewhere)).toEqual({ lost: 2, found: 0, wrong: 1 });
  });

  test('after a replay each lost record is there once more, and no other one', () => {
    const before = countsOf(log('axb'));
    expect(judgeReplay(truth, before, countsOf(log('axbxc')))).toEqual({ missing: 0, twice: 0 });
    expect(judgeReplay(truth, before, countsOf(log('axbx')))).toEqual({ missing: 1, twice: 0 });
    expect(judgeReplay(truth, before, countsOf(log('axbxcc')))).toEqual({ missing: 0, twice: 1 });
    expect(judgeReplay(truth, before, countsOf(log('axbxcb')))).toEqual({ missing: 0, twice: 1 });
  });
});

describe('the result of a drill', () => {
  const good: ReconciledPartition = {
    scenario: 's',
    partition: 't-0',
    lost: 2,
    found: 2,
    wrong: 0,
    twice: 0,
    writtenBeforeKill: 1,
  };

  test('its last line', () => {
    expect(tallyLine([good, { ...good, twice: 1 }])).toBe('RECONCILE lost=4 found=4 wrong=0 replayed_twice=1\n');
  });

  test('is clean only if something was lost, all of it was found, and a replay was killed half way', () => {
    expect(isClean([good])).toBe(true);
    for (const bad of [{ found: 1 }, { wrong: 1 }, { twice: 1 }, { lost: 0, found: 0 }, { writtenBeforeKill: 0 }]) {
      expect(isClean([{ ...good, ...bad }])).toBe(false);
    }
  });
});
