import { describe, expect, test } from '@jest/globals';
import { lossAtLeast, lossOf, missingOf } from '../../../../shared/domain/judge/loss.ts';
import type { RememberedFlow } from '../../../../shared/domain/judge/observation.ts';
import { withEvidence } from '../../../../shared/domain/judge/partition-state.ts';
import { type HoleLook, holeKey, type RecordEvidence } from '../../../../shared/domain/judge/record-evidence.ts';
import { waitsAtLeast } from '../../../../shared/domain/judge/waits-at-least.ts';
import type { Hole } from '../../../../shared/domain/mirror/coverage/hole.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import type { Replication } from '../../../../shared/domain/mirror/replication.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import type { Loss } from '../../../../shared/domain/model/report.ts';
import { peek, record, rememberedIds } from './case-parts.ts';
import { AT, type FlowCase, HOUR, MINUTE, type PartitionCase, SECOND } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

function loss(of: FlowCase): Loss {
  const { observation, states } = flowCase(of);
  return lossOf(observation, states);
}

/** `count` records wait, the first of them since `ms` ago where somebody looked. */
function waits(count: bigint, ms?: number): PartitionCase {
  return {
    source: [0n, 1_001n + count],
    ...(ms === undefined ? {} : { records: { waiting: { from: 1_001n, peek: peek(record(1_001n, AT - ms)) } } }),
  };
}
const BEATS = { heartbeat: { agoMs: 7 * SECOND } } as const;
/** 100 records were deleted before MM2 came to them, and 50 wait. */
const DELETED: PartitionCase = { source: [1_101n, 1_151n], firstRecordAgoMs: 8 * SECOND };
/** MM2 passed over the first 250. */
const LATE: PartitionCase = {
  syncs: [
    [250n, 0n],
    [1_000n, 750n],
  ],
  target: [0n, 751n],
  holds: () => true,
};

describe('what a failover now would lose', () => {
  test.each<[string, FlowCase, bigint, number | null, 'proven' | 'estimated']>([
    ['nothing waits', {}, 0n, 0, 'proven'],
    ['no topics', { topics: [], groups: [] }, 0n, 0, 'proven'],
    ['records wait since a time that was looked at', { partition: waits(50n, 9 * SECOND), ...BEATS }, 50n, 9, 'proven'],
    [
      'records wait, and nobody looked: that MM2 runs says nothing of their age',
      { partition: waits(50n), ...BEATS },
      50n,
      null,
      'proven',
    ],
    [
      'the longest wait counts',
      { partitions: [waits(1n, 3_500), waits(2n, 9_250), waits(4n, 1)], ...BEATS },
      7n,
      9.25,
      'proven',
    ],
    ['nobody knows since when', { partition: waits(50n), heartbeat: 'none' }, 50n, null, 'proven'],
    [
      'nobody knows since when of one of them',
      { partitions: [waits(1n), waits(2n, 9_000)], heartbeat: 'none' },
      3n,
      null,
      'proven',
    ],
    [
      'the same, in the other order',
      { partitions: [waits(2n, 9_000), waits(1n)], heartbeat: 'none' },
      3n,
      null,
      'proven',
    ],
    [
      'of a partition where nothing waits nobody has to know',
      { partitions: [{}, waits(2n, 9_000)], heartbeat: 'none' },
      2n,
      9,
      'proven',
    ],
    [
      'what was deleted is lost as well, and nobody can see its age',
      { partition: DELETED, ...BEATS },
      150n,
      null,
      'estimated',
    ],
    ['what was passed over is lost as well', { partition: LATE, ...BEATS }, 250n, 0, 'estimated'],
    ['all together', { partitions: [DELETED, LATE, waits(5n), {}], ...BEATS }, 405n, null, 'estimated'],
    [
      'the lag is estimated',
      { partition: { source: [0n, 1_051n], target: [0n, 1_011n] }, ...BEATS },
      40n,
      null,
      'estimated',
    ],
    ['estimated to be nothing', { partition: { source: [0n, 1_011n], target: [0n, 1_011n] } }, 0n, 0, 'estimated'],
    ['one of two estimated', { partitions: [{}, { source: [0n, 1_011n], target: [0n, 1_011n] }] }, 0n, 0, 'estimated'],
  ])('%s', (_, of, records, seconds, basis) => {
    expect(loss(of)).toEqual({ kind: 'known', records, seconds, basis });
  });

  const begins: PartitionCase = { syncs: [], connect: null, target: [0n, 0n], firstRecordAgoMs: 90 * SECOND };
  test.each<[string, PartitionCase, number | null]>([
    ['not begun: since the first record of the log', begins, 90],
    ['begun at the log begin, where nobody looked', { ...begins, source: [500n, 700n], connect: 499n }, 90],
    ['already past it', { ...begins, source: [500n, 700n], connect: 500n }, null],
    ['the first record could not be read', { ...begins, firstRecordAgoMs: 'unread' }, null],
    ['the first record has no time', { ...begins, firstRecordAgoMs: AT + 1 }, null],
    ['the first record is of 1970', { ...begins, firstRecordAgoMs: AT }, AT / 1_000],
    ['the log has no first record', { ...begins, firstRecordAgoMs: null }, null],
  ])('a partition that MM2 has %s', (_, partition, seconds) => {
    expect(loss({ partition, ...BEATS, groups: [] })).toMatchObject({ kind: 'known', seconds });
  });

  test.each<[string, bigint, number | null]>([
    ['there was nothing more', 1_001n, 60],
    ['it had not reached that far', 900n, 60],
    ['one of them was there', 1_002n, null],
  ])('records wait that nobody looked at, and when the last audit read the log %s', (_, end, seconds) => {
    const remembered: RememberedFlow = {
      ...rememberedIds({}),
      sourceEnd: () => end,
      readAt: { source: AT - MINUTE, target: AT - MINUTE },
    };
    expect(loss({ partition: waits(50n), ...BEATS, remembered })).toMatchObject({ records: 50n, seconds });
  });

  test('what is missing is as old as its first record, where a look or a count has seen it', () => {
    const late = (holes: (hole: Hole) => HoleLook | null) => {
      const { observation, states } = flowCase({ partition: { ...LATE, holds: undefined } });
      const [state] = states;
      const [hole] = state?.replication?.holes ?? [];
      if (state === undefined || hole === undefined) throw new Error('a hole at the begin');
      const look = holes(hole);
      const records = look === null ? {} : { holes: new Map([[holeKey(hole), look]]) };
      const evidence = new PartitionMap<RecordEvidence>();
      evidence.set('orders', 0, records);
      return lossOf(observation, withEvidence(observation, states, evidence));
    };
    const since = BigInt(AT - HOUR);
    expect(late(() => ({ kind: 'counted', records: 250n, since }))).toMatchObject({ seconds: 3_600 });
    expect(late(() => ({ kind: 'counted', records: 250n, since: null }))).toMatchObject({ seconds: null });
    expect(late(() => ({ kind: 'peeked', peek: peek(record(0n, AT - MINUTE)) }))).toMatchObject({ seconds: 60 });
    // Nothing there is older than the first record of the log.
    expect(late(() => null)).toMatchObject({ seconds: 7_200 });
  });

  test('one partition that nobody knows makes the sum unknown, with the first reason and how many', () => {
    const unread = { source: 'unread' } as const;
    const silent = { syncs: [], connect: null } as const;
    expect(loss({ partitions: [{}, unread, waits(5n)] })).toEqual({
      kind: 'unknown',
      reason: '1 of 3 partitions: orders-1 did not answer',
    });
    expect(loss({ partitions: [{}, { target: 'unread' }, unread] })).toEqual({
      kind: 'unknown',
      reason: '2 of 3 partitions: A.orders-1 did not answer',
    });
    expect(loss({ partitions: [silent, unread] })).toEqual({
      kind: 'unknown',
      reason: '2 of 2 partitions: MM2 has acknowledged nothing of this partition',
    });
  });

  test('syncs that could not be read make it unknown: the target may hold records of an earlier topic', () => {
    expect(loss({ syncs: 'unread' })).toEqual({ kind: 'unknown', reason: expect.stringContaining('offset') });
    expect(loss({ syncs: 'unread', topics: [], groups: [] })).toMatchObject({ kind: 'known', records: 0n });
    expect(loss({ syncs: 'off' })).toMatchObject({ kind: 'known' });
  });

  test('a side that is down makes it unknown, the source named before the target', () => {
    expect(loss({ down: 'source' })).toEqual({ kind: 'unknown', reason: 'no broker of A answers' });
    expect(loss({ down: 'target' })).toEqual({ kind: 'unknown', reason: 'no broker of B answers' });
    expect(loss({ down: 'both' })).toEqual({ kind: 'unknown', reason: 'no broker of A answers' });
  });
});

describe('records that MM2 will never bring', () => {
  test.each<[string, PartitionCase, bigint]>([
    ['none', {}, 0n],
    ['deleted before it came to them', DELETED, 100n],
    ['passed over', LATE, 250n],
    ['deleted, and what was passed over is deleted with it', { ...LATE, source: [1_101n, 1_151n] }, 100n],
  ])('%s', (_, partition, missing) => {
    const [state] = flowCase({ partition }).states;
    expect(state === undefined ? null : missingOf(state)).toBe(missing);
  });
});

describe('what a failover now loses at least, where a cut made the syncs void', () => {
  test.each<[string, Pick<PartitionCase, 'connect' | 'target'>, boolean, bigint]>([
    ['no cut: all that waits', { connect: 1_010n }, false, 50n],
    ['all that Connect has not committed', { connect: 1_010n }, true, 40n],
    ['less what the target can hold besides', { connect: 1_010n, target: [0n, 1_021n] }, true, 30n],
    ['never less than nothing', { connect: 1_010n, target: [0n, 1_101n] }, true, 0n],
    ['nothing for certain without an offset of Connect', { connect: null }, true, 0n],
  ])('%s', (_, partition, isCut, atLeast) => {
    const { observation, states } = flowCase({ partition: { source: [0n, 1_051n], ...partition } });
    const [state] = states;
    if (state?.history == null || state.target === null) throw new Error('one partition with syncs');
    const history = state.history.copy();
    if (isCut) history.breakBeforeNext('hole');
    const { start, highWatermark: end } = state.target;
    const mapping = new PartitionMapping({ history, target: { start, end } });
    const replication = { ...state.replication, lag: { kind: 'known', records: 50n, basis: 'proven' } } as Replication;
    expect(lossAtLeast(observation, [{ ...state, history, mapping, replication, missing: [] }])).toBe(atLeast);
  });
});

test('GIVEN a cut made the syncs void WHEN a probe shows only markers behind Connect’s offset THEN nothing is lost for certain', () => {
  const partition: PartitionCase = {
    syncs: [
      [0n, 0n],
      [99n, 99n],
    ],
    source: [0n, 200n],
    target: [0n, 100n],
    connect: 99n,
  };
  const atLeast = (records: PartitionCase['records']): bigint => {
    const { observation, states } = flowCase({ partition: { ...partition, ...(records && { records }) }, groups: [] });
    const [state] = states;
    if (state?.history == null) throw new Error('one partition with syncs');
    const history = state.history.copy();
    history.breakBeforeNext('hole');
    const mapping = new PartitionMapping({ history, target: { start: 0n, end: 100n } });
    return lossAtLeast(observation, [{ ...state, history, mapping }]);
  };
  expect(atLeast(undefined)).toBe(100n);
  expect(atLeast({ waiting: { from: 100n, peek: peek(null, 200n) } })).toBe(0n);
});

test('a copy found behind the newest sync leaves open what MM2 has acknowledged after a cut', () => {
  const [state] = flowCase({ partition: { source: [0n, 1_051n], connect: null } }).states;
  if (state?.history == null) throw new Error('one partition with syncs');
  const history = state.history.copy();
  history.breakBeforeNext('hole');
  const mapping = new PartitionMapping({ history, target: { start: 0n, end: 1_051n } });
  const anchored = mapping.endingAt({ upstream: 1_050n, downstream: 1_050n });
  expect(waitsAtLeast({ ...state, history, mapping: anchored })).toBe(0n);
});

test('of a source that could not be read, no record waits for certain where a cut made the syncs void', () => {
  const [state] = flowCase({ partition: { source: 'unread', connect: 1_010n } }).states;
  if (state?.history == null) throw new Error('one partition with syncs');
  const history = state.history.copy();
  history.breakBeforeNext('hole');
  const mapping = new PartitionMapping({ history, target: { start: 0n, end: 1_001n } });
  expect(waitsAtLeast({ ...state, history, mapping })).toBe(0n);
});

describe('with a dead source, of what it was last known to hold', () => {
  const READ_AT = Date.parse('2026-11-20T09:58:00Z');
  const remembered = (ends: Readonly<Record<string, bigint>>): RememberedFlow => ({
    ...rememberedIds({}),
    readAt: { source: READ_AT, target: AT - MINUTE },
    sourceEnd: (topic, partition) => ends[`${topic}-${partition}`] ?? null,
  });
  const dead = (ends: Readonly<Record<string, bigint>>, ...partitions: PartitionCase[]): string => {
    const said = loss({ down: 'source', syncsKnown: true, remembered: remembered(ends), partitions });
    return said.kind === 'unknown' ? said.reason.replace('no broker of A answers', '') : 'known';
  };
  const told = (records: number, of = '') =>
    `; of the records that it held at 2026-11-20T09:58:00.000Z, an estimated ${records} are not on the target${of}, and it is not known what came after`;

  test('what MM2 has not acknowledged is told', () => {
    expect(dead({ 'orders-0': 1_051n }, {})).toBe(told(50));
    expect(dead({ 'orders-0': 1_001n }, {})).toBe(told(0));
    expect(dead({ 'orders-0': 900n }, {})).toBe(told(0));
  });

  test('less what stands on the target behind the newest sync', () => {
    expect(dead({ 'orders-0': 1_051n }, { target: [0n, 1_021n] })).toBe(told(30));
    // More than the source had: somebody else wrote it, so that the target's end tells nothing.
    expect(dead({ 'orders-0': 1_011n }, { target: [0n, 1_021n] })).toBe(told(10));
  });

  test('from the very first record on', () => {
    const said = loss({
      down: 'source',
      syncsKnown: true,
      remembered: remembered({ 'orders-0': 11n }),
      flow: { exactlyOnce: true },
      partition: { syncs: [[0n, 0n]], target: [0n, 2n] },
    });
    expect(said).toMatchObject({ reason: `no broker of A answers${told(10)}` });
  });

  test('partitions are summed, and those of which nothing is known are told', () => {
    const two = { 'orders-0': 1_051n, 'orders-1': 1_011n };
    expect(dead(two, {}, {})).toBe(told(60));
    expect(dead({ 'orders-1': 1_011n }, {}, {})).toBe(told(10, ' (1 of 2 partitions)'));
    expect(dead(two, {}, { syncs: [] })).toBe(told(50, ' (1 of 2 partitions)'));
    expect(dead(two, { syncs: [] }, {})).toBe(told(10, ' (1 of 2 partitions)'));
    // No sync speaks of the target log that is there now.
    expect(dead(two, { syncs: [] }, { target: [0n, 1_000n] })).toBe('');
  });

  test('nothing where nothing is known', () => {
    expect(dead({}, {})).toBe('');
    expect(loss({ down: 'source', syncsKnown: true })).toMatchObject({ reason: 'no broker of A answers' });
    expect(loss({ down: 'target', syncsKnown: true, remembered: remembered({ 'orders-0': 2_000n }) })).toMatchObject({
      reason: 'no broker of B answers',
    });
  });

  test('a mapping that an acknowledgement of another topic ends is none', () => {
    const partition: PartitionCase = {
      syncs: [
        [0n, 0n],
        [1_000n, 1_000n],
        [0n, 1_001n, { newSource: true, agoMs: HOUR }],
        [20n, 1_021n],
      ],
      target: [0n, 1_022n],
    };
    expect(dead({ 'orders-0': 71n }, partition)).toBe(told(50));
  });
});
