import { describe, expect, test } from '@jest/globals';
import type { MappingEvidence } from '../../../../shared/domain/mirror/epoch.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { type Break, SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';

interface Case {
  readonly what: string;
  readonly syncs: readonly (readonly [upstream: bigint, downstream: bigint])[];
  /** End of the target log; right behind the newest sync where absent. */
  readonly end?: bigint;
  /** Breaks behind the newest sync. */
  readonly since?: readonly Break[];
  readonly evidence?: Partial<MappingEvidence>;
}

function mappingOf({ syncs, end, since = [], evidence }: Omit<Case, 'what'>): PartitionMapping {
  const history = SyncHistory.of(syncs.map(([upstream, downstream]) => ({ timestamp: 1n, upstream, downstream })));
  for (const kind of since) history.breakBeforeNext(kind);
  const behind = (syncs.at(-1)?.[1] ?? -1n) + 1n;
  return new PartitionMapping({ history, target: { start: 0n, end: end ?? behind }, ...evidence });
}

const STEADY = [
  [0n, 0n],
  [100n, 100n],
  [200n, 200n],
] as const;

test('without a sync, nothing is said to lie behind the last one', () => {
  const empty = mappingOf({ syncs: [], end: 10n, since: ['hole'], evidence: { tailUnknown: true } });
  expect(empty.surplusBehind(0, 5n)).toBe(0n);
});

describe('what MM2 has acknowledged', () => {
  test.each<Case & { readonly acknowledged: bigint | null }>([
    { what: 'all syncs hold', syncs: STEADY, acknowledged: 200n },
    { what: 'the target lost its end: MM2 had passed it all the same', syncs: STEADY, end: 150n, acknowledged: 200n },
    { what: 'another target topic since', syncs: STEADY, since: ['newTarget'], acknowledged: 200n },
    { what: 'another source topic since: nothing of it', syncs: STEADY, since: ['newSource'], acknowledged: null },
    { what: 'records refuted the syncs: nothing', syncs: STEADY, since: ['refuted'], acknowledged: null },
  ])('$what', ({ acknowledged, ...of }) => {
    expect(mappingOf(of).newestAcknowledged()?.upstream ?? null).toBe(acknowledged);
  });

  test('GIVEN no sync holds THEN every record of the target may be the next one', () => {
    const syncs = [
      [10n, 0n],
      [20n, 10n],
    ] as const;
    expect(mappingOf({ syncs, end: 5n }).reach).toBe(5n);
  });
});

describe('records that may be on a target twice because it may be the same log, cut', () => {
  /** Between the two, MM2 wrote five records more than the source has offsets. */
  const AGAIN = [
    [20n, 20n],
    [30n, 35n],
  ] as const;

  test.each<Case & { readonly twice: bigint }>([
    { what: 'the copies before the cut count', syncs: AGAIN, end: 32n, twice: 5n },
    {
      what: 'the same where a shorter log showed another topic id',
      syncs: AGAIN,
      end: 32n,
      since: ['hole', 'newTarget'],
      twice: 5n,
    },
    { what: 'none on a new, empty topic', syncs: AGAIN, end: 32n, since: ['newTarget'], twice: 0n },
    {
      what: 'none where the source was cut, and the target was not',
      syncs: AGAIN,
      end: 40n,
      evidence: { sourceEnd: 10n },
      twice: 0n,
    },
    {
      what: 'none that came behind the cut',
      syncs: [
        [20n, 20n],
        [30n, 30n],
        [40n, 45n],
      ],
      end: 30n,
      twice: 0n,
    },
    {
      what: 'none behind the place where MM2 goes on in the shorter log',
      syncs: [
        [20n, 20n],
        [30n, 30n],
        [40n, 45n],
        [50n, 25n],
      ],
      end: 40n,
      twice: 0n,
    },
    {
      what: 'what an earlier gap left out makes up for none',
      syncs: [
        [20n, 20n],
        [40n, 30n],
        [50n, 45n],
      ],
      end: 40n,
      twice: 5n,
    },
    {
      what: 'none of the log before the last one',
      syncs: [
        [2n, 2n],
        [12n, 17n],
        [40n, 10n],
        [50n, 20n],
      ],
      end: 15n,
      twice: 0n,
    },
    {
      what: 'none of a log that went on at the offset where the one before it ended',
      syncs: [
        [2n, 2n],
        [12n, 17n],
        [40n, 17n],
        [50n, 25n],
      ],
      end: 20n,
      twice: 0n,
    },
  ])('$what', ({ twice, ...of }) => {
    expect(mappingOf(of).voidSurplus).toBe(twice);
  });
});

describe('a pair behind the newest sync that comparing records showed', () => {
  const anchor = { upstream: 4n, downstream: 9n };

  test('tells what a lost sync would have told', () => {
    const of = { syncs: [[0n, 0n]], since: ['hole'], end: 10n } as const;
    expect([mappingOf(of).holeBehind, mappingOf(of).holeAfter(0)]).toEqual([true, true]);
    const anchored = mappingOf({ ...of, evidence: { anchor } });
    expect([anchored.holeBehind, anchored.holeAfter(1)]).toEqual([false, false]);
  });

  test('says that what follows was not written before', () => {
    const evidence = { tailUnknown: true, exactlyOnce: true };
    const of = { syncs: [[0n, 0n]], end: 12n } as const;
    expect(mappingOf({ ...of, evidence }).surplusBehind(0, 0n)).toBe(11n);
    const close = { upstream: 9n, downstream: 9n };
    expect(mappingOf({ ...of, evidence: { ...evidence, anchor: close } }).surplusBehind(0, 0n)).toBe(0n);
  });
});

describe('whether MM2 has begun again', () => {
  test('GIVEN older syncs are lost and more target records than source offsets lead up to the first THEN it may have', () => {
    const syncs = [[10n, 20n]] as const;
    const history = SyncHistory.of([{ timestamp: 1n, upstream: 10n, downstream: 20n, hole: true }]);
    const lost = mappingOf({ syncs, evidence: { history } });
    expect([lost.settled, lost.writtenOnce]).toEqual([0, false]);
    const inTransactions = mappingOf({ syncs, evidence: { history, exactlyOnce: true } });
    expect([inTransactions.settled, inTransactions.writtenOnce]).toEqual([1, true]);
  });

  test.each<Case & { readonly once: boolean }>([
    {
      what: 'no more markers than records: transactions',
      syncs: [
        [20n, 20n],
        [24n, 28n],
      ],
      once: true,
    },
    {
      what: 'more than a marker for each record: a restart',
      syncs: [
        [20n, 20n],
        [21n, 24n],
      ],
      once: false,
    },
    {
      what: 'behind a stretch without markers that one transaction can hold',
      syncs: [
        [10n, 10n],
        [510n, 510n],
        [520n, 530n],
      ],
      once: true,
    },
    {
      what: 'behind a longer stretch without markers: MM2 did not always write in transactions',
      syncs: [
        [20n, 20n],
        [620n, 620n],
        [626n, 632n],
      ],
      once: false,
    },
    {
      what: 'behind a longer stretch with markers',
      syncs: [
        [0n, 0n],
        [400n, 800n],
        [402n, 804n],
      ],
      once: true,
    },
  ])('under exactly-once: $what', ({ once, ...of }) => {
    expect(mappingOf({ ...of, evidence: { exactlyOnce: true } }).writtenOnce).toBe(once);
  });
});
