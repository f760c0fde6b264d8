import { describe, expect, test } from '@jest/globals';
import type { RecordEvidence } from '../../../../shared/domain/judge/record-evidence.ts';
import { type Logs, sourceEpoch } from '../../../../shared/domain/judge/source-topic.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { rememberedIds } from './case-parts.ts';
import { AT, HOUR, MINUTE } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

type Pairs = readonly (readonly [upstream: bigint, downstream: bigint])[];

const PAIRS: Pairs = [
  [0n, 0n],
  [100n, 100n],
  [1_000n, 1_000n],
];
/** Younger than all syncs. */
const FIRST = { offset: 0n, timestamp: BigInt(AT - MINUTE) };
const log = (start: bigint, end: bigint) => ({ start, highWatermark: end, lastStableOffset: end });
const LOGS: Logs = {
  source: log(0n, 1_500n),
  target: log(0n, 1_001n),
  targetFirst: 0,
  targetEndBefore: null,
  targetCuts: [],
};

interface Case {
  readonly pairs?: Pairs;
  readonly logs?: Partial<Logs>;
  readonly records?: RecordEvidence;
  /** So many syncs were read by the audit that saw another topic id. */
  readonly changedAfter?: number;
  readonly doubted?: boolean;
  /** An earlier audit saw this topic id; whether it doubted the syncs. */
  readonly same?: { readonly doubts: boolean };
  /** So many syncs were read by earlier audits. */
  readonly known?: number;
  readonly first?: Parameters<typeof sourceEpoch>[4];
  /** Of which syncs an audit found the record on both sides. */
  readonly confirmed?: readonly number[];
  /** The sync before which an earlier audit noticed a new topic. */
  readonly newSourceAt?: number;
}

function epoch(of: Case) {
  const { pairs = PAIRS, logs = {}, records = {}, changedAfter, doubted = false, first = FIRST } = of;
  const { observation, states } = flowCase({});
  const [state] = states;
  if (state === undefined) throw new Error('one partition');
  const timestamp = BigInt(AT - HOUR);
  const history = SyncHistory.of(pairs.map(([upstream, downstream]) => ({ timestamp, upstream, downstream })));
  for (const index of of.confirmed ?? []) history.confirm(index);
  if (of.newSourceAt !== undefined) history.breakAt(of.newSourceAt, 'newSource');
  const { same } = of;
  const seen = same === undefined ? null : { ...rememberedIds({ source: 'two' }), doubts: () => same.doubts };
  return sourceEpoch(
    {
      ...observation,
      remembered: changedAfter === undefined ? seen : rememberedIds({ source: 'one' }),
      ...(doubted ? { doubted: new Set(['orders']) } : {}),
    },
    { ...state.topic, sourceId: 'two' },
    { history, known: changedAfter ?? of.known ?? 0 },
    { ...LOGS, ...logs },
    first,
    records,
  );
}

test('another record where a cut of the target took the one that the sync names tells nothing', () => {
  const records = { syncs: new Map([[2, 'different' as const]]) };
  const taken = { targetCuts: [{ at: 1_000n, reached: 1_001n }] };
  const before = { targetCuts: [{ at: 999n, reached: 1_000n }] };
  expect(epoch({ records, logs: taken })).toMatchObject({ certainAt: 0, recreatedAt: 3 });
  expect(epoch({ records, logs: before })).toMatchObject({ certainAt: 3, recreatedAt: 3 });
  // The cut began behind the record.
  const behind = { targetCuts: [{ at: 1_001n, reached: 1_200n }] };
  expect(epoch({ records, logs: behind })).toMatchObject({ certainAt: 3, recreatedAt: 3 });
  const same = { syncs: new Map([[2, 'same' as const]]) };
  expect(epoch({ records: same, logs: taken })).toEqual(epoch({ records: same }));
});

describe('which syncs are compared where all look older than the source topic', () => {
  test.each<[string, Case, newest: number | null, oldest: number | null]>([
    ['the newest and the oldest', {}, 2, 0],
    ['only those that the source still holds', { logs: { source: log(50n, 1_000n) } }, 1, 1],
    ['only those that the target still holds', { logs: { target: log(101n, 1_001n) } }, 2, 2],
    ['those of the very begin of the target as well', { logs: { target: log(100n, 1_001n) } }, 2, 1],
    ['whatever the source holds, if the target was not read', { logs: { target: null } }, 2, 0],
    ['only those of the present target log', { logs: { targetFirst: 1 } }, 2, 1],
    ['only those since another topic id was seen', { changedAfter: 1 }, 2, 1],
    [
      'not one that an audit knew whose record the target did not have then',
      { known: 3, logs: { targetEndBefore: 1_000n } },
      1,
      0,
    ],
    ['one whose record was the last that the target had then', { known: 3, logs: { targetEndBefore: 1_001n } }, 2, 0],
    ['one that no audit knew, wherever the target ended', { known: 2, logs: { targetEndBefore: 1_000n } }, 2, 0],
    ['one that an audit knew which did not read the target', { known: 3 }, 2, 0],
    ['none where the target ends before one of them', { logs: { target: log(0n, 1_000n) } }, null, null],
    [
      'none from before the downstream offsets went back',
      {
        pairs: [
          [0n, 0n],
          [100n, 300n],
          [1_000n, 200n],
        ],
      },
      2,
      2,
    ],
    [
      'nor from before they stood still',
      {
        pairs: [
          [0n, 0n],
          [100n, 200n],
          [1_000n, 200n],
        ],
      },
      2,
      2,
    ],
  ])('%s', (_, of, doubted, doubtedFirst) => {
    expect(epoch(of)).toMatchObject({ doubted, doubtedFirst });
  });
});

describe('what comparing them shows', () => {
  test.each<[string, RecordEvidence['syncs'], object]>([
    ['nothing yet', undefined, { kind: 'doubt', certainAt: 0, recreatedAt: 3 }],
    ['the newest is another record: so is every one', new Map([[2, 'different']]), { certainAt: 3, recreatedAt: 3 }],
    ['the newest is the same: the clocks differ', new Map([[2, 'same']]), { kind: null, certainAt: 0, recreatedAt: 0 }],
    [
      'both are the same',
      new Map([
        [2, 'same'],
        [0, 'same'],
      ]),
      { kind: null, certainAt: 0, recreatedAt: 0 },
    ],
    [
      'the oldest is another record: the topic was replaced between the two',
      new Map([
        [2, 'same'],
        [0, 'different'],
      ]),
      { kind: 'records', certainAt: 1, recreatedAt: 2 },
    ],
  ])('%s', (_, syncs, expected) => {
    expect(epoch({ records: syncs === undefined ? {} : { syncs } })).toMatchObject(expected);
  });
});

describe('a sync that waited in MM2 while its topic was replaced', () => {
  /** The break is before the second sync, and all are younger than the topic's first record. */
  function afterBreak(targetEndBefore: bigint | null, known: number, records: RecordEvidence = {}) {
    const { observation, states } = flowCase({});
    const [state] = states;
    if (state === undefined) throw new Error('one partition');
    const points = PAIRS.map(([upstream, downstream]) => ({ timestamp: BigInt(AT), upstream, downstream }));
    const history = SyncHistory.of(points);
    history.breakAt(1, 'newSource');
    const logs = { ...LOGS, targetEndBefore };
    return sourceEpoch({ ...observation, remembered: null }, state.topic, { history, known }, logs, FIRST, records);
  }

  test.each<[string, Parameters<typeof afterBreak>, object]>([
    ['its record was on the target before', [101n, 1], { recreatedAt: 2, certainAt: 1, doubted: 1 }],
    ['its record came later', [100n, 1], { recreatedAt: 1, certainAt: 1, doubted: null }],
    ['nothing is known of the target before', [null, 1], { recreatedAt: 1, certainAt: 1, doubted: null }],
    ['an earlier audit had read it', [101n, 2], { recreatedAt: 1, certainAt: 1, doubted: null }],
    ['and so did the next one', [1_001n, 1], { recreatedAt: 3, certainAt: 1, doubted: 2 }],
    [
      'the records are the same: it is about the new topic',
      [101n, 1, { syncs: new Map([[1, 'same']]) }],
      { recreatedAt: 1, certainAt: 1, doubted: 1 },
    ],
    [
      'the records differ: it is about the old topic',
      [101n, 1, { syncs: new Map([[1, 'different']]) }],
      { recreatedAt: 2, certainAt: 2, doubted: 1 },
    ],
  ])('%s', (_, asked, expected) => {
    expect(afterBreak(...asked)).toMatchObject({ kind: 'earlier', ...expected });
  });

  test('is about the old topic for certain if the audit that finds the new one also finds it', () => {
    const logs = { targetEndBefore: 101n };
    expect(epoch({ changedAfter: 1, logs })).toMatchObject({ certainAt: 2 });
    expect(epoch({ changedAfter: 1, logs: { targetEndBefore: 100n } })).toMatchObject({ certainAt: 1 });
  });
});

test('of a log that could not be read, no sync looks older: only another topic id tells', () => {
  expect(epoch({ changedAfter: 1, logs: { source: null } })).toMatchObject({
    kind: 'topic-id',
    recreatedAt: 1,
    certainAt: 1,
    doubted: null,
  });
  expect(epoch({ logs: { source: null } })).toMatchObject({ kind: null, recreatedAt: 0 });
});

test('a topic whose records contradict all syncs is in doubt as a whole', () => {
  expect(epoch({ doubted: true })).toEqual({
    kind: 'doubt',
    certainAt: 0,
    recreatedAt: 3,
    doubted: null,
    doubtedFirst: null,
  });
});

describe('an earlier audit saw the topic with this id', () => {
  const SEEN = { doubts: false };

  test('so that only the syncs that it had read can be about another one', () => {
    expect(epoch({ same: SEEN, known: 1 })).toMatchObject({ kind: 'doubt', recreatedAt: 1, certainAt: 0 });
    expect(epoch({ same: SEEN, known: 0 })).toMatchObject({ kind: null, recreatedAt: 0 });
  });

  test('and the sync before one whose record is on both sides', () => {
    expect(epoch({ same: SEEN, known: 3, confirmed: [1] })).toMatchObject({ kind: 'doubt', recreatedAt: 1 });
    expect(epoch({ same: SEEN, known: 3, confirmed: [0] })).toMatchObject({ kind: null, recreatedAt: 0 });
    // Of another id, what an audit found says nothing.
    expect(epoch({ known: 3, confirmed: [0] })).toMatchObject({ kind: 'doubt', recreatedAt: 3 });
  });

  test('a record on both sides before an earlier replacement says nothing of the syncs after it', () => {
    expect(epoch({ same: SEEN, known: 3, confirmed: [1], newSourceAt: 2 })).toMatchObject({ recreatedAt: 3 });
  });

  test('so that a first record that could not be read raises no doubt, unless that audit doubted', () => {
    const whole = { kind: 'doubt', recreatedAt: 3, certainAt: 0, doubted: null };
    expect(epoch({ first: 'unread', same: SEEN })).toMatchObject({ kind: null, recreatedAt: 0 });
    expect(epoch({ first: 'unread', same: { doubts: true } })).toMatchObject(whole);
    expect(epoch({ first: 'unread' })).toMatchObject(whole);
    expect(epoch({ first: 'unread', pairs: [] })).toMatchObject({ kind: null });
    expect(epoch({ first: 'unread', changedAfter: 3 })).toMatchObject({ kind: 'topic-id', recreatedAt: 3 });
  });
});
