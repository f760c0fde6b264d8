import { describe, expect, test } from '@jest/globals';
import type { FlowObservation, ObservedTopic, RememberedFlow } from '../../../../shared/domain/judge/observation.ts';
import { cutOffsOf, knownAt, logsNow, sourceCutAt, wasCut } from '../../../../shared/domain/judge/remembered-logs.ts';
import type { Cut, PastCut } from '../../../../shared/domain/mirror/breaks/cut.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { rememberedIds } from './case-parts.ts';
import { AT, HOUR } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

const PAST: PastCut = { side: 'source', topic: 'orders', partition: 0, at: 300n, reached: 500n, noticedAt: AT - HOUR };
const PAST_TARGET: PastCut = { ...PAST, side: 'target', topic: 'A.orders' };
const NOW: Cut = { side: 'source', at: 200n, reached: 260n, acknowledged: 240n };
const NOW_TARGET: Cut = { side: 'target', at: 90n, reached: 100n };

const ORDERS = { topic: 'orders', targetTopic: 'A.orders', targetId: 'now' };

function observed(...cuts: readonly PastCut[]): FlowObservation {
  return { ...flowCase({}).observation, remembered: { ...rememberedIds({}), cuts } };
}

describe('whether the target log was cut', () => {
  test.each<[string, readonly PastCut[], readonly Cut[], boolean]>([
    ['no cut is known of', [], [], false],
    ['this audit found one', [], [NOW_TARGET], true],
    ['this audit found one of each side', [], [NOW, NOW_TARGET], true],
    ['an earlier audit noticed one', [PAST_TARGET], [], true],
    ['both', [PAST_TARGET], [NOW_TARGET], true],
    ['only the source log was', [PAST], [NOW], false],
    ['that of another partition was', [{ ...PAST_TARGET, partition: 1 }], [], false],
    ['that of another topic was', [{ ...PAST_TARGET, topic: 'orders' }], [], false],
  ])('%s', (_, past, cuts, expected) => {
    expect(wasCut(observed(...past), 'A.orders', 0, cuts)).toBe(expected);
  });

  test('without a history only this audit can tell', () => {
    const { observation } = flowCase({});
    expect(wasCut(observation, 'A.orders', 0, [])).toBe(false);
    expect(wasCut(observation, 'A.orders', 0, [NOW_TARGET])).toBe(true);
    // As of a time, the observation has the cuts that were known then.
    expect(wasCut({ ...observation, cuts: [PAST_TARGET] }, 'A.orders', 0, [])).toBe(true);
  });
});

describe('what cuts of the source log took', () => {
  test.each<[string, readonly PastCut[], readonly Cut[], ReturnType<typeof cutOffsOf>]>([
    ['none is known of', [], [], []],
    ['only the target log was cut', [PAST_TARGET], [NOW_TARGET], []],
    [
      'an earlier audit noticed it',
      [PAST],
      [],
      [{ at: 300n, reached: 500n, records: 200n, atLeast: 200n, noticedAt: AT - HOUR }],
    ],
    [
      'several, oldest first',
      [PAST, { ...PAST, at: 400n, acknowledged: 410n, noticedAt: AT - 1 }],
      [],
      [
        { at: 300n, reached: 500n, records: 200n, atLeast: 200n, noticedAt: AT - HOUR },
        { at: 400n, reached: 500n, records: 100n, atLeast: 10n, noticedAt: AT - 1 },
      ],
    ],
    [
      'this audit found one',
      [PAST],
      [NOW_TARGET, NOW],
      [
        { at: 300n, reached: 500n, records: 200n, atLeast: 200n, noticedAt: AT - HOUR },
        { at: 200n, reached: 260n, records: 60n, atLeast: 40n, noticedAt: AT },
      ],
    ],
  ])('%s', (_, past, cuts, expected) => {
    // A remembered cut says of which log it is; one of this audit is of the partition that is asked for.
    const whole = expected.map((one) => ({
      ...one,
      side: 'source',
      ...(one.noticedAt === AT ? {} : { topic: 'orders', partition: 0 }),
    }));
    expect(cutOffsOf(observed(...past), ORDERS, 0, cuts)).toEqual(whole);
  });

  test('a target log that replaced the one of before the cut has no copies of it for certain', () => {
    const tail = { epoch: 3, syncs: [{ upstream: 310n, downstream: 310n }] };
    const remembered = { ...rememberedIds({ target: 'before' }), cuts: [{ ...PAST, tail }] };
    const now = { ...observed(), remembered };
    const [gone] = cutOffsOf(now, ORDERS, 0, []);
    expect(gone).toMatchObject({ at: 300n, atLeast: 0n, tail: { epoch: 3, syncs: [] } });
    const [there] = cutOffsOf(now, { ...ORDERS, targetId: 'before' }, 0, []);
    expect(there).toMatchObject({ at: 300n, atLeast: 200n, tail });
  });
});

describe('where the source log was cut', () => {
  const history = (...breaks: readonly ('hole' | 'newTarget')[]): SyncHistory => {
    const syncs = SyncHistory.of([{ timestamp: 1n, upstream: 0n, downstream: 0n }]);
    for (const one of breaks) syncs.breakBeforeNext(one);
    return syncs;
  };
  test.each<[string, SyncHistory | null, bigint | null]>([
    ['MM2 has written no sync since', history('hole'), 300n],
    ['it has written one', history(), null],
    ['the target log is another one besides', history('hole', 'newTarget'), null],
    ['no syncs are known', null, null],
  ])('%s', (_, syncs, expected) => {
    expect(sourceCutAt(observed(PAST), { topic: 'orders', targetTopic: 'A.orders' }, 0, syncs, [])).toBe(expected);
  });

  test('it was cut twice since the newest sync: at the lower place, whichever came last', () => {
    const lower: PastCut = { ...PAST, at: 100n, noticedAt: AT - 2 * HOUR };
    const cutAt = (timestamp: number, ...past: readonly PastCut[]) => {
      const syncs = SyncHistory.of([{ timestamp: BigInt(timestamp), upstream: 0n, downstream: 0n }]);
      syncs.breakBeforeNext('hole');
      return sourceCutAt(observed(...past), { topic: 'orders', targetTopic: 'A.orders' }, 0, syncs, []);
    };
    expect(cutAt(1, lower, PAST)).toBe(100n);
    expect(cutAt(1, PAST, { ...lower, noticedAt: AT })).toBe(100n);
    expect(cutAt(lower.noticedAt, lower, PAST)).toBe(300n);
    expect(cutAt(AT, lower, PAST)).toBe(300n);
    expect(
      sourceCutAt(observed(lower, PAST), { topic: 'orders', targetTopic: 'A.orders' }, 0, pendingOnly(), [NOW]),
    ).toBe(100n);
  });
});

function pendingOnly(): SyncHistory {
  const syncs = new SyncHistory();
  syncs.breakBeforeNext('hole');
  return syncs;
}

describe('how many syncs were written up to the audit that saw a topic id', () => {
  const history = SyncHistory.of(
    [10n, 20n, 30n].map((timestamp) => ({ timestamp, upstream: timestamp, downstream: timestamp })),
  );
  const unread = { ...rememberedIds({}), syncsRead: false };
  test.each<[string, Parameters<typeof knownAt>, number]>([
    ['those that it read, whatever the times say', [{ history, known: 1 }, rememberedIds({}), 99n], 1],
    ['if it could not read them, those of its time', [{ history, known: 1 }, unread, 20n], 2],
    ['not those of later', [{ history, known: 1 }, unread, 19n], 1],
    ['at most all', [{ history, known: 0 }, unread, 99n], 3],
    ['at least those that are known', [{ history, known: 2 }, unread, 5n], 2],
    ['by their times where nothing is remembered', [{ history, known: 0 }, null, 10n], 1],
    ['as many as are known without syncs', [{ history: null, known: 0 }, unread, 99n], 0],
    ['not those of records that the target did not have then', [{ history, known: 0 }, unread, 99n, 20n], 1],
    ['those of records that it had', [{ history, known: 0 }, unread, 99n, 21n], 2],
  ])('%s', (_, asked, expected) => {
    expect(knownAt(...asked)).toBe(expected);
  });
});

describe("what is known of a partition's logs", () => {
  const { observation, states } = flowCase({});
  const [state] = states;
  if (state?.history == null) throw new Error('one partition with syncs');
  const { topic, history, source, target } = state;
  const now = (over: Partial<FlowObservation>, reckoning?: 'confirmed' | 'refuted') => {
    const records = reckoning === undefined ? {} : { reckoning };
    const epochEnds = { source: new Map([[0, 7n]]), target: new Map([[0, 8n]]) };
    return logsNow({ ...observation, ...over }, { ...topic, epochEnds }, 0, history, { source, target }, records);
  };

  test('where the epochs of their leaders ended, on either side', () => {
    expect(now({})).toMatchObject({ sourceEpochEnd: 7n, targetEpochEnd: 8n });
    expect(logsNow(observation, topic, 0, history, { source, target }, {})).toMatchObject({
      sourceEpochEnd: null,
      targetEpochEnd: null,
    });
  });

  describe('that a commit shows a longer source log before', () => {
    const outgrown = new Map([[0, { leaderEpoch: 4, end: 165n, committed: 180n }]]);
    const cut: PastCut = { side: 'source', topic: topic.topic, partition: 0, at: 165n, reached: 180n, noticedAt: 1 };
    const told = (remembered: Partial<RememberedFlow> | null, epochEnds?: ObservedTopic['epochEnds']) => {
      const known = remembered === null ? null : { ...rememberedIds({}), ...remembered };
      const asked = { ...topic, outgrown, ...(epochEnds === undefined ? {} : { epochEnds }) };
      const logs = { source, target };
      const found = logsNow({ ...observation, remembered: known }, asked, 0, history, logs, {});
      const { sourceEndBefore, sourceEpochBefore, sourceEpochEnd, sameSourceSince } = found;
      return [sourceEndBefore, sourceEpochBefore, sourceEpochEnd, sameSourceSince];
    };
    const epochEnd = (end: bigint) => ({ source: new Map([[0, end]]), target: new Map<number, bigint>() });

    test('also to the first audit', () => {
      expect(told(null)).toEqual([180n, 4, 165n, observation.at]);
    });

    test('where audits had seen less of it', () => {
      expect(told({ sourceEnd: () => 160n, sourceEpoch: () => 4 }, epochEnd(165n)).slice(0, 3)).toEqual([
        180n,
        4,
        165n,
      ]);
    });

    test('or as much of it: the commit tells how far it had reached', () => {
      expect(told({ sourceEnd: () => 170n, sourceEpoch: () => 5 }, epochEnd(165n)).slice(0, 3)).toEqual([
        180n,
        5,
        165n,
      ]);
    });

    test('or not where their epoch ends', () => {
      expect(told({ sourceEnd: () => 170n, sourceEpoch: () => 5 }).slice(0, 3)).toEqual([180n, 4, 165n]);
    });

    test('of one cut, the newest epoch that either knows counts', () => {
      const older = told({ sourceEnd: () => 170n, sourceEpoch: () => 3 }, epochEnd(165n));
      expect(older.slice(0, 3)).toEqual([180n, 4, 165n]);
    });

    test('or a cut further down, which the audits know better', () => {
      const lower = told({ sourceEnd: () => 170n, sourceEpoch: () => 3 }, epochEnd(150n));
      expect(lower.slice(0, 3)).toEqual([180n, 3, 150n]);
    });

    test('or no cut: the epoch that they saw ends where the log ended', () => {
      const uncut = told({ sourceEnd: () => 160n, sourceEpoch: () => 3 }, epochEnd(160n));
      expect(uncut.slice(0, 3)).toEqual([180n, 4, 165n]);
    });

    test('or a later cut further up', () => {
      expect(told({ sourceEnd: () => 300n, sourceEpoch: () => 6 }, epochEnd(250n)).slice(0, 3)).toEqual([
        300n,
        4,
        165n,
      ]);
    });

    test.each<[string, readonly PastCut[], boolean]>([
      ['a cut at the same place is known', [cut], true],
      ['a later cut further down is known', [{ ...cut, at: 100n, tail: { epoch: 6, syncs: [] } }], true],
      ['a cut of that epoch is known', [{ ...cut, tail: { epoch: 4, syncs: [] } }], true],
      ['only an earlier cut is known', [{ ...cut, tail: { epoch: 3, syncs: [] } }], false],
      ['only a cut further up is known', [{ ...cut, at: 170n }], false],
    ])('which is no news where %s: %s', (_, cuts, isKnown) => {
      expect(told({ cuts })[2]).toBe(isKnown ? null : 165n);
    });
  });

  test('the leader epoch of the source log, where the broker said it', () => {
    const epochOf = (leaderEpoch?: number) => {
      const read = source === null || leaderEpoch === undefined ? source : { ...source, leaderEpoch };
      return logsNow(observation, topic, 0, history, { source: read, target }, {}).sourceEpoch;
    };
    expect([epochOf(), epochOf(5)]).toEqual([null, 5]);
  });

  test('cuts of the source log that earlier audits noticed, if the last one read that log', () => {
    const cutsOf = (readsSource: boolean) => {
      const remembered = { ...rememberedIds({}), cuts: [PAST, PAST_TARGET], readsSource: () => readsSource };
      return now({ remembered }).sourceCuts;
    };
    expect(cutsOf(true)).toEqual([PAST]);
    expect(cutsOf(false)).toEqual([]);
    expect(now({}).sourceCuts).toEqual([]);
  });

  test('whether the last audit knew all syncs', () => {
    expect(now({}).knewAll).toBe(false);
    expect(now({ remembered: rememberedIds({}) }).knewAll).toBe(true);
    expect(now({ remembered: { ...rememberedIds({}), syncsRead: false } }).knewAll).toBe(false);
  });

  test('how many syncs audits knew that read the source log as well', () => {
    const knownOf = (read: SyncHistory) => {
      const remembered = { ...rememberedIds({}), syncs: () => read };
      const { known, knownWithSource } = logsNow(
        { ...observation, remembered },
        topic,
        0,
        read,
        { source, target },
        {},
      );
      return [known, knownWithSource];
    };
    expect(knownOf(history)).toEqual([3, 3]);
    expect(knownOf(SyncHistory.of([0, 1, 2].map((i) => ({ ...history.at(i), unwatched: i > 1 }))))).toEqual([3, 2]);
  });

  test('whether a look confirmed the last record of the target', () => {
    expect([now({}), now({}, 'refuted'), now({}, 'confirmed')].map((logs) => logs.targetEndConfirmed)).toEqual([
      false,
      false,
      true,
    ]);
  });
});
