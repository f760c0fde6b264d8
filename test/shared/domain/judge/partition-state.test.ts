import { describe, expect, test } from '@jest/globals';
import { isExplained, missingRecords } from '../../../../shared/domain/judge/missing-stretches.ts';
import {
  areOld,
  lagOf,
  type PartitionState,
  partitionState,
  withEvidence,
} from '../../../../shared/domain/judge/partition-state.ts';
import type { HoleLook, RecordEvidence } from '../../../../shared/domain/judge/record-evidence.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import type { PartitionReport } from '../../../../shared/domain/model/report.ts';
import { countedLook, peek, peekedLook, record, rememberedIds } from './case-parts.ts';
import {
  AT,
  DAY,
  type FlowCase,
  HEALTHY_SYNCS,
  HOUR,
  MINUTE,
  type PartitionCase,
  SECOND,
  type SyncCase,
} from './case-shapes.ts';
import { flowCase } from './flow-case.ts';
import { judge } from './judge-case.ts';
import { printedGroup } from './printed-groups.ts';

function state(of: FlowCase): PartitionState {
  const [first] = flowCase(of).states;
  if (first === undefined) throw new Error('a case with a partition');
  return first;
}
const one = (partition: PartitionCase): PartitionState => state({ partition, groups: [] });

function reported(of: FlowCase): PartitionReport {
  const [first] = judge({ groups: [], ...of }).partitions;
  if (first === undefined) throw new Error('a case with a partition');
  return first;
}

const NOT_BEGUN = { syncs: [], connect: null } as const;
const ENDS = { sourceStart: 0n, sourceEnd: 1_001n, targetStart: 0n, targetEnd: 1_001n } as const;
const NO_LAG = { kind: 'known', records: 0n, basis: 'proven' } as const;

describe('a partition in the report', () => {
  test('all that is said of a healthy one', () => {
    expect(reported({})).toEqual({
      topic: 'orders',
      targetTopic: 'A.orders',
      partition: 0,
      ...ENDS,
      replicatedTo: 1_001n,
      lag: NO_LAG,
      missing: 0n,
    });
  });

  test('all partitions of all topics, in order', () => {
    const { partitions } = judge({ topics: [{ partitions: [{}, {}] }, { topic: 'stock' }], groups: [] });
    expect(partitions.map(({ topic, partition }) => `${topic}-${partition}`)).toEqual([
      'orders-0',
      'orders-1',
      'stock-0',
    ]);
  });

  test.each<[string, FlowCase, Partial<PartitionReport>]>([
    [
      'the source partition could not be read',
      { partition: { source: 'unread' } },
      {
        ...ENDS,
        sourceStart: null,
        sourceEnd: null,
        replicatedTo: null,
        lag: { kind: 'unknown', reason: 'orders-0 did not answer' },
      },
    ],
    [
      'the target partition could not be read: what MM2 acknowledged is there',
      { partition: { target: 'unread', source: [0n, 1_051n] } },
      {
        sourceEnd: 1_051n,
        targetStart: null,
        targetEnd: null,
        replicatedTo: 1_001n,
        lag: { kind: 'known', records: 50n, basis: 'estimated' },
      },
    ],
    [
      'the topic is not on the target, and never was',
      { topic: { notOnTarget: true }, partition: NOT_BEGUN },
      {
        targetStart: null,
        targetEnd: null,
        replicatedTo: 0n,
        lag: { kind: 'known', records: 1_001n, basis: 'estimated' },
        missing: 0n,
      },
    ],
    [
      'the topic is gone from the target: what MM2 had brought went with it',
      { topic: { notOnTarget: true }, partition: { source: [300n, 1_051n] } },
      { replicatedTo: 1_001n, lag: { kind: 'known', records: 50n, basis: 'proven' }, missing: 701n },
    ],
    [
      'the same by its syncs alone',
      { topic: { notOnTarget: true }, partition: { source: [300n, 1_051n], connect: null } },
      { replicatedTo: 1_001n, missing: 701n },
    ],
    [
      'gone, and nobody knows what the source has',
      { topic: { notOnTarget: true }, partition: { source: 'unread' } },
      { replicatedTo: null, missing: 0n },
    ],
    [
      "the same by Connect's offset alone",
      { topic: { notOnTarget: true }, partition: { syncs: [], connect: 1_000n } },
      { replicatedTo: 1_001n, missing: 1_001n },
    ],
    [
      'gone, and the source has deleted all that it had',
      { topic: { notOnTarget: true }, partition: { source: [1_001n, 1_001n] } },
      { replicatedTo: 1_001n, missing: 0n },
    ],
    [
      'the target has fewer partitions: this one waits as a whole',
      { partitions: [NOT_BEGUN], topic: { targetPartitions: 0 } },
      { targetStart: null, replicatedTo: 0n, lag: { kind: 'known', records: 1_001n, basis: 'estimated' } },
    ],
    [
      'MM2 has acknowledged nothing of records that are there',
      { partition: NOT_BEGUN },
      {
        replicatedTo: null,
        lag: { kind: 'unknown', reason: 'MM2 has acknowledged nothing of this partition' },
        missing: 0n,
      },
    ],
    [
      'the target partition is empty',
      { partition: { ...NOT_BEGUN, target: [0n, 0n] } },
      { replicatedTo: 0n, lag: { kind: 'known', records: 1_001n, basis: 'estimated' } },
    ],
    [
      'neither side could be read',
      { partition: { source: 'unread', target: 'unread' } },
      { replicatedTo: null, lag: { kind: 'unknown', reason: 'orders-0 did not answer' } },
    ],
    [
      'MM2 reads committed records, and a transaction is open',
      { flow: { isolationLevel: 'read_committed' }, partition: { source: [0n, 1_100n, 1_050n] } },
      { replicatedTo: 1_001n, lag: { kind: 'known', records: 99n, basis: 'estimated' } },
    ],
  ])('%s', (_, of, expected) => {
    expect(reported(of)).toMatchObject(expected);
  });

  test('what went with the target topic is a stretch of the source, and none where that is deleted', () => {
    const gone = (source: readonly [bigint, bigint]) => state({ topic: { notOnTarget: true }, partition: { source } });
    const place = { from: 300n, until: 1_001n };
    expect(gone([300n, 1_051n]).missing).toEqual([
      {
        hole: { kind: 'head', ...place, offsets: 701n, look: place, isPlace: true, index: null },
        records: 701n,
        certain: true,
        atLeast: 701n,
      },
    ]);
    const alone = (partition: PartitionCase) => state({ topic: { notOnTarget: true }, partition }).missing;
    const whole = [{ records: 1_001n, certain: true, atLeast: 1_001n }];
    expect(alone({ connect: null })).toMatchObject(whole);
    expect(alone({ syncs: [], connect: 1_000n })).toMatchObject(whole);
    expect([gone([1_001n, 1_001n]).missing, gone([1_020n, 1_051n]).missing]).toEqual([[], []]);
  });

  test('without syncs nothing was cut', () => {
    expect(one(NOT_BEGUN).cuts).toEqual([]);
  });

  test('a target log that was cut does not make an estimate of what MM2 acknowledged on the source', () => {
    const cut = state({
      topic: { targetId: 'one' },
      remembered: rememberedIds({ target: 'one' }),
      partition: { target: [0n, 500n], source: [0n, 1_051n] },
    });
    expect(cut.cuts.map(({ side }) => side)).toEqual(['target']);
    expect(cut.replication).toMatchObject({ replicatedTo: 1_001n, lag: { records: 50n, basis: 'proven' } });
  });

  test('without a reason of its own, the source partition could not be read', () => {
    const { replicatedTo, lag } = lagOf({ ...one({}), replication: null });
    expect([replicatedTo, lag]).toEqual([null, { kind: 'unknown', reason: 'the source partition could not be read' }]);
  });

  test('the source is told of first where neither could be read', () => {
    expect(one({ source: 'unread', target: 'unread' }).unread?.message).toBe('orders-0 did not answer');
    expect(one({ target: 'unread' }).unread?.message).toBe('A.orders-0 did not answer');
    expect(one({}).unread).toBeNull();
  });

  test.each<[string, FlowCase, boolean]>([
    ['there', {}, false],
    ['not to be read', { partition: { target: 'unread' } }, false],
    ['not there', { topic: { notOnTarget: true } }, true],
    ['beyond those that are there', { topic: { targetPartitions: 0 } }, true],
  ])('a target partition that is %s', (_, of, missing) => {
    expect(state(of).targetMissing).toBe(missing);
  });
});

describe("the source's dead reckoning", () => {
  const beyond: PartitionCase = { source: [0n, 1_051n], target: [0n, 1_021n] };

  test('counts what stands behind the newest sync, as an estimate', () => {
    expect(reported({ partition: beyond })).toMatchObject({
      replicatedTo: 1_021n,
      lag: { records: 30n, basis: 'estimated' },
    });
    expect(one(beyond).reckoned).toBe(1_021n);
  });

  test('confirmed by comparing the last record it is proven, and a pair to translate by', () => {
    const of: FlowCase = {
      partition: { ...beyond, records: { reckoning: 'confirmed' } },
      position: { committed: 1_015n },
    };
    expect(reported(of)).toMatchObject({ replicatedTo: 1_021n, lag: { records: 30n, basis: 'proven' } });
    expect(printedGroup(of).tidemark).toEqual({
      position: 1_015n,
      high: 1_015n,
      proof: 'exact',
      rereadAtMost: 0n,
      skipAtMost: 0n,
    });
    expect(state(of).mapping?.newest()).toMatchObject({ upstream: 1_020n, downstream: 1_020n });
  });

  test('unchecked or refuted it is no pair', () => {
    for (const records of [{}, { reckoning: 'refuted' }, { reckoning: 'ambiguous' }] as const) {
      const of: FlowCase = { partition: { ...beyond, records }, position: { committed: 1_015n } };
      expect(printedGroup(of).tidemark).toMatchObject({ position: 1_001n, high: 1_021n, proof: 'conservative' });
    }
    for (const reckoning of ['refuted', 'ambiguous'] as const) {
      expect(reported({ partition: { ...beyond, records: { reckoning } } })).toMatchObject({
        replicatedTo: 1_001n,
        // An equal record may be the last one that MM2 mirrored.
        lag: { records: 50n, basis: reckoning === 'refuted' ? 'proven' : 'estimated' },
      });
    }
  });

  test('counts for nothing once the target has deleted all records: no look can confirm it', () => {
    expect(reported({ partition: { ...beyond, target: [1_020n, 1_021n] } }).replicatedTo).toBe(1_021n);
    expect(reported({ partition: { ...beyond, target: [1_021n, 1_021n] } }).replicatedTo).toBe(1_001n);
  });

  test('is none without a mapping or a source', () => {
    expect(one({ ...beyond, source: 'unread' }).reckoned).toBeNull();
    expect(one({ ...beyond, target: 'unread' }).reckoned).toBeNull();
    expect(one({ ...beyond, syncs: [], connect: 1_000n }).reckoned).toBeNull();
  });
});

describe('what looking at records told', () => {
  test('is added to what was known, and leaves other partitions as they were', () => {
    const { observation, states } = flowCase({ partitions: [{ records: { aborted: peek(null) } }, {}] });
    const evidence = new PartitionMap<PartitionState['records']>();
    evidence.set('orders', 0, { reckoning: 'confirmed' });
    const looked = withEvidence(observation, states, evidence);
    expect(looked[0]?.records).toEqual({ aborted: peek(null), reckoning: 'confirmed' });
    expect(looked[1]).toBe(states[1]);
  });
});

describe('syncs that comparing records has refuted', () => {
  const refutation = { upstream: 500n, said: 500n, found: 501n, how: 'other records', certain: true } as const;
  const records: RecordEvidence = { refutations: [{ ...refutation, voids: { kind: 'older', downstream: 1_000n } }] };
  const UNKNOWN = { kind: 'unknown', reason: expect.stringContaining('contradict the offset syncs') };

  test('count nothing: what is on the target is not known', () => {
    expect(one({ records }).replication).toMatchObject({ lag: UNKNOWN, holes: [] });
    expect(one({ records, source: 'unread' }).replication).toBeNull();
  });

  test('count nothing, either, where only the older ones are void: more of them may be', () => {
    const older: RecordEvidence = { refutations: [{ ...refutation, voids: { kind: 'older', downstream: 0n } }] };
    const found = one({ records: older });
    expect(found.mapping?.newest().upstream).toBe(1_000n);
    expect(found.replication).toMatchObject({ lag: UNKNOWN, holes: [] });
  });

  test('count nothing in later audits, either, until MM2 writes others', () => {
    const { observation, states } = flowCase({ groups: [] });
    const [healthy] = states;
    if (healthy?.history == null) throw new Error('one partition with syncs');
    healthy.history.breakBeforeNext('refuted');
    expect(partitionState(observation, healthy.topic, 0, {}).replication).toMatchObject({ lag: UNKNOWN, holes: [] });
  });

  test('a refutation that makes none of them void changes no count', () => {
    const doubtful = { refutations: [{ ...refutation, certain: false, voids: null }] };
    expect(one({ records: doubtful }).replication?.lag).toEqual(NO_LAG);
    expect(one({}).replication?.lag).toEqual(NO_LAG);
  });
});

describe('the sync before the downstream offsets went back', () => {
  const BACK: PartitionCase = {
    syncs: [
      [0n, 0n],
      [400n, 610n],
      [600n, 600n],
    ],
    source: [0n, 601n],
    target: [0n, 611n],
  };
  test.each<[string, PartitionCase, boolean]>([
    ['is worth a comparison', BACK, true],
    ['while the source begins with its record', { ...BACK, source: [400n, 601n] }, true],
    ['not once the source has deleted it', { ...BACK, source: [401n, 601n] }, false],
    ['not where the source ends before it', { ...BACK, source: [0n, 400n] }, false],
    ['while the target begins with it', { ...BACK, target: [610n, 611n] }, true],
    ['not once the target has deleted it', { ...BACK, target: [611n, 612n] }, false],
    ['not where the target ends before it', { ...BACK, target: [0n, 610n] }, false],
    ['not where the source cannot be read', { ...BACK, source: 'unread' }, false],
    ['not where the target cannot be read', { ...BACK, target: 'unread' }, false],
  ])('%s', (_, partition, asked) => {
    const { doubtedOrder } = one(partition);
    const told = doubtedOrder === null ? null : [doubtedOrder.upstream, doubtedOrder.downstream];
    expect(told).toEqual(asked ? [400n, 610n] : null);
  });
});

test.each([
  ['read', false],
  ['off', false],
  ['missing', true],
  ['unread', true],
] as const)('offset syncs that are %s are those of an earlier audit: %s', (kind, expected) => {
  const absent = kind === 'read' ? {} : { syncs: kind };
  expect(areOld(flowCase(absent).observation.syncs)).toBe(expected);
});

describe('syncs that MM2 may have written before a cut of the source log', () => {
  const { observation, states } = flowCase({
    topic: { sourceId: 'one' },
    remembered: rememberedIds({ source: 'one' }),
    partition: {
      syncs: [...HEALTHY_SYNCS, [1_100n, 1_010n, { agoMs: 30 * SECOND }], [1_400n, 1_310n, { agoMs: 20 * SECOND }]],
      source: [0n, 1_500n],
      target: [0n, 1_311n],
    },
    groups: [],
  });
  const [before] = states;
  if (before === undefined) throw new Error('one partition');
  const topic = { ...before.topic, epochEnds: { source: new Map([[0, 950n]]), target: new Map<number, bigint>() } };

  // The syncs around the cut at 950 are in step: the record before it has its place.
  test.each<[string, readonly ('same' | 'different' | 'unknown')[], readonly bigint[]]>([
    ['are void as long as nobody has compared them', [], [0n, 100n, 949n]],
    ['are void where the records differ', ['different', 'different'], [0n, 100n, 949n]],
    ['hold from the newest on if that names the same record', ['different', 'same'], [0n, 100n, 949n, 1_400n]],
    ['hold from the oldest on if that does', ['same', 'same'], [0n, 100n, 949n, 1_100n, 1_400n]],
    ['hold, whatever of the newest is known', ['same', 'unknown'], [0n, 100n, 949n, 1_100n, 1_400n]],
  ])('%s', (_, found, held) => {
    const { history } = partitionState(observation, topic, 0, { sinceCut: new Map(found.entries()) });
    expect(Array.from({ length: history?.length ?? 0 }, (__, i) => history?.upstream(i))).toEqual(held);
  });
});

/** Ten minutes ago the source's first record was written, and MM2 wrote its syncs an hour ago. */
const YOUNGER: PartitionCase = { source: [0n, 1_500n], firstRecordAgoMs: 10 * MINUTE };
const by = (ids: { source?: string; target?: string }, seen = rememberedIds(ids)) => ({ remembered: seen });

describe('whether the source topic is the one that the syncs speak of', () => {
  test('in doubt, MM2 may be further than they say: the lag is estimated', () => {
    const lag = (records: RecordEvidence) => one({ ...YOUNGER, records }).replication?.lag;
    expect(lag({})).toEqual({ kind: 'known', records: 499n, basis: 'estimated' });
    expect(lag({ syncs: new Map([[2, 'same']]) })).toEqual({ kind: 'known', records: 499n, basis: 'proven' });
  });

  test.each<[string, FlowCase, Pick<PartitionState, 'sourceRecreated' | 'doubted'> & { recreatedAt: number }]>([
    ['it is', {}, { sourceRecreated: null, doubted: null, recreatedAt: 0 }],
    [
      'another id: all syncs before are of the old one',
      { topic: { sourceId: 'two' }, ...by({ source: 'one' }) },
      { sourceRecreated: 'topic-id', doubted: null, recreatedAt: 3 },
    ],
    [
      'another id: a sync since then is of the new one',
      {
        topic: { sourceId: 'two' },
        partition: {
          syncs: [...HEALTHY_SYNCS, [1_400n, 1_100n, { agoMs: MINUTE - 1 }]],
          source: [0n, 1_500n],
          target: [0n, 1_101n],
        },
        ...by({ source: 'one' }),
      },
      { sourceRecreated: 'topic-id', doubted: null, recreatedAt: 3 },
    ],
    [
      'another id: a sync of that very moment is of the old one',
      {
        topic: { sourceId: 'two' },
        partition: {
          syncs: [...HEALTHY_SYNCS, [1_400n, 1_100n, { agoMs: MINUTE }]],
          source: [0n, 1_500n],
          target: [0n, 1_101n],
        },
        ...by({ source: 'one' }),
      },
      { sourceRecreated: 'topic-id', doubted: null, recreatedAt: 4 },
    ],
    [
      'another id, and a sync older than its first record',
      {
        topic: { sourceId: 'two' },
        partition: {
          syncs: [...HEALTHY_SYNCS, [1_400n, 1_100n, { agoMs: 50 * SECOND }]],
          source: [0n, 1_500n],
          firstRecordAgoMs: 40 * SECOND,
          target: [0n, 1_101n],
        },
        ...by({ source: 'one' }),
      },
      { sourceRecreated: 'topic-id', doubted: 3, recreatedAt: 3 },
    ],
    [
      'the history tells that it became another',
      {
        partition: {
          syncs: [
            [0n, 0n],
            [1_000n, 1_000n],
            [400n, 1_100n, { newSource: true }],
          ],
          target: [0n, 1_101n],
        },
      },
      { sourceRecreated: 'earlier', doubted: null, recreatedAt: 2 },
    ],
    [
      'the history tells that of the first sync: what the target has before it may be of that topic',
      {
        partition: {
          syncs: [
            [0n, 0n, { newSource: true }],
            [1_000n, 1_000n],
          ],
        },
      },
      { sourceRecreated: 'earlier', doubted: null, recreatedAt: 0 },
    ],
    [
      'its first record is younger than the syncs: a doubt',
      { partition: YOUNGER },
      { sourceRecreated: 'doubt', doubted: 2, recreatedAt: 0 },
    ],
    [
      'and the records differ',
      { partition: { ...YOUNGER, records: { syncs: new Map([[2, 'different']]) } } },
      { sourceRecreated: 'records', doubted: 2, recreatedAt: 3 },
    ],
    [
      'and the records are the same: the clocks differ',
      { partition: { ...YOUNGER, records: { syncs: new Map([[2, 'same']]) } } },
      { sourceRecreated: null, doubted: 2, recreatedAt: 0 },
    ],
    [
      'only the sync that was asked for counts',
      { partition: { ...YOUNGER, records: { syncs: new Map([[1, 'different']]) } } },
      { sourceRecreated: 'doubt', doubted: 2, recreatedAt: 0 },
    ],
    [
      'the newest sync that the log still reaches is asked for',
      {
        partition: {
          ...YOUNGER,
          source: [0n, 1_000n],
          syncs: [
            [0n, 0n],
            [100n, 100n],
            [1_000n, 200n],
          ],
          target: [0n, 201n],
        },
      },
      { sourceRecreated: 'doubt', doubted: 1, recreatedAt: 0 },
    ],
    [
      'none that the log still reaches',
      { partition: { ...YOUNGER, source: [101n, 900n] } },
      { sourceRecreated: 'doubt', doubted: null, recreatedAt: 0 },
    ],
    [
      'a sync of the very first record can be asked for',
      { partition: { ...YOUNGER, source: [100n, 900n] } },
      { sourceRecreated: 'doubt', doubted: 1, recreatedAt: 0 },
    ],
    [
      'MM2 wrote the syncs since an earlier audit saw this very topic: the clocks differ',
      {
        topic: { sourceId: 'one' },
        partition: { ...YOUNGER, syncedAgoMs: 30 * SECOND, firstRecordAgoMs: 10 * SECOND },
        ...by({ source: 'one' }),
      },
      { sourceRecreated: null, doubted: null, recreatedAt: 0 },
    ],
    [
      'nobody knows its id any more',
      { ...by({ source: 'one' }) },
      { sourceRecreated: null, doubted: null, recreatedAt: 0 },
    ],
    [
      'another id, and its log is empty',
      { topic: { sourceId: 'two' }, partition: { source: [0n, 0n], firstRecordAgoMs: null }, ...by({ source: 'one' }) },
      { sourceRecreated: 'topic-id', doubted: null, recreatedAt: 3 },
    ],
    [
      'another id, and its first record cannot be read',
      { topic: { sourceId: 'two' }, partition: { firstRecordAgoMs: 'unread' }, ...by({ source: 'one' }) },
      { sourceRecreated: 'topic-id', doubted: null, recreatedAt: 3 },
    ],
    [
      'another id, and its log cannot be read, but its first record can',
      {
        topic: { sourceId: 'two' },
        partition: {
          syncs: [...HEALTHY_SYNCS, [1_400n, 1_100n, { agoMs: 50 * SECOND }]],
          source: 'unread',
          firstRecordAgoMs: 40 * SECOND,
          target: [0n, 1_101n],
        },
        ...by({ source: 'one' }),
      },
      { sourceRecreated: 'topic-id', doubted: null, recreatedAt: 3 },
    ],
    [
      'a source that cannot be read tells nothing',
      { partition: { ...YOUNGER, source: 'unread' } },
      { sourceRecreated: null, doubted: null, recreatedAt: 0 },
    ],
    [
      'if the first record cannot be read, nothing shows that no other topic came in between',
      { partition: { ...YOUNGER, firstRecordAgoMs: 'unread' } },
      { sourceRecreated: 'doubt', doubted: null, recreatedAt: 0 },
    ],
    [
      'nor an empty log',
      { partition: { ...YOUNGER, firstRecordAgoMs: null } },
      { sourceRecreated: null, doubted: null, recreatedAt: 0 },
    ],
    [
      'without syncs there is nothing to doubt',
      { partition: { ...YOUNGER, syncs: [], connect: 1_000n } },
      { sourceRecreated: null, doubted: null, recreatedAt: 0 },
    ],
  ])('%s', (_, of, { sourceRecreated, doubted, recreatedAt }) => {
    const found = state(of);
    const said = {
      sourceRecreated: found.sourceRecreated,
      doubted: found.doubted,
      recreatedAt: found.recreatedAt.source,
    };
    expect(said).toEqual({ sourceRecreated, doubted, recreatedAt });
  });

  test('what the history noticed counts, unless newer syncs are in doubt', () => {
    const syncs: readonly SyncCase[] = [
      [0n, 0n, { agoMs: 3 * HOUR }],
      [1_000n, 1_000n, { agoMs: 3 * HOUR }],
      [0n, 1_001n, { agoMs: HOUR, newSource: true }],
      [200n, 1_201n, { agoMs: HOUR }],
    ];
    const log: PartitionCase = { syncs, source: [0n, 300n], target: [0n, 1_202n] };
    expect(one({ ...log, firstRecordAgoMs: 2 * HOUR })).toMatchObject({ sourceRecreated: 'earlier', doubted: null });
    const inDoubt: PartitionCase = { ...log, firstRecordAgoMs: MINUTE };
    const asked = { sourceRecreated: 'earlier', doubted: 3, doubtedFirst: 2 };
    expect(one(inDoubt)).toMatchObject({ ...asked, mapping: { first: 4 } });
    const compared = (oldest: 'same' | 'unknown', newest: 'same') =>
      one({ ...inDoubt, records: { syncs: new Map([[2, oldest] as const, [3, newest] as const]) } });
    // Producers' clocks were ahead: the newer syncs hold, and what was noticed before stays.
    expect(compared('same', 'same')).toMatchObject({ ...asked, recreatedAt: { source: 2 }, mapping: { first: 2 } });
    // The topic was replaced for certain: a sync that looks old may be of the earlier one.
    expect(compared('unknown', 'same')).toMatchObject({ ...asked, recreatedAt: { source: 2 }, mapping: { first: 3 } });
    const different = one({ ...inDoubt, records: { syncs: new Map([[3, 'different']]) } });
    expect(different).toMatchObject({ sourceRecreated: 'records', recreatedAt: { source: 4 } });
  });

  test('is told for a day', () => {
    const since = (agoMs: number) =>
      one({
        syncs: [
          [0n, 0n, { agoMs: 2 * DAY }],
          [1_000n, 1_000n, { newSource: true, agoMs }],
        ],
        firstRecordAgoMs: 3 * DAY,
      });
    expect(since(DAY - 1).sourceRecreated).toBe('earlier');
    expect(since(DAY)).toMatchObject({ sourceRecreated: null, recreatedAt: { source: 1 } });
  });

  test("Connect's offset of before the new topic's first record is one in the old topic", () => {
    const regrown: PartitionCase = { source: [0n, 2_000n], firstRecordAgoMs: 10 * MINUTE, connect: 1_700n };
    const of = (connectAgoMs: number) => ({
      topic: { sourceId: 'two' },
      partition: { ...regrown, connectAgoMs },
      ...by({ source: 'one' }),
    });
    expect(reported(of(9 * MINUTE))).toMatchObject({ replicatedTo: 1_701n });
    // MM2 does not notice: it goes on from where it was in the old one.
    expect(reported(of(11 * MINUTE))).toMatchObject({ replicatedTo: 1_701n });
    // The newest sync of the old one is further: that is where it was.
    const old = { ...of(11 * MINUTE), partition: { ...of(11 * MINUTE).partition, connect: 900n } };
    expect(reported(old)).toMatchObject({ replicatedTo: 1_001n });
    const mirrored = {
      ...regrown,
      syncs: [...HEALTHY_SYNCS, [1_400n, 1_100n, { agoMs: SECOND }]] as SyncCase[],
      target: [0n, 1_101n] as const,
    };
    expect(reported({ ...of(11 * MINUTE), partition: { ...mirrored, connectAgoMs: 11 * MINUTE } })).toMatchObject({
      replicatedTo: 1_401n,
    });
  });

  test('of a topic that is the same, its retention makes no offset one of an old topic', () => {
    const partition: PartitionCase = {
      syncs: [
        [0n, 0n],
        [800n, 800n],
      ],
      source: [900n, 1_001n],
      firstRecordAgoMs: 10 * MINUTE,
      connect: 1_000n,
      connectAgoMs: 20 * MINUTE,
    };
    expect(reported({ partition })).toMatchObject({ replicatedTo: 1_001n, lag: { ...NO_LAG, basis: 'estimated' } });
  });

  test('the oldest sync is compared where the log reaches no other', () => {
    const partition: PartitionCase = {
      ...YOUNGER,
      source: [0n, 50n],
      syncs: [
        [10n, 0n],
        [100n, 90n],
      ],
      target: [0n, 91n],
    };
    expect(one(partition)).toMatchObject({ sourceRecreated: 'doubt', doubted: 0 });
  });

  test('a log that ends before what MM2 has mirrored breaks the history there', () => {
    const none = { target: 0, sourceMayBeCut: false, targetMayBeCut: false };
    expect(one({ source: [0n, 500n] }).recreatedAt).toEqual({ ...none, source: 3, sourceMayBeCut: true });
    expect(one({ source: [0n, 1_000n] }).recreatedAt).toEqual({ ...none, source: 3, sourceMayBeCut: true });
    expect(one({ source: [0n, 1_001n] }).recreatedAt).toEqual({ source: 0, ...none });
    expect(one({ target: [0n, 500n] }).recreatedAt).toEqual({ ...none, source: 0, target: 3, targetMayBeCut: true });
  });
});

describe('whether the target topic is the one that MM2 wrote to', () => {
  test.each<[string, FlowCase, { byId: boolean; recreatedAt: number }]>([
    ['it is', {}, { byId: false, recreatedAt: 0 }],
    [
      'another id',
      { topic: { targetId: 'two' }, partition: { target: [0n, 0n] }, ...by({ target: 'one' }) },
      { byId: true, recreatedAt: 3 },
    ],
    ['the same id', { topic: { targetId: 'one' }, ...by({ target: 'one' }) }, { byId: false, recreatedAt: 0 }],
    ['no id', by({ target: 'one' }), { byId: false, recreatedAt: 0 }],
    ['nobody remembers', { topic: { targetId: 'two' }, ...by({}) }, { byId: false, recreatedAt: 0 }],
    [
      'the history tells so',
      {
        partition: {
          syncs: [
            [0n, 0n],
            [1_000n, 1_000n],
            [1_001n, 1_001n, { newTarget: true }],
          ],
          target: [0n, 1_002n],
          source: [0n, 1_002n],
        },
      },
      { byId: true, recreatedAt: 2 },
    ],
    ['the log ends before a sync', { partition: { target: [0n, 1_000n] } }, { byId: false, recreatedAt: 3 }],
    [
      'without syncs',
      { topic: { targetId: 'two' }, partition: { syncs: [], connect: 1_000n }, ...by({ target: 'one' }) },
      { byId: true, recreatedAt: 0 },
    ],
  ])('%s', (_, of, { byId, recreatedAt }) => {
    const found = state(of);
    expect([found.targetRecreatedById, found.recreatedAt.target]).toEqual([byId, recreatedAt]);
  });

  test('another id makes the syncs void, however much the new log holds', () => {
    const of: FlowCase = {
      topic: { targetId: 'two' },
      partition: { target: [0n, 1_500n] },
      position: { committed: 500n },
      ...by({ target: 'one' }),
    };
    expect(printedGroup(of).tidemark).toMatchObject({
      position: 0n,
      high: 1_500n,
      proof: 'conservative',
      reason: 'the target topic was recreated',
    });
  });

  test('is told for a day', () => {
    const since = (agoMs: number) =>
      one({
        syncs: [
          [0n, 0n, { agoMs: 2 * DAY }],
          [1_000n, 1_000n, { newTarget: true, agoMs }],
        ],
        firstRecordAgoMs: 3 * DAY,
      });
    expect(since(DAY - 1)).toMatchObject({ targetRecreatedById: true, epochIsRecent: true });
    expect(since(DAY)).toMatchObject({ targetRecreatedById: false, epochIsRecent: false, recreatedAt: { target: 1 } });
  });

  test('an epoch is recent while no sync tells when it began, and none is without a mapping', () => {
    expect(one({ target: [0n, 1_000n], syncedAgoMs: 3 * DAY, firstRecordAgoMs: 4 * DAY }).epochIsRecent).toBe(true);
    expect(one({ syncedAgoMs: 3 * DAY, firstRecordAgoMs: 4 * DAY }).epochIsRecent).toBe(false);
    expect(one({ syncs: [] }).epochIsRecent).toBe(false);
  });
});

describe('source records that MM2 passed over for good', () => {
  test.each<[string, PartitionCase, bigint]>([
    ['none', {}, 0n],
    [
      'began behind the first record',
      {
        syncs: [
          [250n, 0n],
          [1_000n, 750n],
        ],
        target: [0n, 751n],
        holds: () => true,
      },
      250n,
    ],
    [
      'began at the first record',
      {
        syncs: [
          [250n, 0n],
          [1_000n, 750n],
        ],
        target: [0n, 751n],
        holds: (offset: bigint) => offset >= 250n,
      },
      0n,
    ],
    [
      'a new target log: all that was mirrored before',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
          [1_001n, 0n],
        ],
        source: [0n, 1_002n],
        target: [0n, 1n],
      },
      1_001n,
    ],
    [
      'a new target log: less what was written before its first sync',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
          [1_041n, 40n],
        ],
        source: [0n, 1_042n],
        target: [0n, 41n],
      },
      1_001n,
    ],
    [
      'a new target log: less what the source has deleted since',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
          [1_001n, 0n],
        ],
        source: [600n, 1_002n],
        target: [0n, 1n],
      },
      401n,
    ],
    [
      'a new source topic: those in front of its first sync',
      {
        syncs: [
          [0n, 0n],
          [999n, 999n],
          [300n, 1_000n, { newSource: true }],
        ],
        source: [0n, 301n],
        target: [0n, 1_001n],
      },
      300n,
    ],
    [
      'a new source topic: what was written before its first sync may be of the old one',
      {
        syncs: [
          [0n, 0n],
          [899n, 899n],
          [300n, 1_000n, { newSource: true }],
        ],
        source: [0n, 301n],
        target: [0n, 1_001n],
      },
      300n,
    ],
    [
      'a new source topic, mirrored from its begin',
      {
        syncs: [
          [0n, 0n],
          [899n, 899n],
          [0n, 900n, { newSource: true }],
        ],
        source: [0n, 301n],
        target: [0n, 1_001n],
      },
      0n,
    ],
    ['a source log that was cut off: none beyond what it has', { source: [0n, 500n], connect: null }, 0n],
    [
      'a cut log that MM2 goes on with: those in front of where it stands',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
          [1_000n, 1_000n],
          [400n, 1_001n],
        ],
        source: [0n, 500n],
        target: [0n, 1_002n],
        connect: 400n,
      },
      400n,
    ],
    ['a target log that was cut off', { target: [0n, 400n] }, 601n],
    [
      'a target log that was cut off, of a source that has deleted as much: the records there may be the deleted ones',
      { source: [700n, 1_001n], target: [0n, 400n] },
      301n,
    ],
    ['a target that cannot be read', { target: 'unread' }, 0n],
    ['a source that cannot be read', { source: 'unread', target: [0n, 400n] }, 0n],
  ])('%s', (_, partition, passedOver) => {
    expect(missingRecords(one(partition))).toBe(passedOver);
  });

  test('what is on the target of an old topic of the name is not taken for the new one', () => {
    const of: FlowCase = {
      topic: { sourceId: 'two' },
      partition: { source: [0n, 1_500n], target: [0n, 1_201n], connect: 1_400n },
      remembered: { ...rememberedIds({ source: 'one' }), readAt: { source: AT, target: AT } },
    };
    // The 200 behind the old topic's last sync may be of either topic.
    expect(missingRecords(state(of))).toBe(1_401n);
  });
});

describe('what a look into a stretch without counterpart shows', () => {
  /** Of 99 offsets 90 have a counterpart; the nine that lack one stand at its end, or anywhere. */
  const hole = {
    kind: 'between',
    from: 1n,
    until: 100n,
    offsets: 9n,
    look: { from: 91n, until: 100n },
    isPlace: false,
    index: 1,
  } as const;
  const place = { ...hole, offsets: 99n, look: { from: 1n, until: 100n }, isPlace: true } as const;
  const look = (scannedTo: bigint): HoleLook => ({ kind: 'peeked', peek: peek(null, scannedTo) });

  test.each<[string, HoleLook, boolean]>([
    ['no record up to its end', look(100n), true],
    ['no record as far as it looked', look(99n), false],
    ['a record', { kind: 'peeked', peek: peek(record(95n, AT)) }, false],
    ['as many records as the target has', countedLook(hole, (offset) => offset <= 90n), true],
    ['fewer than that', countedLook(hole, (offset) => offset <= 50n), true],
    ['one more', countedLook(hole, (offset) => offset <= 91n), false],
  ])('%s', (_, found, explained) => {
    expect(isExplained(hole, found)).toBe(explained);
  });

  test('a record in the only place where they can be, and none', () => {
    expect(
      isExplained(
        place,
        peekedLook(place, (offset) => offset === 99n),
      ),
    ).toBe(false);
    expect(
      isExplained(
        place,
        peekedLook(place, () => false),
      ),
    ).toBe(true);
  });

  test('one that it explained is not missing; of one that it looked at in part nothing is certain', () => {
    const gap: PartitionCase = {
      syncs: [
        [0n, 0n],
        [100n, 1n],
      ],
      source: [0n, 101n],
      target: [0n, 2n],
    };
    const missingAfter = (found: HoleLook) =>
      one({ ...gap, records: { holes: new Map([['between 1-100', found]]) } }).missing;
    expect(missingAfter(look(100n))).toEqual([]);
    expect(missingAfter(look(50n))).toMatchObject([{ records: 99n, certain: false }]);
    expect(missingAfter({ kind: 'peeked', peek: peek(record(40n, AT)) })).toMatchObject([
      { records: 60n, certain: true },
    ]);
  });

  test('of one that another run of MM2 brought in part, a record is no proof that it is missing', () => {
    // MM2 jumped from 0 to 100, and came back to 61 after a restart: the record at 61 is on the target.
    const again: PartitionCase = {
      syncs: [
        [0n, 0n],
        [100n, 1n],
        [61n, 2n],
        [100n, 41n],
      ],
      source: [0n, 101n],
      target: [0n, 42n],
    };
    const missingAfter = (holds: (offset: bigint) => boolean) => one({ ...again, holds }).missing;
    expect(missingAfter((offset) => offset === 0n || offset >= 61n)).toEqual([]);
    expect(missingAfter(() => true)).toMatchObject([{ records: 60n, certain: true }]);
  });

  test('of one that another run of MM2 brought in its middle, only the records around that are counted', () => {
    // MM2 jumped from 0 to 100, wrote 31 to 60 after a restart, and jumped to 100 again.
    const again: PartitionCase = {
      syncs: [
        [0n, 0n],
        [100n, 1n],
        [31n, 2n],
        [60n, 31n],
        [100n, 32n],
      ],
      source: [0n, 101n],
      target: [0n, 33n],
    };
    const missingAfter = (holds: (offset: bigint) => boolean, counted = false) =>
      one({ ...again, holds, counted }).missing.find(({ hole }) => hole.from === 1n);
    // The record that a look finds may be one of those that it brought.
    expect(missingAfter((offset) => offset === 31n)).toMatchObject({ records: 69n, certain: false });
    expect(missingAfter((offset) => offset === 31n, true)).toBeUndefined();
    expect(missingAfter((offset) => offset === 30n || offset === 60n || offset === 61n, true)).toMatchObject({
      records: 2n,
    });
  });
});

describe('syncs whose downstream offsets go back', () => {
  /** A late sync of a task of MM2 that ended, after the first one of its successor. */
  const overlapped: PartitionCase = {
    syncs: [
      [0n, 0n],
      [500n, 500n],
      [400n, 610n],
      [600n, 600n],
      [1_000n, 1_210n],
    ],
    source: [0n, 1_001n],
    target: [0n, 1_211n],
    connect: 1_000n,
  };

  test('are those of one target log if the record that the one before names is still there', () => {
    const same = one({ ...overlapped, records: { order: 'same' } });
    expect(same.mapping?.cause).toBe('first-known');
    expect(same.cuts).toEqual([]);
    expect(lagOf(same).lag).toEqual(NO_LAG);
    const findings = judge({ partition: { ...overlapped, records: { order: 'same' } }, groups: [] }).findings;
    expect(findings.map(({ code }) => code)).not.toContain('TARGET_TOPIC_RECREATED');
  });

  test.each(['different', 'unknown', undefined] as const)('are not if that is %s', (order) => {
    const { mapping } = one({ ...overlapped, records: order === undefined ? {} : { order } });
    expect(mapping?.cause).toBe('target-recreated');
  });

  test('are looked at where both logs still have the record', () => {
    expect(one(overlapped).doubtedOrder).toMatchObject({ upstream: 400n, downstream: 610n });
    expect(one({ ...overlapped, source: [401n, 1_001n] }).doubtedOrder).toBeNull();
    expect(one({ ...overlapped, target: [611n, 1_211n] }).doubtedOrder).toBeNull();
    expect(one({ ...overlapped, target: [0n, 610n] }).doubtedOrder).toBeNull();
  });

  test('are of another log where the topic id has changed', () => {
    const changed = state({
      topic: { partitions: [overlapped], targetId: 'new' },
      groups: [],
      remembered: rememberedIds({ target: 'old' }),
    });
    expect(changed.doubtedOrder).toBeNull();
  });
});
