import { describe, expect, test } from '@jest/globals';
import type { PartitionState } from '../../../../shared/domain/judge/partition-state.ts';
import {
  type Probe,
  type ProbeAnswer,
  planProbes,
  recordEvidence,
  waitsElsewhere,
} from '../../../../shared/domain/judge/probes.ts';
import { read, unread } from '../../../../shared/domain/model/outcome.ts';
import { peek, record, SOURCE_DOWN } from './case-parts.ts';
import { AT, type FlowCase, HOUR, MINUTE, type PartitionCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

function probes(of: FlowCase, budget = 500): Probe[] {
  const { observation, states } = flowCase({ groups: [], ...of });
  return planProbes(observation, states, budget);
}
const of = (partition: PartitionCase, more: FlowCase = {}): Probe[] => probes({ partition, ...more });
const what = (all: readonly Probe[]) =>
  all.map(({ topic, partition, question }) => `${question.about} ${topic}-${partition}`);

const at = (offset: bigint, until: bigint, isolation: 'read_committed' | 'read_uncommitted' = 'read_uncommitted') => ({
  offset,
  until,
  isolation,
});
const SOURCE = { topic: 'orders', partition: 0 } as const;
const TARGET = { topic: 'A.orders', partition: 0 } as const;
const LAGGING: PartitionCase = { source: [0n, 1_051n] };
const BEHIND: PartitionCase = { source: [0n, 1_051n], target: [0n, 1_021n] };
const DOUBTED: PartitionCase = { source: [0n, 1_500n], firstRecordAgoMs: 10 * MINUTE };
const LATE: PartitionCase = {
  syncs: [
    [250n, 0n],
    [1_000n, 750n],
  ],
  target: [0n, 751n],
};
const GAPS: PartitionCase = {
  syncs: [
    [0n, 0n],
    [100n, 100n],
    [200n, 190n],
    [1_000n, 990n],
  ],
  target: [0n, 991n],
};

describe('which records are worth looking at', () => {
  test('none of a flow that leaves no question', () => {
    expect(probes({})).toEqual([]);
    expect(probes({ partition: { source: 'unread' } })).toEqual([]);
    expect(probes({ partition: { target: 'unread' } })).toEqual([]);
    expect(probes({ topic: { notOnTarget: true } })).toEqual([]);
  });

  test('both sides of the sync that tells whether the source topic is the same', () => {
    expect(of(DOUBTED)[0]).toEqual({
      ...SOURCE,
      question: { about: 'sync', index: 2 },
      source: { ...SOURCE, ...at(1_000n, 1_001n) },
      target: { ...TARGET, ...at(1_000n, 1_001n, 'read_committed') },
    });
  });

  test('a sync that is both the newest and the oldest in doubt only once', () => {
    expect(what(of({ ...DOUBTED, source: [100n, 900n] })).filter((one) => one.startsWith('sync'))).toHaveLength(1);
  });

  test('both sides of the syncs that MM2 may have written before a cut, until it is answered', () => {
    const { observation, states } = flowCase({ groups: [] });
    const sinceCut = [
      { upstream: 300n, downstream: 310n },
      { upstream: 400n, downstream: 410n },
    ];
    const asked = (records: PartitionState['records']) =>
      planProbes(
        observation,
        states.map((state) => ({ ...state, sinceCut, records })),
        500,
      );
    const which = (index: number, source: bigint, target: bigint) => ({
      ...SOURCE,
      question: { about: 'sinceCut', index },
      source: { ...SOURCE, ...at(source, source + 1n) },
      target: { ...TARGET, ...at(target, target + 1n, 'read_committed') },
    });
    expect(asked({})).toEqual([which(0, 300n, 310n), which(1, 400n, 410n)]);
    expect(asked({ sinceCut: new Map([[0, 'unknown']]) })).toEqual([]);
  });

  test('what lies in front of the first record that MM2 mirrored', () => {
    const [probe] = of(LATE);
    expect(probe).toMatchObject({
      ...SOURCE,
      question: { about: 'hole' },
      source: { ...SOURCE, ...at(0n, 250n) },
      target: null,
    });
  });

  test('the records of the sync before downstream offsets go back', () => {
    const syncs: PartitionCase['syncs'] = [
      [0n, 0n],
      [400n, 610n],
      [600n, 600n],
    ];
    const [probe] = of({ syncs, source: [0n, 601n], target: [0n, 611n] });
    expect(probe).toMatchObject({
      question: { about: 'order' },
      source: { ...SOURCE, ...at(400n, 401n) },
      target: { ...TARGET, ...at(610n, 611n, 'read_committed') },
    });
  });

  test('each stretch of source offsets without counterpart, the longest first', () => {
    const syncs: PartitionCase['syncs'] = [
      [0n, 0n],
      [100n, 98n],
      [200n, 148n],
      [300n, 245n],
    ];
    const holes: PartitionCase = { syncs, source: [0n, 301n], target: [0n, 246n] };
    const looked = of(holes, { flow: { isolationLevel: 'read_committed' } });
    expect(
      looked.map(({ source, question }) => [question.about, source.offset, source.until, source.isolation]),
    ).toEqual([
      ['hole', 150n, 200n, 'read_committed'],
      ['hole', 297n, 300n, 'read_committed'],
      ['hole', 98n, 100n, 'read_committed'],
    ]);
  });

  test("the target's last record, and the one that dead reckoning takes it for", () => {
    const [reckoning, waiting] = of(BEHIND);
    expect(reckoning).toEqual({
      ...SOURCE,
      question: { about: 'reckoning' },
      source: { ...SOURCE, ...at(1_020n, 1_021n) },
      target: { ...TARGET, ...at(1_020n, 1_021n, 'read_committed') },
      beside: [
        { ...SOURCE, ...at(1_019n, 1_020n) },
        { ...SOURCE, ...at(1_021n, 1_051n) },
      ],
    });
    expect(waiting).toEqual({
      ...SOURCE,
      question: { about: 'waiting', from: 1_021n },
      source: { ...SOURCE, ...at(1_021n, 1_051n) },
      target: null,
    });
  });

  test.each<[string, PartitionCase, boolean]>([
    ['one record stands behind the newest sync', { source: [0n, 1_051n], target: [0n, 1_002n] }, true],
    ['none does', LAGGING, false],
    ['the source still holds it', { ...BEHIND, source: [1_020n, 1_051n] }, true],
    ['the source has deleted it', { ...BEHIND, source: [1_021n, 1_051n] }, false],
    ['the target holds it', { ...BEHIND, target: [1_020n, 1_021n] }, true],
    ['the target has deleted all', { ...BEHIND, target: [1_021n, 1_021n] }, false],
    ['the source does not have as many', { source: [0n, 1_011n], target: [0n, 1_021n] }, false],
    [
      'the newest pair was compared, and MM2 wrote none',
      { ...BEHIND, syncs: [[0n, 0n, { compared: true }]], connect: 1_000n },
      false,
    ],
  ])('dead reckoning is asked about: %s', (_, partition, asked) => {
    expect(what(of(partition)).includes('reckoning orders-0')).toBe(asked);
  });

  test('dead reckoning is asked about once, and again where a doubt about the syncs was open', () => {
    for (const reckoning of ['confirmed', 'refuted', 'ambiguous'] as const) {
      const answered = { ...BEHIND, records: { reckoning } };
      expect(what(of(answered)).filter((one) => !one.startsWith('waiting'))).toEqual([]);
      const settled = { reckoning, syncs: new Map([[2, 'same' as const]]) };
      const inDoubt = of({ ...BEHIND, records: settled, firstRecordAgoMs: 10 * MINUTE });
      expect(what(inDoubt)).toContain('reckoning orders-0');
    }
  });

  test('the first record that waits, once: a look from there would not tell since when the others wait', () => {
    const looked = (from: bigint) => ({ waiting: { from, peek: peek(record(1_005n, AT - HOUR)) } });
    expect(of({ ...LAGGING, records: looked(1_001n) })).toEqual([]);
    expect(what(of({ ...LAGGING, records: looked(900n) }))).toEqual(['waiting orders-0']);
  });

  test('the first record that waits, as MM2 would read it', () => {
    expect(of(LAGGING)).toEqual([
      {
        ...SOURCE,
        question: { about: 'waiting', from: 1_001n },
        source: { ...SOURCE, ...at(1_001n, 1_051n) },
        target: null,
      },
    ]);
    const committed = of({ source: [0n, 1_051n, 1_040n] }, { flow: { isolationLevel: 'read_committed' } });
    expect(committed[0]?.source).toEqual({ ...SOURCE, ...at(1_001n, 1_051n, 'read_committed') });
    // Behind the last stable offset nothing is committed yet: what waits there stands in an open transaction.
    const open = of({ source: [0n, 1_051n, 1_001n] }, { flow: { isolationLevel: 'read_committed' } });
    expect(open[0]?.source).toEqual({ ...SOURCE, ...at(1_001n, 1_051n) });
    // A look that found only markers up to there is followed by one behind it, about the same question.
    const marker: PartitionCase = {
      source: [0n, 1_051n, 1_010n],
      records: { waiting: { from: 1_001n, peek: peek(null, 1_010n) } },
    };
    const [behind] = of(marker, { flow: { isolationLevel: 'read_committed' } });
    expect(behind?.question).toEqual({ about: 'waiting', from: 1_001n });
    expect(behind?.source).toEqual({ ...SOURCE, ...at(1_010n, 1_051n) });
    expect(of({ source: [0n, 1_001n] })).toEqual([]);
    expect(what(of({ source: [0n, 1_002n] }))).toEqual(['waiting orders-0']);
    expect(of({ syncs: [], connect: null })).toEqual([]);
  });

  test('the newest gap that the source still holds, for aborted transactions', () => {
    expect(of(GAPS)[0]).toEqual({
      ...SOURCE,
      question: { about: 'aborted' },
      source: { ...SOURCE, ...at(100n, 200n, 'read_committed') },
      target: null,
    });
    const two: PartitionCase = {
      ...GAPS,
      syncs: [
        [0n, 0n],
        [100n, 90n],
        [200n, 180n],
        [1_000n, 980n],
      ],
      target: [0n, 981n],
    };
    expect(of(two)[0]?.source).toMatchObject({ offset: 100n, until: 200n });
    expect(
      of({ ...two, syncs: [...(two.syncs ?? []).slice(0, 3), [1_000n, 979n]], target: [0n, 980n] })[0]?.source,
    ).toMatchObject({ offset: 200n, until: 1_000n });
  });

  test.each<[string, PartitionCase, FlowCase, boolean]>([
    ['the source still holds it', { ...GAPS, source: [100n, 1_001n] }, {}, true],
    ['the source has deleted its begin', { ...GAPS, source: [101n, 1_001n] }, {}, false],
    ['MM2 reads committed records only', GAPS, { flow: { isolationLevel: 'read_committed' } }, false],
    ['there is no gap', {}, {}, false],
    ['the source cannot be read', { ...GAPS, source: 'unread' }, {}, false],
    [
      'the gap is between the two oldest syncs',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n],
        ],
        source: [0n, 101n],
        target: [0n, 91n],
      },
      {},
      true,
    ],
    [
      'the gap lies before the present target log',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n],
          [101n, 0n],
          [201n, 100n],
        ],
        source: [0n, 202n],
        target: [0n, 101n],
      },
      {},
      false,
    ],
  ])('a gap is asked about: %s', (_, partition, more, asked) => {
    expect(what(of(partition, more)).includes('aborted orders-0')).toBe(asked);
  });

  test('of partitions with less lag later, last of those whose lag nobody knows', () => {
    const unknown: PartitionCase = { syncs: [], connect: null };
    const unread: PartitionCase = { ...BEHIND, source: 'unread' };
    const asked = probes({ partitions: [unread, GAPS, unknown, LAGGING, { source: [0n, 1_052n] }] });
    expect(what(asked).filter((one) => one.startsWith('waiting'))).toEqual(['waiting orders-4', 'waiting orders-3']);
    const doubted = [unread, DOUBTED, { ...DOUBTED, source: [0n, 1_600n] as const }];
    expect(what(probes({ partitions: doubted })).slice(0, 2)).toEqual(['sync orders-2', 'sync orders-1']);
  });

  test('aborted transactions are asked about once a topic', () => {
    const topics = [{ partitions: [{}, GAPS, GAPS] }, { topic: 'stock', partitions: [GAPS] }];
    expect(what(probes({ topics })).filter((one) => one.startsWith('aborted'))).toEqual([
      'aborted orders-1',
      'aborted stock-0',
    ]);
  });
});

describe('in which order', () => {
  /** Everything is asked of it. */
  const all: PartitionCase = {
    syncs: [
      [250n, 0n],
      [400n, 140n],
      [1_000n, 740n],
    ],
    source: [0n, 1_500n],
    target: [0n, 761n],
    firstRecordAgoMs: 10 * MINUTE,
    records: { syncs: new Map([[2, 'same']]) },
  };

  test('doubts first, then lag, then causes', () => {
    expect(what(of(all))).toEqual([
      'sync orders-0',
      'sync orders-0',
      'reckoning orders-0',
      'waiting orders-0',
      'aborted orders-0',
      'hole orders-0',
      'hole orders-0',
    ]);
  });

  test('of each question the partition with the greatest lag first, and those of unknown lag last', () => {
    const partitions = [{ syncs: [], connect: null }, {}, LAGGING, { source: [0n, 1_061n] as const }, LAGGING];
    expect(what(probes({ partitions }))).toEqual(['waiting orders-3', 'waiting orders-2', 'waiting orders-4']);
    expect(what(probes({ partitions: [GAPS, { ...GAPS, source: [0n, 1_100n] }] }))).toEqual([
      'waiting orders-1',
      'aborted orders-1',
      'hole orders-0',
      'hole orders-1',
    ]);
  });

  test('within the budget, a quarter of which is for holes', () => {
    const within = (budget: number) => what(probes({ partition: all }, budget)).map((one) => one.split(' ')[0]);
    expect(within(0)).toEqual([]);
    expect(within(1)).toEqual(['hole']);
    expect(within(4)).toEqual(['sync', 'sync', 'reckoning', 'hole']);
    expect(within(5)).toEqual(['sync', 'sync', 'reckoning', 'hole', 'hole']);
    expect(within(7)).toEqual(['sync', 'sync', 'reckoning', 'waiting', 'aborted', 'hole', 'hole']);
    expect(probes({ partitions: [LAGGING, LAGGING, LAGGING, LAGGING] }, 4)).toHaveLength(4);
    expect(what(probes({ partitions: [LATE, LATE, LATE] }, 2))).toEqual(['hole orders-0', 'hole orders-1']);
  });
});

describe('what the answers tell', () => {
  const same = record(1_000n, 5);
  const other = record(1_000n, 6, 'other');
  const changed = record(1_000n, 5, 'changed');
  const moved = record(1_000n, 6);
  const found = (one: Parameters<typeof peek>[0]) => read(peek(one));
  const [syncProbe] = of(DOUBTED) as [Probe];
  const [reckoningProbe, waitingProbe] = of(BEHIND) as [Probe, Probe];
  const [holeProbe] = of(LATE) as [Probe];
  const [abortedProbe] = of(GAPS) as [Probe];
  const learned = (...answers: ProbeAnswer[]) => recordEvidence(answers).get('orders', 0);
  const answer = (probe: Probe, source: ProbeAnswer['source'], target: ProbeAnswer['target'] = null): ProbeAnswer => {
    return { probe, source, target, beside: (probe.beside ?? []).map(() => read(peek(record(999n, 4)))) };
  };
  const failed = unread<never>(SOURCE_DOWN);

  test.each([
    ['the same record', found(same), found(same), 'same', 'confirmed'],
    ['another record', found(same), found(other), 'different', 'refuted'],
    ['another record of the same time: perhaps changed on the way', found(same), found(changed), 'unknown', 'refuted'],
    ['equal content of another time', found(same), found(moved), 'unknown', undefined],
    ['none on the source', found(null), found(same), 'unknown', undefined],
    ['none on the target', found(same), found(null), 'unknown', undefined],
    ['the source did not answer', failed, found(same), 'unknown', 'ambiguous'],
    ['the target did not answer', found(same), failed, 'unknown', 'ambiguous'],
    ['nobody asked', null, null, 'unknown', 'ambiguous'],
  ] as const)('%s', (_, source, target, sync, reckoning) => {
    expect(learned(answer(syncProbe, source, target))).toEqual({ syncs: new Map([[2, sync]]) });
    const expected = reckoning === undefined ? {} : { reckoning };
    expect(learned(answer(reckoningProbe, source, target))).toEqual(expected);
  });

  test('an equal neighbour on the source, or one that was not read: the last record may be a copy of either', () => {
    const beside = (...neighbours: ProbeAnswer['source'][]) => {
      const answered = neighbours.flatMap((one) => one ?? []);
      return learned({ ...answer(reckoningProbe, found(same), found(same)), beside: answered });
    };
    const none = found(null);
    expect(beside(none, none)).toEqual({ reckoning: 'confirmed' });
    expect(beside(found(other), found(moved))).toEqual({ reckoning: 'confirmed' });
    for (const neighbours of [[found(same), none], [none, found(same)], [none, failed], [none]] as const) {
      expect(beside(...neighbours)).toEqual({ reckoning: 'ambiguous' });
    }
    const refuted = { ...answer(reckoningProbe, found(same), found(other)), beside: [found(same), found(same)] };
    expect(learned(refuted)).toEqual({ reckoning: 'refuted' });
  });

  test('no record where dead reckoning expects one: there is no copy', () => {
    const none = (scannedTo: bigint) => read(peek(null, scannedTo));
    expect(learned(answer(reckoningProbe, none(1_021n), found(same)))).toEqual({ reckoning: 'refuted' });
    expect(learned(answer(reckoningProbe, found(same), none(1_021n)))).toEqual({ reckoning: 'refuted' });
    // The look did not come as far.
    expect(learned(answer(reckoningProbe, none(1_020n), found(same)))).toEqual({});
    expect(learned(answer(reckoningProbe, found(same), none(1_020n)))).toEqual({});
  });

  test('equal content that is older on the target: it is a copy of an earlier record, if of any', () => {
    const older = found({ ...same, timestamp: 4n });
    expect(learned(answer(reckoningProbe, found(same), older))).toEqual({ reckoning: 'ambiguous' });
    const timeless = found({ ...same, timestamp: -1n });
    expect(learned(answer(reckoningProbe, found(same), timeless))).toEqual({});
  });

  test('the records at the syncs since a cut, and at the one before the downstream offsets go back', () => {
    const since = (index: number): Probe => ({ ...syncProbe, question: { about: 'sinceCut', index } });
    expect(learned(answer(since(0), found(same), found(same)))).toEqual({ sinceCut: new Map([[0, 'same']]) });
    expect(
      learned(
        answer(since(0), found(same), found(same)),
        answer(since(1), found(same), found(other)),
        answer({ ...syncProbe, question: { about: 'order' } }, found(same), found(changed)),
      ),
    ).toEqual({
      sinceCut: new Map([
        [0, 'same'],
        [1, 'different'],
      ]),
      order: 'unknown',
    });
  });

  test('a neighbour that the source does not have is not asked for', () => {
    const besides = (partition: PartitionCase) => of(partition).flatMap((one) => one.beside ?? []);
    expect(besides({ ...BEHIND, source: [1_019n, 1_051n] })).toHaveLength(2);
    expect(besides({ ...BEHIND, source: [1_020n, 1_051n] })).toEqual([{ ...SOURCE, ...at(1_021n, 1_051n) }]);
    expect(besides({ source: [0n, 1_021n], target: [0n, 1_021n] })).toEqual([{ ...SOURCE, ...at(1_019n, 1_020n) }]);
  });

  test('a header that a transform in MM2 adds says nothing against a sync, and does not confirm dead reckoning', () => {
    const headers = [{ key: 'via', value: Buffer.from('mm2') }];
    const copy = found({ ...same, headers });
    expect(learned(answer(syncProbe, found(same), copy))).toEqual({ syncs: new Map([[2, 'same']]) });
    expect(learned(answer(reckoningProbe, found(same), copy))).toEqual({});
    const valued = { ...same, key: null, value: Buffer.from('value') };
    expect(learned(answer(syncProbe, found(valued), found({ ...valued, headers })))).toEqual({
      syncs: new Map([[2, 'same']]),
    });
    const later = found({ ...moved, headers });
    expect(learned(answer(syncProbe, found(same), later))).toEqual({ syncs: new Map([[2, 'unknown']]) });
    const bare = { ...same, key: null, value: null };
    const bareCopy = found({ ...bare, headers });
    expect(learned(answer(syncProbe, found(bare), bareCopy))).toEqual({ syncs: new Map([[2, 'unknown']]) });
  });

  test('looks at one side tell what is there, also that nothing is', () => {
    expect(learned(answer(waitingProbe, found(same)))).toEqual({ waiting: { from: 1_021n, peek: peek(same) } });
    expect(learned(answer(holeProbe, found(null)))).toEqual({
      holes: new Map([['head 0-250', { kind: 'peeked', peek: peek(null) }]]),
    });
    expect(learned(answer(abortedProbe, found(null)))).toEqual({ aborted: peek(null) });
  });

  test('a look that failed tells nothing', () => {
    for (const probe of [waitingProbe, holeProbe, abortedProbe]) {
      expect(learned(answer(probe, failed))).toEqual({});
      expect(learned(answer(probe, null))).toEqual({});
    }
  });

  test('answers of one partition come together, and those of several stay apart', () => {
    const second = { ...syncProbe, question: { about: 'sync', index: 1 } } as const;
    const elsewhere = { ...syncProbe, partition: 1 };
    const evidence = recordEvidence([
      answer(syncProbe, found(same), found(same)),
      answer(second, found(same), found(other)),
      answer(waitingProbe, found(same)),
      answer(holeProbe, found(same)),
      answer(otherHole(holeProbe), found(null)),
      answer(elsewhere, found(same), found(other)),
    ]);
    expect(evidence.get('orders', 0)).toEqual({
      syncs: new Map([
        [2, 'same'],
        [1, 'different'],
      ]),
      waiting: { from: 1_021n, peek: peek(same) },
      holes: new Map([
        ['head 0-250', { kind: 'peeked', peek: peek(same) }],
        ['between 300-400', { kind: 'peeked', peek: peek(null) }],
      ]),
    });
    expect(evidence.get('orders', 1)).toEqual({ syncs: new Map([[2, 'different']]) });
  });
});

/** The same look into another hole of the partition. */
function otherHole(probe: Probe): Probe {
  if (probe.question.about !== 'hole') throw new Error('a look into a hole');
  const hole = { ...probe.question.hole, kind: 'between', from: 300n, until: 400n } as const;
  return { ...probe, question: { about: 'hole', hole } };
}

describe('the first record that waits was looked for in the wrong place', () => {
  const [state] = flowCase({ partition: BEHIND, groups: [] }).states;
  if (state?.replication == null) throw new Error('one partition that is read');
  const replication = {
    ...state.replication,
    lag: { kind: 'known', records: 50n, basis: 'proven' },
    replicatedTo: 1_001n,
    waitingSince: null,
  } as const;
  const elsewhere = { from: 1_021n, peek: peek(record(1_021n, 5)) };
  const refuted = { reckoning: 'refuted', waiting: elsewhere } as const;

  test.each<[string, Partial<Pick<PartitionState, 'records' | 'replication'>>, boolean]>([
    ['the look at the end refuted the place', { records: refuted }, true],
    ['it left open which record is there', { records: { ...refuted, reckoning: 'ambiguous' } }, true],
    ['nobody has looked yet', { records: { reckoning: 'refuted' } }, true],
    ['the look there found nothing', { records: { ...refuted, waiting: { from: 1_021n, peek: peek(null) } } }, true],
    ['not: the end was confirmed', { records: { ...refuted, reckoning: 'confirmed' } }, false],
    ['not: nobody looked at the end', { records: { waiting: elsewhere } }, false],
    [
      'not: it began at the right place',
      { records: { ...refuted, waiting: { from: 1_001n, peek: peek(record(1_030n, 5)) } } },
      false,
    ],
    [
      'not: it began earlier, and found the right record',
      { records: { ...refuted, waiting: { from: 990n, peek: peek(record(1_001n, 5)) } } },
      false,
    ],
    ['not: the source was not read', { replication: null }, false],
    [
      'not: it is not known what waits',
      { replication: { ...replication, lag: { kind: 'unknown', reason: '' } } },
      false,
    ],
    ['not: nothing waits', { replication: { ...replication, lag: { ...replication.lag, records: 0n } } }, false],
    ['not: it is known since when', { replication: { ...replication, waitingSince: 5n } }, false],
  ])('%s', (_, over, expected) => {
    expect(waitsElsewhere({ ...state, records: refuted, replication, ...over })).toBe(expected);
  });
});
