import { expect, test } from '@jest/globals';
import { withoutCut } from '../../../../../shared/domain/mirror/breaks/without-cut.ts';
import { type NewPoint, SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';

const ENDS_BEFORE = { sourceEndBefore: 1_001n, targetEndBefore: 1_010n };
const SINCE = {
  sameSourceSince: 1,
  sameTargetSince: 1,
  ...ENDS_BEFORE,
  sourceStart: null,
  sourceEpoch: null,
  sourceEpochBefore: null,
  sourceCuts: [],
  sourceEpochEnd: null,
  targetEpochEnd: null,
  known: 0,
  knownWithSource: 0,
  knewAll: true,
  targetEndConfirmed: true,
};
const at = (upstream: bigint, downstream: bigint, more: Partial<NewPoint> = {}): NewPoint => {
  return { timestamp: 5n, upstream, downstream, ...more };
};

function cut(points: readonly NewPoint[], sourceEnd: bigint | null, targetEnd: bigint | null, known = 0) {
  const found = withoutCut(SyncHistory.of(points), { ...SINCE, sourceEnd, targetEnd, known });
  const { history } = found;
  const pairs = Array.from({ length: history.length }, (_, i) => {
    const { upstream, downstream, compared, hole } = history.at(i);
    return `${hole ? '|' : ''}${upstream}→${downstream}${compared ? '*' : ''}`;
  });
  return { told: `${pairs.join(' ')}${history.breaksBeforeNext('hole') ? ' |' : ''}`, known: found.known };
}

test('where the syncs around a cut are in step, the mapping holds up to the cut', () => {
  expect(cut([at(0n, 10n), at(999n, 1_009n)], 950n, null).told).toBe('0→10 949→959* |');
  expect(cut([at(0n, 10n), at(999n, 1_009n)], null, 900n).told).toBe('0→10 889→899* |');
  expect(cut([at(0n, 0n), at(500n, 500n), at(999n, 999n), at(510n, 505n)], null, 2_000n).told).toBe(
    '0→0 500→500 504→504* |510→505',
  );
});

test('not where they are not in step, where it is not known what lies between them, or where nothing is left', () => {
  expect(cut([at(0n, 0n), at(999n, 990n)], 950n, null).told).toBe('0→0 |');
  expect(cut([at(0n, 0n), at(999n, 999n, { hole: true })], 950n, null).told).toBe('0→0 |');
  expect(cut([at(949n, 949n), at(999n, 999n)], 950n, null).told).toBe('949→949 |');
  expect(cut([at(960n, 960n), at(999n, 999n)], 950n, null).told).toBe(' |');
});

test('how many of the syncs were known before includes what is derived from them', () => {
  const points = [at(0n, 0n), at(999n, 999n), at(1_000n, 1_000n)];
  expect(cut(points, 950n, null, 2).known).toBe(2);
  expect(cut(points, 950n, null, 0).known).toBe(0);
});
