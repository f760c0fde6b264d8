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
}

function epoch({ pairs = PAIRS, logs = {}, records = {}, changedAfter, doubted = false }: Case) {
  const { observation, states } = flowCase({});
  const [state] = states;
  if (state === undefined) throw new Error('one partition');
  const timestamp = BigInt(AT - HOUR);
  const history = SyncHistory.of(pairs.map(([upstream, downstream]) => ({ timestamp, upstream, downstream })));
  return sourceEpoch(
    {
      ...observation,
      remembered: changedAfter === undefined ? null : rememberedIds({ source: 'one' }),
      ...(doubted ? { doubted: new Set(['orders']) } : {}),
    },
    { ...state.topic, sourceId: 'two' },
    { history, known: changedAfter ?? 0 },
    { ...LOGS, ...logs },
    FIRST,
    records,
  );
}

test('another record where a cut of the target took the one that the sync names tells nothing', () => {
  const records = { syncs: new Map([[2, 'different' as const]]) };
  const taken = { targetCuts: [{ at: 1_000n, reached: 1_001n }] };
  const before = { targetCuts: [{ at: 999n, reached: 1_000n }] };
  expect(epoch({ records, logs: taken })).toMatchObject({ certainAt: 0, recreatedAt: 3 });
  expect(epoch({ records, logs: before })).toMatchObject({ certainAt: 3, recreatedAt: 3 });
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

  test.each<[string, ReturnType<typeof sourceEpoch>, object]>([
    ['its record was on the target before', afterBreak(101n, 1), { recreatedAt: 2, certainAt: 1, doubted: 1 }],
    ['its record came later', afterBreak(100n, 1), { recreatedAt: 1, certainAt: 1, doubted: null }],
    ['nothing is known of the target before', afterBreak(null, 1), { recreatedAt: 1, certainAt: 1, doubted: null }],
    ['an earlier audit had read it', afterBreak(101n, 2), { recreatedAt: 1, certainAt: 1, doubted: null }],
    ['and so did the next one', afterBreak(1_001n, 1), { recreatedAt: 3, certainAt: 1, doubted: 2 }],
    [
      'the records are the same: it is about the new topic',
      afterBreak(101n, 1, { syncs: new Map([[1, 'same']]) }),
      { recreatedAt: 1, certainAt: 1, doubted: 1 },
    ],
    [
      'the records differ: it is about the old topic',
      afterBreak(101n, 1, { syncs: new Map([[1, 'different']]) }),
      { recreatedAt: 2, certainAt: 2, doubted: 1 },
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toMatchObject({ kind: 'earlier', ...expected });
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
