import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HistoryState } from '../../../../shared/domain/history/history-state.ts';
import { rememberedFlow } from '../../../../shared/domain/history/known-flow.ts';
import { GroupCheckpoints } from '../../../../shared/domain/judge/group-checkpoints.ts';
import { judgeFlow } from '../../../../shared/domain/judge/judge-flow.ts';
import type { FlowObservation } from '../../../../shared/domain/judge/observation.ts';
import { partitionStates } from '../../../../shared/domain/judge/partition-state.ts';
import { read, unread } from '../../../../shared/domain/model/outcome.ts';
import { offsetOf } from '../../../../shared/domain/model/report.ts';
import { decideRestore } from '../../../../shared/domain/restore/decide-restore.ts';
import type { RefusalCode } from '../../../../shared/domain/restore/refusal.ts';
import { summaryOf } from '../../../../shared/domain/restore/restore-plan.ts';
import { NOW, type RestoreCase, restoreCase, STEADY, THEN } from './restore-fixture.ts';

function decide(of: RestoreCase = {}) {
  const { plan, refusals } = decideRestore(restoreCase(of));
  return { plan, refusals, codes: refusals.map(({ code }) => code), step: plan.groups[0]?.steps[0] };
}

const DOWN = { what: 'cluster A', cluster: 'A', error: 'X', message: 'A does not answer', retriable: true };

describe('onto the target', () => {
  test('a group moves to the position that corresponds to its earlier commit, whatever its present position is', () => {
    const { step, refusals, plan } = decide({ commits: { billing: 150n }, now: { billing: 900n } });
    expect(refusals).toEqual([]);
    expect(step).toEqual({
      topic: 'A.t',
      partition: 0,
      committed: 150n,
      from: 900n,
      to: 150n,
      rereadAtMost: 0n,
      skipAtMost: 0n,
      proof: 'exact',
      reason: null,
      clamped: null,
      unreadLoss: 0n,
    });
    expect(plan).toMatchObject({ flow: 'A->B', cluster: 'B', clusterId: 'cluster', asOf: THEN, madeAt: NOW });
    expect(plan.topics).toEqual([{ topic: 'A.t', id: null, logs: [{ partition: 0, start: 0n, end: 1_001n }] }]);
    expect(summaryOf(plan)).toMatchObject({ groups: 1, partitions: 1, back: 1, backBy: 750n, forward: 0 });
  });

  test('GIVEN any syncs and commit THEN plan and audit give the same position', () => {
    const step = fc.record({ up: fc.bigInt({ min: 1n, max: 300n }), lost: fc.bigInt({ min: -2n, max: 40n }) });
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.bigInt({ min: 0n, max: 4_000n }),
        fc.bigInt({ min: 0n, max: 400n }),
        (steps, committed, targetStart) => {
          let [up, down] = [0n, 0n];
          const syncs = steps.map(({ up: by, lost }) => {
            up += by;
            down += by - lost > 0n ? by - lost : 1n;
            return [up, down] as const;
          });
          const partition = { syncs, targetStart: targetStart < down ? targetStart : 0n };
          const inputs = restoreCase({
            commits: { g: committed },
            partition,
            terms: { minProof: 'conservative', clamp: true },
          });
          const { plan } = decideRestore(inputs);
          const listing = { group: 'g', state: 'Empty', type: 'classic', protocolType: '' } as const;
          const commits = [{ topic: 't', partition: 0, offset: committed }];
          const group = { listing, committed: read(commits), checkedAt: NOW };
          const observation = { ...inputs.observation, groups: [group] };
          const audited = judgeFlow(observation, partitionStates(observation), inputs.policy);
          const said = audited.groups[0]?.tidemark;
          if (said === undefined) throw new Error('the group is judged');
          const planned = plan.groups[0]?.steps[0];
          expect(planned?.to ?? null).toBe(offsetOf(said));
          if (planned !== undefined && said.kind === 'known') {
            const { proof, rereadAtMost, skipAtMost } = said;
            expect(planned).toMatchObject({ proof, rereadAtMost, skipAtMost });
            expect(planned.to).toBeGreaterThanOrEqual(partition.targetStart);
            expect(planned.unreadLoss > 0n).toBe(planned.clamped !== null);
          }
        },
      ),
    );
  });

  test('counts the unconsumed records that retention deleted, and requires --clamp', () => {
    const partition = {
      syncs: [
        [0n, 0n],
        [1_000n, 1_000n],
      ],
      targetStart: 400n,
    } as const;
    const refused = decide({ commits: { g: 150n }, partition });
    expect(refused.codes).toEqual(['OUTSIDE_LOG']);
    expect(refused.refusals[0]?.reason).toContain('up to 250 records');
    const { step, codes } = decide({ commits: { g: 150n }, partition, terms: { clamp: true } });
    expect([codes, step?.to, step?.clamped, step?.unreadLoss]).toEqual([[], 400n, 'start', 250n]);
    expect(decide({ commits: { g: 400n }, partition }).step).toMatchObject({ to: 400n, clamped: null, unreadLoss: 0n });
  });

  test('refuses a proof that is too weak, and names the --min-proof that accepts it', () => {
    const partition = {
      syncs: [
        [0n, 0n],
        [1_000n, 900n],
      ],
    } as const;
    expect(decide({ partition }).step).toMatchObject({ proof: 'bounded', to: 50n, rereadAtMost: 100n });
    expect(decide({ partition }).codes).toEqual([]);
    const exact = decide({ partition, terms: { minProof: 'exact' } });
    expect(exact.codes).toEqual(['PROOF_TOO_WEAK']);
    expect(exact.refusals[0]?.remedy).toContain('--min-proof bounded');
    const ahead = {
      partition: {
        syncs: [
          [0n, 0n],
          [10n, 10n],
        ],
        sourceEnd: 500n,
      } as const,
      topic: withEnd(500n),
    };
    expect(decide(ahead).codes).toEqual(['PROOF_TOO_WEAK']);
    expect(decide({ ...ahead, terms: { minProof: 'conservative' } }).step).toMatchObject({
      to: 11n,
      proof: 'conservative',
    });
  });

  test('GIVEN no mapping THEN there is no position, and the refusal says why', () => {
    const { codes, step, refusals } = decide({ partition: { syncs: [] } });
    expect([codes, step]).toEqual([['MAPPING_UNKNOWN'], undefined]);
    expect(refusals[0]).toMatchObject({ subject: { group: 'billing', topic: 'A.t', partition: 0 } });
    expect(refusals[0]?.reason).not.toBe('');
  });

  test('reports and leaves alone a position that the group has now and did not have then', () => {
    const inputs = restoreCase({
      commits: { g: 10n },
      topic: (topic) => ({
        ...topic,
        source: [...topic.source, ...topic.source],
        target: [...(topic.target ?? []), ...(topic.target ?? [])],
      }),
    });
    const present = inputs.present.get('g');
    if (present?.committed.kind !== 'read') throw new Error('a group');
    present.committed.value.set('A.t', 1, 77n);
    const { plan } = decideRestore(inputs);
    expect(plan.groups[0]?.leftAlone).toEqual([{ topic: 'A.t', partition: 1, at: 77n }]);
    expect(plan.groups[0]?.steps).toHaveLength(1);
  });
});

describe("MM2's group sync", () => {
  const syncing = (observation: FlowObservation): FlowObservation => ({
    ...observation,
    flow: { ...observation.flow, syncGroupOffsets: { enabled: true, intervalMs: 60_000 } },
  });
  const checkpointAt =
    (downstream: bigint) =>
    (observation: FlowObservation): FlowObservation => {
      const partitions = new GroupCheckpoints();
      partitions.set('A.t', 0, { upstream: downstream, downstream, timestamp: 0n });
      const value = { topic: 'A.checkpoints.internal', byGroup: new Map([['billing', partitions]]), malformed: 0 };
      return { ...syncing(observation), checkpoints: { kind: 'read', value } };
    };

  test('GIVEN a running MM2 THEN refused, except with --even-if-mm2-syncs or onto the source', () => {
    expect(decide({ observation: syncing }).codes).toEqual(['MM2_SYNCS_GROUPS']);
    expect(decide({ observation: syncing, terms: { evenIfMm2Syncs: true } }).codes).toEqual([]);
    expect(decide({ observation: syncing, onto: 'source' }).codes).toEqual([]);
  });

  test('GIVEN old heartbeats and a live source THEN MM2 is stopped, and the plan is allowed', () => {
    const stopped = (observation: FlowObservation): FlowObservation => ({
      ...syncing(observation),
      heartbeat: { kind: 'read', value: { newest: BigInt(NOW - 3_600_000), steadySince: null } },
    });
    expect(decide({ observation: stopped, partition: { syncs: STEADY, syncedAt: NOW - 3_600_000 } }).codes).toEqual([]);
  });

  test('GIVEN old heartbeats and a sync of a second ago THEN MM2 runs, and the plan is refused', () => {
    const silent = (observation: FlowObservation): FlowObservation => ({
      ...syncing(observation),
      heartbeat: { kind: 'read', value: { newest: BigInt(NOW - 3_600_000), steadySince: null } },
    });
    expect(decide({ observation: silent }).codes).toEqual(['MM2_SYNCS_GROUPS']);
  });

  test.each([
    [200n, ['MM2_SYNCS_GROUPS']],
    [150n, []],
  ])('with a dead source, and its last checkpoint at %s for a position of 150: %j', (checkpoint, codes) => {
    const observation = (one: FlowObservation): FlowObservation => ({
      ...checkpointAt(checkpoint)(one),
      sourceDown: DOWN,
    });
    expect(decide({ observation }).codes).toEqual(codes);
  });
});

describe('onto the source', () => {
  test('the position is the earlier commit itself; the summary has its distance from the present one', () => {
    const { plan, step, codes } = decide({ onto: 'source', commits: { g: 150n }, now: { g: 900n } });
    expect(codes).toEqual([]);
    expect(step).toMatchObject({ topic: 't', from: 900n, to: 150n, proof: 'exact', rereadAtMost: 0n, skipAtMost: 0n });
    expect(plan.cluster).toBe('A');
    expect(summaryOf(plan)).toMatchObject({ back: 1, backBy: 750n });
    const forward = decide({ onto: 'source', commits: { g: 150n }, now: { g: 100n } });
    expect(summaryOf(forward.plan)).toMatchObject({ forward: 1, forwardBy: 50n, back: 0 });
    expect(summaryOf(decide({ onto: 'source' }).plan)).toMatchObject({ added: 1 });
  });

  test('GIVEN a position outside the log THEN refused, or clamped with the number of lost records', () => {
    const partition = {
      syncs: [
        [500n, 0n],
        [1_000n, 500n],
      ],
      sourceStart: 400n,
    } as const;
    expect(decide({ onto: 'source', partition }).codes).toEqual(['OUTSIDE_LOG']);
    const before = decide({ onto: 'source', partition, terms: { clamp: true } }).step;
    expect(before).toMatchObject({ to: 400n, clamped: 'start', unreadLoss: 250n });
    const behind = decide({ onto: 'source', partition, commits: { g: 5_000n }, terms: { clamp: true } }).step;
    expect(behind).toMatchObject({ to: 1_001n, clamped: 'end', unreadLoss: 0n });
  });
});

describe('refusals', () => {
  test.each<[string, RestoreCase, RefusalCode[]]>([
    ['a live classic group', { listing: { state: 'Stable' } }, ['GROUP_LIVE']],
    ['a live group of the new protocol', { listing: { state: 'Reconciling', type: 'consumer' } }, ['GROUP_LIVE']],
    ['a rebalancing group', { listing: { state: 'PreparingRebalance' } }, ['GROUP_LIVE']],
    ['a group of unknown state', { listing: { state: 'Unknown' } }, ['GROUP_UNREAD']],
    ['a share group', { listing: { type: 'share' } }, ['GROUP_NOT_A_CONSUMER']],
    ['a name that no group had', { unmatched: [{ kind: 'unknown', name: 'bilig' }] }, ['GROUP_UNKNOWN']],
    ['positions older than asked', { heldUntil: THEN - 3_600_001 }, ['INPUT_TOO_OLD']],
    ['positions as old as asked', { heldUntil: THEN - 3_600_000 }, []],
    ['positions of no audit', { heldUntil: 0 }, ['INPUT_TOO_OLD']],
    [
      'a group that was unread then',
      {
        state: (s) => {
          s.unread = [{ role: 'source', kind: 'group', name: 'billing' }];
        },
      },
      ['INPUT_UNREAD'],
    ],
    [
      'a group that was unread then, and may stand where it was last seen',
      {
        terms: { evenIfUnread: true },
        state: (s) => {
          s.unread = [{ role: 'source', kind: 'group', name: 'billing' }];
        },
      },
      [],
    ],
    [
      'another group that was unread then',
      {
        state: (s) => {
          s.unread = [{ role: 'source', kind: 'group', name: 'x' }];
        },
      },
      [],
    ],
    [
      'another source topic',
      { topic: (t) => ({ ...t, sourceId: 'new' }), state: (s) => s.topicIds.source.set('t', 'old') },
      ['TOPIC_RECREATED'],
    ],
    [
      'another target topic',
      { topic: (t) => ({ ...t, targetId: 'new' }), state: (s) => s.topicIds.target.set('A.t', 'old') },
      ['TOPIC_RECREATED'],
    ],
    [
      'the same topics',
      { topic: (t) => ({ ...t, sourceId: 'same' }), state: (s) => s.topicIds.source.set('t', 'same') },
      [],
    ],
    ['a partition that is gone', { topic: (t) => ({ ...t, source: [], target: [] }) }, ['TOPIC_MISSING']],
    [
      'a partition that is gone, onto the source',
      { onto: 'source', topic: (t) => ({ ...t, source: [], target: [] }) },
      ['TOPIC_MISSING'],
    ],
    ['a target partition that is gone', { topic: (t) => ({ ...t, target: null }) }, ['TOPIC_MISSING']],
    ['a target partition that is unread', { topic: (t) => ({ ...t, target: [unread(DOWN)] }) }, ['LOG_UNREAD']],
    [
      'a source partition that is unread',
      { onto: 'source', topic: (t) => ({ ...t, source: [unread(DOWN)] }) },
      ['LOG_UNREAD'],
    ],
    [
      'a mapping last read long before MM2 stopped',
      { observation: deadSince(NOW, THEN - 3_600_000) },
      ['INPUT_TOO_OLD'],
    ],
    ['a mapping last read shortly before MM2 stopped', { observation: deadSince(THEN, THEN - 3_600_000) }, []],
    [
      'a mapping last read long ago, and no heartbeat',
      { observation: deadSince(null, NOW - 3_600_001) },
      ['INPUT_TOO_OLD'],
    ],
    ['a target that is down', { observation: (o) => ({ ...o, targetDown: DOWN }) }, ['CLUSTER_UNREAD']],
  ])('%s: %#', (_, of, codes) => {
    const decided = decide(of);
    // toEqual takes a list of undefined for an empty one.
    expect(decided.codes).toStrictEqual(codes);
    for (const { reason, remedy } of decided.refusals) expect([reason, remedy]).not.toContain('');
  });

  test('a recreated target topic does not affect a restore onto the source', () => {
    const of: RestoreCase = {
      topic: (t) => ({ ...t, targetId: 'new' }),
      state: (s) => s.topicIds.target.set('A.t', 'old'),
    };
    expect(decide({ ...of, onto: 'source' }).codes).toEqual([]);
  });

  test('what cannot be moved now is left out, with the reason, while another group remains', () => {
    const commits = { a: 150n, b: 150n, c: 150n, d: 150n };
    const listings = { a: { state: 'Stable' }, c: { type: 'share' as const }, d: { state: 'Unknown' } };
    const { plan, refusals } = decide({ commits, listings, terms: { leaveOut: true } });
    expect(plan.groups.map(({ group }) => group)).toEqual(['b', 'd']);
    expect(plan.leftOut).toEqual([
      { group: 'a', code: 'GROUP_LIVE', reason: 'the group has members (classic protocol): its state is Stable' },
      { group: 'c', code: 'GROUP_NOT_A_CONSUMER', reason: 'it is a share group and has no committed positions' },
    ]);
    // Whether d can be moved is not known.
    expect(refusals).toMatchObject([{ code: 'GROUP_UNREAD', subject: { group: 'd' } }]);
    expect(refusals[0]?.remedy).toContain('--exclude');
    expect(decide({ commits, listings }).codes).toEqual(['GROUP_LIVE', 'GROUP_NOT_A_CONSUMER', 'GROUP_UNREAD']);
  });

  test('groups that are left out give no other reason to refuse', () => {
    const of: RestoreCase = { commits: { a: 5_000n, b: 150n }, listings: { a: { state: 'Stable' } }, onto: 'source' };
    expect(decide({ ...of, listings: {} }).codes).toEqual(['OUTSIDE_LOG']);
    const { codes, plan } = decide({ ...of, terms: { leaveOut: true } });
    expect(codes).toEqual([]);
    expect(plan.topics).toEqual(decide({ commits: { b: 150n }, onto: 'source' }).plan.topics);
  });

  test('where every group is live, there is nothing to plan', () => {
    const { codes, plan } = decide({ listing: { state: 'Stable' }, terms: { leaveOut: true } });
    expect([codes, plan.leftOut]).toEqual([['GROUP_LIVE'], []]);
  });

  test('a proof that is too weak: comparing records is advised only where it may help', () => {
    const partition = {
      syncs: [
        [0n, 0n],
        [1_000n, 900n],
      ],
    } as const;
    const of: RestoreCase = { partition, terms: { minProof: 'exact' } };
    const advice = (more: RestoreCase) =>
      decide({ ...of, ...more }).refusals.map(({ remedy }) => remedy.includes('--verify'));
    expect([advice({}), advice({ compared: true })]).toEqual([[true], [false]]);
  });

  test('the age that is accepted is accepted a while later, too', () => {
    const [refusal] = decide({ heldUntil: THEN - 3_600_001 }).refusals;
    const [, seconds = ''] = /--max-age (\d+)/.exec(refusal?.remedy ?? '') ?? [];
    const later = { heldUntil: THEN - 3_600_001 - 600_000, terms: { maxAgeMs: Number(seconds) * 1_000 } };
    expect(decide(later).codes).toEqual([]);
  });

  test('are all reported at once', () => {
    const { codes } = decide({
      listing: { state: 'Stable' },
      unmatched: [{ kind: 'unknown', name: 'x' }],
      heldUntil: THEN - 7_200_000,
      partition: {
        syncs: [
          [0n, 0n],
          [1_000n, 900n],
        ],
      },
      terms: { minProof: 'verified' },
    });
    expect(codes).toEqual(['GROUP_UNKNOWN', 'INPUT_TOO_OLD', 'GROUP_LIVE', 'PROOF_TOO_WEAK']);
  });
});

/** A dead source, with a mapping from the history and MM2's last heartbeat. */
function deadSince(newest: number | null, readAt: number): (observation: FlowObservation) => FlowObservation {
  return (observation) => {
    if (observation.syncs.kind !== 'read') throw new Error('the fixture has syncs');
    const state = new HistoryState(readAt);
    state.readAt.source = readAt;
    const heartbeat = newest === null ? null : { newest: BigInt(newest), steadySince: null };
    return {
      ...observation,
      sourceDown: DOWN,
      syncs: { kind: 'unread', topic: 'syncs', unread: DOWN, known: observation.syncs.value },
      remembered: rememberedFlow({ state, heldUntil: readAt }),
      heartbeat: { kind: 'read', value: heartbeat },
    };
  };
}

function withEnd(end: bigint): NonNullable<RestoreCase['topic']> {
  return (topic) => ({ ...topic, target: [read({ start: 0n, highWatermark: end, lastStableOffset: end })] });
}
