import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseGroups, METRIC_HOUR_MS } from '../../../shared/audit/group-places.ts';
import type { GroupPlaces } from '../../../shared/audit/group-places-store.ts';
import type { RankedGroup } from '../../../shared/audit/rank-groups.ts';
import { propertyRuns } from '../../property-runs.ts';

const BEGIN = Date.UTC(2026, 10, 20, 10, 0, 0);
const MINUTE = 60_000;
const ranked = (...names: string[]): RankedGroup[] =>
  names.map((name) => ({ name: name.replace('!', ''), skips: name.endsWith('!') }));
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `g${from + i}`);
const names = (places: GroupPlaces) => [...places.since.keys()];

describe('the groups with metrics of their own', () => {
  test('GIVEN room for all THEN every group has a place at once, one that appears within the hour too', () => {
    const first = chooseGroups(null, ranked('a', 'b'), BEGIN, 3);
    expect(names(first)).toEqual(['a', 'b']);
    expect(names(chooseGroups(first, ranked('c', 'a', 'b'), BEGIN + MINUTE, 3))).toEqual(['a', 'b', 'c']);
  });

  test('GIVEN more groups THEN the worst have places, except for the fifth that waits for groups that begin to skip', () => {
    const first = chooseGroups(null, ranked(...numbered(20)), BEGIN, 10);
    expect(names(first)).toEqual(numbered(8));
    const calm = chooseGroups(first, ranked('worse', ...numbered(20)), BEGIN + MINUTE, 10);
    expect(calm).toBe(first);
    const skipping = chooseGroups(first, ranked('x!', 'y!', 'z!', ...numbered(20)), BEGIN + MINUTE, 10);
    expect(names(skipping)).toEqual([...numbered(8), 'x', 'y']);
  });

  test('a group keeps its place for an hour; then the worst of that moment get it', () => {
    const first = chooseGroups(null, ranked(...numbered(20)), BEGIN + 30 * MINUTE, 10);
    const worse = ranked(...numbered(20, 100));
    const nextHour = chooseGroups(first, worse, BEGIN + 60 * MINUTE, 10);
    expect(names(nextHour)).toEqual(numbered(8));
    const later = chooseGroups(nextHour, worse, BEGIN + 120 * MINUTE, 10);
    expect(names(later)).toEqual(numbered(8, 100));
  });

  test('a group that is still among the worst keeps its place and its time', () => {
    const first = chooseGroups(null, ranked('a', 'b'), BEGIN, 3);
    const later = chooseGroups(first, ranked('b', 'c', 'd', 'a'), BEGIN + 60 * MINUTE, 3);
    expect([...later.since]).toEqual([
      ['b', BEGIN],
      ['c', BEGIN + 60 * MINUTE],
    ]);
  });

  test('a clock that goes back opens no hour again, and a lower limit holds at once', () => {
    const first = chooseGroups(null, ranked('a', 'b'), BEGIN + 60 * MINUTE, 2);
    expect(chooseGroups(first, ranked('c', 'd'), BEGIN, 2)).toBe(first);
    expect(names(chooseGroups(first, ranked('a', 'b'), BEGIN + 61 * MINUTE, 1))).toEqual(['a']);
  });

  /** Any groups in any order, some of which skip, at any later time. */
  const audits = fc.array(
    fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 5 * MINUTE }), fc.integer({ min: 0, max: 3 * METRIC_HOUR_MS })),
      groups: fc.uniqueArray(fc.record({ name: fc.integer({ min: 0, max: 60 }).map(String), skips: fc.boolean() }), {
        selector: ({ name }) => name,
        maxLength: 40,
      }),
    }),
    { minLength: 1, maxLength: 60 },
  );

  test('in no hour have more groups metrics than the limit, and none loses its place within an hour', () => {
    fc.assert(
      fc.property(audits, fc.integer({ min: 1, max: 25 }), (life, limit) => {
        let places: GroupPlaces | null = null;
        let at = BEGIN;
        const byHour = new Map<number, Set<string>>();
        const placed = new Map<string, number>();
        for (const { afterMs, groups } of life) {
          at += afterMs;
          places = chooseGroups(places, groups, at, limit);
          const hour = Math.floor(at / METRIC_HOUR_MS);
          const seen = byHour.get(hour) ?? new Set();
          byHour.set(hour, seen);
          for (const name of places.since.keys()) seen.add(name);
          expect(seen.size).toBeLessThanOrEqual(limit);
          for (const [name, since] of placed) {
            if (places.since.has(name)) continue;
            expect(at - since).toBeGreaterThanOrEqual(METRIC_HOUR_MS);
            placed.delete(name);
          }
          for (const name of places.since.keys()) if (!placed.has(name)) placed.set(name, at);
        }
      }),
      { numRuns: propertyRuns(300) },
    );
  });

  test('at every choice of a new hour the worst groups without a place are those that got no room', () => {
    fc.assert(
      fc.property(audits, fc.integer({ min: 1, max: 25 }), (life, limit) => {
        let places: GroupPlaces | null = null;
        let at = BEGIN;
        for (const { afterMs, groups } of life) {
          at += afterMs;
          places = chooseGroups(places, groups, at, limit);
          const left = groups.filter(({ name }) => places?.since.has(name) === false);
          // A group that skips is left out only if every place is taken.
          if (left.some(({ skips }) => skips)) expect(places.since.size).toBe(limit);
          if (left.length > 0) expect(places.since.size).toBeGreaterThanOrEqual(limit - Math.ceil(limit / 5));
        }
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});
