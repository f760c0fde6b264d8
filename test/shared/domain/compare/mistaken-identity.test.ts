import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DigestedStretch } from '../../../../shared/domain/compare/digested-record.ts';
import { planStretches } from '../../../../shared/domain/compare/plan-stretches.ts';
import { settlePositions } from '../../../../shared/domain/compare/settle-positions.ts';
import { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { translate } from '../../../../shared/domain/mirror/translation.ts';
import { propertyRuns } from '../../../property-runs.ts';

interface World {
  readonly syncs: readonly (readonly [upstream: bigint, downstream: bigint])[];
  /** Content by source offset, as far as the log holds it now; null where compaction removed the record. */
  readonly source: readonly (string | null)[];
  readonly target: readonly string[];
  readonly groups: readonly bigint[];
}

/** What an audit says of groups that it compares together: the plan decides what is read, as in a real audit. */
function compared({ syncs, source, target, groups }: World) {
  const history = SyncHistory.of(syncs.map(([upstream, downstream]) => ({ timestamp: 0n, upstream, downstream })));
  const log = { from: 0n, until: BigInt(source.length) };
  const end = BigInt(target.length);
  const mapping = new PartitionMapping({ history, target: { start: 0n, end }, sourceEnd: log.until });
  const wanted = groups.map((upstream) => {
    const said = translate(mapping, upstream);
    if (said.kind === 'unknown') throw new Error(said.reason);
    return { upstream, said };
  });
  const plan = planStretches(mapping, groups, log);
  const read = new SourceRecords([stretchOf(source, plan.source.from, plan.source.until)], {
    start: 0n,
    end: log.until,
  });
  const stretches = plan.target.map(({ from, until }) => stretchOf(target, from, until));
  const { positions } = settlePositions(mapping, wanted, stretches, read, 'not compared');
  return positions.map(({ translation, refutation }) => ({
    position: translation.kind === 'interval' ? [translation.low, translation.high, translation.proof] : null,
    refuted: refutation === null ? null : refutation.certain ? 'certain' : 'doubtful',
  }));
}

function stretchOf(log: readonly (string | null)[], from: bigint, until: bigint): DigestedStretch {
  const records = log.flatMap((content, offset) =>
    content === null || offset < from || offset >= until
      ? []
      : [{ offset: BigInt(offset), content, body: content, timestamp: 0n }],
  );
  return { from, until, records };
}

const unique = (from: number, until: number): string[] =>
  Array.from({ length: until - from }, (_, i) => `record ${from + i}`);

/** The same with other content at some offsets. */
const put = <T>(log: readonly T[], at: number, ...contents: readonly T[]): T[] =>
  log.toSpliced(at, contents.length, ...contents);

describe('records that are equal', () => {
  const syncs = [
    [0n, 0n],
    [100n, 100n],
    [1_000n, 1_000n],
    [1_100n, 1_100n],
    [1_200n, 1_200n],
  ] as const;
  const target = put(put(unique(0, 1_201), 50, 'x', 'y'), 1_050, 'x', 'y');
  /** Compaction removed the older ones of 50 and 51. */
  const source = put<string | null>(target, 50, null, null);

  test('GIVEN a compacted source WHEN two groups are compared together THEN an old copy is not taken for the newer record', () => {
    const [old, newer] = compared({ syncs, source, target, groups: [40n, 1_060n] });
    expect(old).toEqual({ position: [40n, 40n, 'verified'], refuted: null });
    expect(newer).toEqual({ position: [1_060n, 1_060n, 'verified'], refuted: null });
  });

  test.each([48n, 50n, 51n, 52n, 60n])(
    'a group at %s beside the removed records is neither refuted nor put elsewhere',
    (group) => {
      const [found] = compared({ syncs, source, target, groups: [group, 1_060n] });
      expect(found?.refuted).toBeNull();
      // The copies of removed records are still on the target: a group before them reads them there.
      expect(found?.position?.[0]).toBeLessThanOrEqual(group);
      expect(found?.position?.[0]).toBeGreaterThanOrEqual(group <= 50n ? group : 50n);
      if (found?.position?.[2] === 'verified') expect(found.position[0]).toBe(group);
    },
  );

  test('GIVEN three copies, two of them removed, in one interval THEN nothing is refuted and nothing skipped', () => {
    const repeated = put(put(put(unique(0, 201), 110, 'x', 'y'), 130, 'x', 'y'), 160, 'x', 'y');
    const left = put<string | null>(put<string | null>(repeated, 110, null, null), 130, null, null);
    const between = [
      [0n, 0n],
      [100n, 100n],
      [200n, 200n],
    ] as const;
    for (let group = 101n; group < 200n; group++) {
      const [found] = compared({ syncs: between, source: left, target: repeated, groups: [group] });
      expect([group, found?.refuted]).toEqual([group, null]);
      expect(Number(found?.position?.[0])).toBeLessThanOrEqual(Number(group));
      if (found?.position?.[2] === 'verified') expect(found.position[0]).toBe(group);
    }
  });

  test('GIVEN a long run of records that comes again, the older one removed by compaction THEN it is no restart', () => {
    const load = unique(0, 60).map((content) => `load of ${content}`);
    const twice = put(put(unique(0, 1_201), 20, ...load), 1_020, ...load);
    const left = put<string | null>(twice, 20, ...load.map(() => null));
    for (const group of [10n, 20n, 50n, 79n, 80n, 90n]) {
      const [found] = compared({ syncs, source: left, target: twice, groups: [group, 1_060n] });
      expect([group, found?.refuted]).toEqual([group, null]);
      expect(Number(found?.position?.[0])).toBeLessThanOrEqual(Number(group));
    }
  });
});

describe('a transform on the way', () => {
  const source = unique(0, 1_001);
  const syncs = [
    [0n, 0n],
    [500n, 500n],
    [1_000n, 1_000n],
  ] as const;
  const groups = [1n, 250n, 499n, 500n, 501n, 750n, 1_001n];

  test.each<[string, (content: string, offset: number) => string]>([
    ['that changes every record', (content) => `masked ${content}`],
    ['that changes every other record', (content, offset) => (offset % 2 === 0 ? `masked ${content}` : content)],
    [
      'that changes all but a few',
      (content, offset) => (offset % 100 < 3 && offset % 100 > 0 ? content : `masked ${content}`),
    ],
    ['that leaves a constant', () => 'masked'],
    ['that changes the first records only', (content, offset) => (offset < 300 ? `masked ${content}` : content)],
    ['that changes the newest records only', (content, offset) => (offset >= 900 ? `masked ${content}` : content)],
  ])('%s never refutes with certainty, and verifies no other position', (_, transform) => {
    for (const found of compared({ syncs, source, target: source.map(transform), groups })) {
      expect(found.refuted).not.toBe('certain');
    }
    for (const group of groups) {
      const [found] = compared({ syncs, source, target: source.map(transform), groups: [group] });
      expect(found?.refuted).not.toBe('certain');
      if (found?.position?.[2] === 'verified') expect(found.position[0]).toBe(group);
    }
  });

  test('that drops records, with compaction on the source beside it, refutes nothing', () => {
    const kept = source.filter((_, offset) => offset % 10 !== 3);
    const gaps = [0n, 500n, 1_000n].map((u) => [u, BigInt(kept.indexOf(`record ${u}`))] as const);
    for (const log of [source, source.map((content, offset) => (offset % 7 === 5 ? null : content))]) {
      for (const found of compared({ syncs: gaps, source: log, target: kept, groups })) {
        expect(found.refuted).toBeNull();
      }
    }
  });
});

describe('what is true is still found', () => {
  test('a restart whose first sync was lost, behind a gap of the same length', () => {
    // MM2 mirrored up to 299, began again at 250, and a transaction of 50 aborted records was skipped on the way.
    const records = unique(0, 401);
    const source = records.map((content, offset) => (offset >= 320 && offset < 370 ? null : content));
    const target = [...records.slice(0, 300), ...records.slice(250, 320), ...records.slice(370)];
    const syncs = [
      [0n, 0n],
      [200n, 200n],
      [400n, 400n],
    ] as const;
    expect(target[400]).toBe('record 400');
    const [found] = compared({ syncs, source, target, groups: [310n] });
    expect(found?.position).not.toEqual([310n, 310n, 'exact']);
    expect(found?.position?.[0] ?? 0n).toBeLessThanOrEqual(360n);
    // A group at 299 would read 50 records again.
    const [, end] = compared({ syncs, source, target, groups: [310n, 299n] });
    expect(end?.refuted).toBe('certain');
    expect(end?.position?.[0] ?? 0n).toBeLessThanOrEqual(349n);
  });
});

describe('whatever repeats, and whatever compaction removes', () => {
  /** Parts of a log: records of their own, loads that come again, and offsets without a record (markers). */
  const anyPart = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('own' as const), length: fc.integer({ min: 1, max: 12 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('load' as const),
        from: fc.integer({ min: 0, max: 4 }),
        length: fc.integer({ min: 1, max: 6 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('marker' as const), length: fc.integer({ min: 1, max: 2 }) }),
    },
  );
  const anyWorld = fc.record({
    parts: fc.array(anyPart, { minLength: 4, maxLength: 14 }),
    cleaned: fc.nat({ max: 140 }),
    syncEach: fc.integer({ min: 3, max: 25 }),
    groups: fc.array(fc.nat({ max: 140 }), { minLength: 1, maxLength: 4 }),
  });

  test('nothing is refuted, nothing skipped, and what is verified is right', () => {
    fc.assert(
      fc.property(anyWorld, ({ parts, cleaned, syncEach, groups }) => {
        let own = 0;
        const written = parts.flatMap((part): (string | null)[] =>
          Array.from({ length: part.length }, (_, i) =>
            part.kind === 'marker' ? null : part.kind === 'own' ? `own ${own++}` : `load ${part.from + i}`,
          ),
        );
        // MM2 copied every record. Then compaction kept the newest of equal records, as far as it has cleaned the log.
        const target = written.flatMap((content, offset) => (content === null ? [] : [{ content, offset }]));
        const newest = new Map(written.slice(0, cleaned).map((content, offset) => [content, offset]));
        const source = written.map((content, offset) =>
          offset < cleaned && newest.get(content) !== offset ? null : content,
        );
        const marks = target.filter((_, i) => i === 0 || i % syncEach === 0 || i === target.length - 1);
        if (marks.length === 0) return;
        const syncs = marks.map(
          ({ offset }) => [BigInt(offset), BigInt(target.findIndex((one) => one.offset === offset))] as const,
        );
        const wanted = [...new Set(groups)].filter((group) => group <= written.length).map(BigInt);
        const found = compared({ syncs, source, target: target.map(({ content }) => content), groups: wanted });
        for (const [i, { position, refuted }] of found.entries()) {
          const group = wanted[i] ?? 0n;
          const truth = BigInt(target.filter(({ offset }) => offset < group).length);
          expect([group, refuted]).toEqual([group, null]);
          if (position === null) continue;
          expect(Number(position[0])).toBeLessThanOrEqual(Number(truth));
          if (position[2] === 'verified') expect([group, position[0]]).toEqual([group, truth]);
        }
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});
