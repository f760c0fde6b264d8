import { expect, test } from '@jest/globals';
import { possiblyCut } from '../../../../../shared/domain/mirror/breaks/possible-cuts.ts';
import { SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';

type Pair = readonly [upstream: bigint, downstream: bigint];
const SEEN: readonly Pair[] = [
  [0n, 0n],
  [100n, 90n],
];

/** The syncs that hold in any case, `|` before the hole, and from where on the log may have been cut. */
function told(pairs: readonly Pair[], first = 0, unseen = SEEN.length): string | null {
  const history = SyncHistory.of(pairs.map(([upstream, downstream]) => ({ timestamp: 1n, upstream, downstream })));
  const found = possiblyCut(history, first, unseen, 7);
  if (found === null) return null;
  const points = Array.from({ length: found.history.length }, (_, i) => {
    const { upstream, downstream, hole } = found.history.at(i);
    return `${hole ? '|' : ''}${upstream}→${downstream}`;
  });
  return `${points.join(' ')}, cut at ${found.cut.at}`;
}

test('what MM2 has written since the last look can be other records, from the last sync on', () => {
  expect(told([...SEEN, [150n, 140n]])).toBe('0→0 100→90 |150→140, cut at 101');
});

test('and from where MM2 went back to: the pair at that place holds', () => {
  const back: readonly Pair[] = [...SEEN, [150n, 140n], [60n, 150n], [80n, 170n]];
  expect(told(back)).toBe('0→0 |150→140 60→150 80→170, cut at 60');
  const inStep: readonly Pair[] = [
    [0n, 0n],
    [100n, 100n],
    [60n, 150n],
  ];
  expect(told(inStep)).toBe('0→0 59→59 |60→150, cut at 60');
});

test('where no sync was seen, from the begin of the log', () => {
  expect(told(SEEN, 0, 0)).toBe('|0→0 100→90, cut at 0');
});

test('syncs about earlier logs stay as they are', () => {
  expect(told([[500n, 40n], ...SEEN, [50n, 95n]], 1, 3)).toBe('500→40 0→0 |50→95, cut at 50');
});

test('nothing, if MM2 has written none since', () => {
  expect(told(SEEN)).toBeNull();
});
