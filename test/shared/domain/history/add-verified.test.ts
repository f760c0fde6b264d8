import { describe, expect, test } from '@jest/globals';
import { addVerified } from '../../../../shared/domain/history/add-verified.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { translate } from '../../../../shared/domain/mirror/translation.ts';

const AT = 1_800_000_000_000;

function historyOf(syncs: readonly (readonly [bigint, bigint])[]): SyncHistory {
  const history = new SyncHistory();
  for (const [upstream, downstream] of syncs)
    history.push({ timestamp: BigInt(AT), upstream, downstream, hole: false });
  return history;
}

function at(history: SyncHistory, end: bigint, upstream: bigint) {
  return translate(new PartitionMapping({ history, target: { start: 0n, end } }), upstream);
}

describe('a pair that comparing records has found', () => {
  // MM2 wrote 0 to 9, began again at 5, and the first sync after that got lost.
  const SYNCS = [
    [0n, 0n],
    [20n, 25n],
    [24n, 29n],
  ] as const;

  test('makes a position exact where MM2 wrote records again, until the next audit and after it', () => {
    const history = historyOf(SYNCS);
    expect(at(history, 30n, 12n)).toMatchObject({ low: 12n, high: 17n, proof: 'bounded' });
    expect(addVerified(history, { upstream: 11n, downstream: 16n }, AT)).toBe(true);
    expect(at(history, 30n, 12n)).toMatchObject({ low: 17n, high: 17n, again: 0n, proof: 'exact' });
    expect(at(history, 30n, 7n)).toMatchObject({ low: 7n, high: 12n, proof: 'bounded' });
  });

  test('may be the older of two copies', () => {
    const history = historyOf(SYNCS);
    expect(addVerified(history, { upstream: 7n, downstream: 7n }, AT)).toBe(true);
    expect(at(history, 30n, 3n)).toMatchObject({ low: 3n, high: 3n, again: 0n, proof: 'exact' });
    expect(at(history, 30n, 8n)).toMatchObject({ low: 8n, high: 13n, proof: 'bounded' });
  });

  test('may be the first one of a topic that replaced another: what lies before it is then not known', () => {
    const [pair, next] = [
      { upstream: 24n, downstream: 12n },
      { upstream: 28n, downstream: 16n },
    ];
    const history = historyOf([SYNCS[0]]);
    expect(addVerified(history, { ...pair, mayBeginTopic: true }, AT)).toBe(true);
    expect(at(history, 17n, 10n)).toMatchObject({ low: 0n, high: 12n, proof: 'conservative' });
    // The one behind it continues it.
    expect(addVerified(history, { ...next, mayBeginTopic: true }, AT)).toBe(true);
    expect(at(history, 17n, 26n)).toMatchObject({ low: 14n, high: 14n, proof: 'exact' });
  });

  test('is not stored between two syncs that are in step, before the first one, or across a break', () => {
    const inStep = historyOf([
      [0n, 0n],
      [20n, 20n],
    ]);
    expect(addVerified(inStep, { upstream: 7n, downstream: 7n }, AT)).toBe(false);
    expect(addVerified(historyOf([[5n, 5n]]), { upstream: 3n, downstream: 3n }, AT)).toBe(false);
    const broken = historyOf(SYNCS);
    broken.pendingBreaks = 1;
    expect(addVerified(broken, { upstream: 30n, downstream: 40n }, AT)).toBe(false);
  });
});
