import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type GroupState, judgeGroups } from '../../../../shared/domain/judge/group-state.ts';
import { statesByPartition } from '../../../../shared/domain/judge/judge-flow.ts';
import { sampleSpots } from '../../../../shared/domain/judge/sample-spots.ts';
import { isOpen } from '../../../../shared/domain/mirror/translation.ts';
import type { FlowCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

const MINUTE = 60_000;

/** A flow with one group on each of `partitions` partitions, each third one at an offset that the syncs leave open. */
function flow(partitions: number, tails: readonly number[] = [], more: Partial<FlowCase> = {}) {
  const of: FlowCase = {
    ...more,
    partitions: Array.from({ length: partitions }, (_, i) => ({
      // 100 source offsets have no counterpart: between the syncs positions are bounded.
      syncs: [
        [0n, 0n],
        [1_000n, 900n],
        [1_100n, 1_000n],
      ],
      source: [0n, 1_101n],
      target: [0n, 1_001n],
      ...(tails.includes(i) ? { records: { reckoning: 'refuted' } as const } : {}),
    })),
    group: {
      positions: Array.from({ length: partitions }, (_, partition) => ({
        partition,
        committed: partition % 3 === 0 ? 510n : 1_050n,
      })),
    },
  };
  const { observation, states } = flowCase(of);
  return { states, groups: judgeGroups(observation, statesByPartition(states)) };
}

const chosen = (partitions: number, at: number, most: number, tails: readonly number[] = []) => {
  const { states, groups } = flow(partitions, tails);
  return sampleSpots(states, groups, at, most);
};

describe('the spots that an audit compares', () => {
  test('are the same for the same time, and not more than asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 }),
        fc.nat(),
        fc.integer({ min: 1, max: 30 }),
        (partitions, at, most) => {
          const spots = chosen(partitions, at, most);
          expect(spots.length).toBeLessThanOrEqual(most);
          expect(spots.map(({ state, upstream }) => [state.partition, upstream])).toEqual(
            chosen(partitions, at, most).map(({ state, upstream }) => [state.partition, upstream]),
          );
          for (const { translation } of spots) expect(translation.kind).toBe('interval');
        },
      ),
    );
  });

  test('reach every open position within as many audits as it takes to go round twice', () => {
    const seen = new Set<number>();
    for (let audit = 0; audit < 20; audit++) {
      for (const { state, translation, upstream } of chosen(40, audit * MINUTE, 8)) {
        if (isOpen(translation) && upstream === 510n) seen.add(state.partition);
      }
    }
    expect(seen.size).toBe(14);
  });

  test('begin with the ends of logs that hold another record than expected', () => {
    const spots = chosen(40, 0, 8, [7, 31]);
    expect(spots.slice(0, 2).map(({ state, upstream }) => [state.partition, upstream])).toEqual([
      [7, 1_101n],
      [31, 1_101n],
    ]);
  });

  test('include intervals of partitions without a group', () => {
    const { states } = flow(4);
    const partitions = sampleSpots(states, [], 0, 4).map(({ state }) => state.partition);
    expect(partitions.sort()).toEqual([0, 1, 2, 3]);
  });
});

describe('intervals', () => {
  /** Source offsets to compare in one partition, by how many seconds after the epoch the audit began. */
  const intervals = (seconds: number, start = 0n, highWatermark = 1_201n): bigint[] => {
    const states = flow(1).states.map((state) => {
      return { ...state, source: { start, highWatermark, lastStableOffset: highWatermark } };
    });
    return sampleSpots(states, [], seconds * 1_000, 2).map(({ upstream }) => upstream);
  };

  test.each<[seconds: number, older: bigint]>([
    [0, 500n],
    [1, 500n],
    [2, 1_050n],
    [3, 1_150n],
  ])('the middle of the newest one, and of one of any age: after %d s at %s', (seconds, older) => {
    expect(intervals(seconds)).toEqual([1_150n, older]);
  });

  test('not one that the source has deleted', () => {
    expect(intervals(0, 500n)).toEqual([1_150n, 500n]);
    expect(intervals(0, 501n)).toEqual([1_150n]);
  });

  test('at its sync where the source ends before it', () => {
    expect(intervals(0, 0n, 1_000n)).toEqual([1_100n, 500n]);
  });

  test('of partitions that are far apart from one second to the next', () => {
    const { states } = flow(10);
    const partitions = Array.from({ length: 10 }, (_, second) => {
      return sampleSpots(states, [], second * 1_000, 1).map(({ state }) => state.partition);
    });
    expect(partitions.flat()).toEqual([0, 6, 2, 8, 4, 0, 7, 3, 9, 5]);
  });
});

describe('whether comparing records can improve a translation', () => {
  const interval = { kind: 'interval', low: 1n, high: 2n, again: 0n, expired: 0n, reason: '' } as const;
  test.each([
    ['exact', false],
    ['verified', false],
    ['bounded', true],
    ['conservative', true],
  ] as const)('one that is %s: %s', (proof, expected) => {
    expect(isOpen({ ...interval, proof })).toBe(expected);
  });

  test('not one that is unknown', () => expect(isOpen({ kind: 'unknown', reason: '' })).toBe(false));
});

describe('what is not compared', () => {
  test('a position that nobody can translate', () => {
    const { groups } = flow(4, [], { syncs: 'missing' });
    expect(groups[0]?.untranslated).toHaveLength(4);
    expect(sampleSpots([], groups, 0, 8)).toEqual([]);
  });

  test('intervals of a source log that could not be read', () => {
    const unread = flow(4).states.map((state) => ({ ...state, source: null }));
    expect(sampleSpots(unread, [], 0, 8)).toEqual([]);
  });

  test('the end of a log without a mapping', () => {
    const refuted = flow(1, [0]).states.map((state) => ({ ...state, mapping: null }));
    expect(sampleSpots(refuted, [], 0, 8)).toEqual([]);
  });
});

test('ends of logs get a quarter, and half of what is left beside open positions goes to settled ones', () => {
  const { states, groups } = flow(40, [1, 4, 7, 10, 13]);
  const ends = states.filter(({ records }) => records.reckoning === 'refuted');
  const ambiguous = ends.map((state) => ({ ...state, records: { reckoning: 'ambiguous' as const } }));
  for (const tails of [ends, ambiguous]) {
    expect(sampleSpots(tails, [], 0, 8).filter(({ upstream }) => upstream === 1_101n)).toHaveLength(2);
  }
  const open = groups.map((group) => ({ ...group, pairs: group.open }));
  const isSettled = ({ translation }: GroupState) => !isOpen(translation);
  const settled = groups.map((group) => ({ ...group, pairs: group.pairs.filter(isSettled), open: [] }));
  // The ends have taken two of the eight already.
  const beside = sampleSpots(ends, open, 0, 8).filter(({ upstream }) => upstream === 510n);
  expect(beside).toHaveLength(3 + 2);
  expect(sampleSpots([], open, 0, 8)).toHaveLength(6);
  expect(sampleSpots([], settled, 0, 8)).toHaveLength(4);
});
