import { describe, expect, test } from '@jest/globals';
import { HistoryState } from '../../../../shared/domain/history/history-state.ts';
import type { PastCut } from '../../../../shared/domain/mirror/breaks/cut.ts';
import { read, unread } from '../../../../shared/domain/model/outcome.ts';
import type { PresentGroup } from '../../../../shared/domain/restore/present-group.ts';
import { rememberedIds, SOURCE_DOWN } from '../judge/case-parts.ts';
import { AT, type FlowCase, HOUR, MINUTE, type PartitionCase, SECOND } from '../judge/case-shapes.ts';
import { type RestoreOf, restoreOf, THEN } from './restore-from-case.ts';

function refusals(of: RestoreOf) {
  return restoreOf(of).refusals.map(({ code, subject, reason }) => [code, subject, reason]);
}
const codes = (of: RestoreOf) => restoreOf(of).refusals.map(({ code }) => code);
const iso = (ms: number) => new Date(ms).toISOString();
const FLOW = { flow: 'A->B' };
const STEP = { group: 'billing', topic: 'A.orders', partition: 0 };
const SYNCING = { syncGroupOffsets: { enabled: true, intervalMs: 90_500 } };

describe('a plan', () => {
  test('has groups, topics and partitions in order, whatever the order of the history', () => {
    const partitions: PartitionCase[] = [{}, {}, {}];
    const { plan, refusals: against } = restoreOf({
      flow: { topics: [{ partitions }, { topic: 'a', partitions }] },
      commits: {
        'z orders-2': 502n,
        'z orders-0': 500n,
        'z a-1': 501n,
        'b orders-1': 401n,
        'z orders-1': 501n,
      },
    });
    expect(against).toEqual([]);
    expect(
      plan.groups.map(({ group, steps }) => [group, ...steps.map((s) => `${s.topic}-${s.partition} ${s.to}`)]),
    ).toEqual([
      ['b', 'A.orders-1 401'],
      ['z', 'A.a-1 501', 'A.orders-0 500', 'A.orders-1 501', 'A.orders-2 502'],
    ]);
    const log = (partition: number) => ({ partition, start: 0n, end: 1_001n });
    expect(plan.topics).toEqual([
      { topic: 'A.a', id: null, logs: [log(1)] },
      { topic: 'A.orders', id: null, logs: [log(0), log(1), log(2)] },
    ]);
    expect([plan.expiresAt - plan.madeAt, plan.stateAt, plan.id]).toEqual([HOUR, THEN - 30_000, 'plan-1']);
  });

  test('has topics in order, whichever group names them first', () => {
    const flow: FlowCase = { topics: [{}, { topic: 'a' }, { topic: 'b' }] };
    const commits = { 'g orders-0': 500n, 'h b-0': 1n, 'i a-0': 501n, 'j orders-0': 2n };
    expect(restoreOf({ flow, commits }).plan.topics.map(({ topic }) => topic)).toEqual(['A.a', 'A.b', 'A.orders']);
    const { plan } = restoreOf({ flow, commits: { 'g orders-0': 1n, 'g b-0': 2n, 'g a-0': 3n }, onto: 'source' });
    expect(plan.groups[0]?.steps.map(({ topic }) => topic)).toEqual(['a', 'b', 'orders']);
  });

  test('moves nothing of a group that had no commit then', () => {
    const { plan, refusals: against } = restoreOf({ commits: {}, inputs: { groups: ['idle'] } });
    expect(plan.groups).toEqual([{ group: 'idle', steps: [], leftAlone: [] }]);
    expect(against.map(({ code }) => code)).toEqual(['GROUP_UNREAD']);
  });

  test('has no present position where commits could not be read, and is refused', () => {
    const present: PresentGroup = {
      listing: read({ group: 'billing', state: 'Empty', type: 'classic', protocolType: '' }),
      committed: unread(SOURCE_DOWN),
    };
    const { plan, refusals: against } = restoreOf({ inputs: { present: new Map([['billing', present]]) } });
    expect(plan.groups[0]?.steps).toMatchObject([{ from: null, to: 500n }]);
    expect(against.map(({ code }) => code)).toEqual(['GROUP_UNREAD']);
  });

  test('names topics and ids as on the cluster that is written to', () => {
    const flow: FlowCase = { topic: { sourceId: 'source-id', targetId: 'target-id' } };
    expect(restoreOf({ flow }).plan.topics).toMatchObject([{ topic: 'A.orders', id: 'target-id' }]);
    const onSource = restoreOf({ flow, onto: 'source' });
    expect(onSource.plan.topics).toMatchObject([{ topic: 'orders', id: 'source-id' }]);
    expect(onSource.plan).toMatchObject({ onto: 'source', cluster: 'A' });
  });

  test('keeps to the topics that were asked for', () => {
    const flow: FlowCase = { topics: [{}, { topic: 'stock' }] };
    const commits = { 'billing orders-0': 500n, 'billing stock-0': 600n };
    const now = { 'billing A.orders-0': 1n, 'billing A.stock-0': 2n, 'billing A.other-0': 3n };
    const { plan } = restoreOf({ flow, commits, now, inputs: { topic: (name) => name === 'stock' } });
    expect(plan.groups[0]?.steps.map(({ topic, from, to }) => [topic, from, to])).toEqual([['A.stock', 2n, 600n]]);
    expect(plan.groups[0]?.leftAlone).toEqual([]);
  });

  test('leaves positions alone that the group did not have then, and no others', () => {
    const flow: FlowCase = { partitions: [{}, {}, { target: 'unread' }, {}] };
    const commits = { 'billing orders-0': 500n, 'billing orders-2': 600n };
    const now = { 'billing A.orders-0': 1n, 'billing A.orders-1': 2n, 'billing A.orders-2': 3n };
    const { plan } = restoreOf({ flow, commits, now });
    expect(plan.groups[0]?.leftAlone).toEqual([{ topic: 'A.orders', partition: 1, at: 2n }]);
  });
});

describe('where a position lies outside the log', () => {
  const expired: PartitionCase = { target: [600n, 1_001n] };

  test('onto the target: what lay before its begin is lost', () => {
    expect(refusals({ flow: { partition: expired } })).toEqual([
      [
        'OUTSIDE_LOG',
        STEP,
        'the log now starts at 600: earlier records were deleted; up to 100 records that it has not read have expired on the target; up to 100 records that the group had not consumed are lost',
      ],
    ]);
    const { remedy } = restoreOf({ flow: { partition: expired } }).refusals[0] ?? {};
    expect(remedy).toBe("With --clamp, the group is put at the log's start instead.");
    const clamped = restoreOf({ flow: { partition: expired }, terms: { clamp: true } });
    expect(clamped.refusals).toEqual([]);
    expect(clamped.plan.groups[0]?.steps[0]).toMatchObject({ to: 600n, clamped: 'start', unreadLoss: 100n });
    expect(codes({ flow: { partition: { target: [500n, 1_001n] } } })).toEqual([]);
    expect(codes({ flow: { partition: { target: [501n, 1_001n] } } })).toEqual(['OUTSIDE_LOG']);
  });

  test('onto the source: the nearest end is told, and what is lost', () => {
    const of = (source: readonly [bigint, bigint]): RestoreOf => ({ onto: 'source', flow: { partition: { source } } });
    const subject = { ...STEP, topic: 'orders' };
    expect(refusals(of([501n, 1_001n]))).toEqual([
      [
        'OUTSIDE_LOG',
        subject,
        'the log now starts at 501: earlier records were deleted; up to 1 record that the group had not consumed is lost',
      ],
    ]);
    expect(refusals(of([0n, 499n]))).toEqual([
      ['OUTSIDE_LOG', subject, 'the log ends at 499, before the position 500: it was truncated or recreated'],
    ]);
    expect([codes(of([500n, 1_001n])), codes(of([0n, 500n]))]).toEqual([[], []]);
    expect(restoreOf({ ...of([0n, 499n]), terms: { clamp: true } }).plan.groups[0]?.steps[0]).toMatchObject({
      to: 499n,
      clamped: 'end',
      unreadLoss: 0n,
    });
  });

  test('a log that could not be read has no place', () => {
    expect(refusals({ onto: 'source', flow: { partition: { source: 'unread' } } })).toEqual([
      ['LOG_UNREAD', { ...STEP, topic: 'orders' }, 'the source partition could not be read: orders-0 did not answer'],
    ]);
    expect(refusals({ flow: { partition: { target: 'unread' } } })).toEqual([
      ['LOG_UNREAD', STEP, 'the target partition could not be read: A.orders-0 did not answer'],
    ]);
    expect(refusals({ flow: { partition: { syncs: [], connect: 1_000n } } })).toEqual([
      ['MAPPING_UNKNOWN', STEP, 'MM2 has written no offset sync for this partition'],
    ]);
    expect(refusals({ flow: { topic: { notOnTarget: true } } })).toEqual([
      ['TOPIC_MISSING', STEP, 'A.orders-0 is not on the target'],
    ]);
    expect(refusals({ commits: { 'billing gone-3': 5n } })).toEqual([
      ['TOPIC_MISSING', { group: 'billing', topic: 'gone', partition: 3 }, 'the flow no longer mirrors this partition'],
    ]);
  });

  test('a proof weaker than asked for says why', () => {
    const partition: PartitionCase = {
      syncs: [
        [0n, 0n],
        [1_000n, 900n],
      ],
      target: [0n, 901n],
    };
    const of: RestoreOf = { flow: { partition }, terms: { minProof: 'exact' } };
    expect(refusals(of)).toEqual([
      ['PROOF_TOO_WEAK', STEP, 'it is bounded, not exact: 100 source offsets between two syncs are not on the target'],
    ]);
    expect(restoreOf(of).refusals[0]?.remedy).toBe(
      '--verify may prove it by comparing records; --min-proof bounded accepts it: up to 100 records are read again.',
    );
  });
});

describe('where the source log was cut since then', () => {
  const noticedAt = THEN + MINUTE;
  const cut = (more: Partial<PastCut> = {}): PastCut => ({
    side: 'source',
    topic: 'orders',
    partition: 0,
    at: 499n,
    reached: 800n,
    noticedAt,
    ...more,
  });
  const cutSince = (...cuts: PastCut[]): RestoreOf => ({ flow: { remembered: { ...rememberedIds({}), cuts } } });

  test('nothing is gone where the log of another topic is found cut', () => {
    const ids = new Map([['stock', { id: 'one', seenAt: AT - MINUTE }]]);
    const flow: FlowCase = {
      topics: [{}, { topic: 'stock', sourceId: 'one', partitions: [{ source: [0n, 499n] }] }],
      remembered: { ...rememberedIds({}), topics: { source: ids, target: new Map() }, sourceEnd: () => 1_001n },
    };
    expect(codes({ flow })).toEqual([]);
    expect(codes({ flow, commits: { 'billing stock-0': 500n } })).toContain('LOG_CHANGED');
  });

  test('a position behind the cut is of a record that is gone', () => {
    const found = restoreOf(cutSince(cut())).refusals;
    expect(found).toEqual([
      {
        code: 'LOG_CHANGED',
        subject: STEP,
        reason: 'the source log was cut at offset 499 since then; the group had read up to 500',
        remedy: `Leave the group out with --exclude, select other topics with --topic, or choose a time after ${iso(noticedAt)}.`,
      },
    ]);
    const onSource = restoreOf({ ...cutSince(cut()), onto: 'source' }).refusals;
    expect(onSource[0]?.subject).toEqual({ ...STEP, topic: 'orders' });
  });

  test.each<[string, PastCut]>([
    ['at the position itself', cut({ at: 500n })],
    ['of the target', cut({ side: 'target' })],
    ['of another topic', cut({ topic: 'stock' })],
    ['of another partition', cut({ partition: 1 })],
    ['noticed before then', cut({ noticedAt: THEN })],
  ])('not one %s', (_, one) => {
    expect(codes(cutSince(one))).toEqual([]);
  });

  test('one that this very audit notices', () => {
    const flow: FlowCase = {
      topic: { sourceId: 'one' },
      partitions: [{}, { source: [0n, 400n] }, {}],
      remembered: rememberedIds({ source: 'one' }),
    };
    const commits = { 'billing orders-0': 500n, 'billing orders-1': 500n, 'billing orders-2': 500n };
    const found = restoreOf({ flow, commits }).refusals.filter(({ code }) => code === 'LOG_CHANGED');
    expect(found.map(({ subject, remedy }) => [subject.partition, remedy])).toEqual([
      [1, `Leave the group out with --exclude, select other topics with --topic, or choose a time after ${iso(AT)}.`],
    ]);
  });
});

describe('what speaks against the flow as a whole', () => {
  test('the cluster that is written to is down', () => {
    expect(refusals({ flow: { down: 'target' } })[0]).toEqual([
      'CLUSTER_UNREAD',
      { cluster: 'B' },
      'no broker of B answers',
    ]);
    expect(refusals({ flow: { down: 'source' }, onto: 'source' })[0]).toEqual([
      'CLUSTER_UNREAD',
      { cluster: 'A' },
      'no broker of A answers',
    ]);
    expect(codes({ flow: { down: 'target' }, onto: 'source' })).toEqual([]);
    expect(codes({ flow: { down: 'source', syncsKnown: true } })).toEqual([]);
  });

  const WHEN = `as of ${iso(THEN)}`;

  test('names that no group had on the selected topics', () => {
    expect(refusals({ inputs: { unmatched: [{ kind: 'unknown', name: 'x' }], topic: () => true } })).toEqual([
      [
        'GROUP_UNKNOWN',
        { group: 'x', ...FLOW },
        `no group with this name had a position on the selected topics ${WHEN}`,
      ],
    ]);
  });

  test('names that no group had on any topic', () => {
    expect(refusals({ inputs: { unmatched: [{ kind: 'unknown', name: 'x' }] } })[0]?.[2]).toBe(
      `no group with this name had a position ${WHEN}`,
    );
  });

  test('exclusions to no effect, or of everything', () => {
    const unmatched = [
      { kind: 'excluded', name: 'b*' },
      { kind: 'excludes-nothing', name: 'bilig' },
    ] as const;
    expect(refusals({ inputs: { unmatched } })).toEqual([
      ['GROUP_UNKNOWN', { group: 'b*', ...FLOW }, '--exclude removes every group with this name'],
      [
        'GROUP_UNKNOWN',
        { group: 'bilig', ...FLOW },
        `it is to be excluded, and no group with this name had a position ${WHEN}`,
      ],
    ]);
  });

  test('positions that were last read too long before', () => {
    const heldUntil = THEN - HOUR - 1;
    const found = restoreOf({ inputs: { heldUntil } }).refusals;
    expect(found).toEqual([
      {
        code: 'INPUT_TOO_OLD',
        subject: FLOW,
        reason: `the positions were last read at ${iso(heldUntil)}, 3601 s before the requested time`,
        remedy: '--max-age 4800 accepts them. If a group consumed records in between, it re-reads them.',
      },
    ]);
    expect(codes({ inputs: { heldUntil: THEN - HOUR } })).toEqual([]);
    expect(codes({ inputs: { heldUntil }, terms: { maxAgeMs: HOUR + 1 } })).toEqual([]);
    for (const never of [0, -1]) {
      expect(refusals({ inputs: { heldUntil: never } })).toEqual([
        ['INPUT_TOO_OLD', FLOW, 'no audit has read the source'],
      ]);
    }
    expect(refusals({ inputs: { heldUntil: 1 } })[0]?.[2]).toContain('the positions were last read at 1970');
  });

  test('a mapping that was last read long before MM2 stopped', () => {
    const readAt = { source: THEN, target: THEN };
    const of = (flow: FlowCase, more: RestoreOf = {}): RestoreOf => ({
      ...more,
      flow: { down: 'source', syncsKnown: true, remembered: { ...rememberedIds({}), readAt }, ...flow },
    });
    const late = { terms: { maxAgeMs: 10 * MINUTE - SECOND - 1 } };
    expect(restoreOf(of({}, late)).refusals).toEqual([
      {
        code: 'INPUT_TOO_OLD',
        subject: FLOW,
        reason: `the mapping was last read at ${iso(THEN)}, and MirrorMaker ran until ${iso(AT - SECOND)}`,
        remedy:
          '--max-age 1200 accepts it. If MirrorMaker wrote records twice since then, groups re-read more than the bounds say.',
      },
    ]);
    expect(codes(of({}, { terms: { maxAgeMs: 10 * MINUTE - SECOND } }))).toEqual([]);
    for (const heartbeat of ['none', 'off', 'missing'] as const) {
      expect(refusals(of({ heartbeat }, late))[0]?.[2]).toBe(
        `the mapping was last read at ${iso(THEN)}, and it is not known when MirrorMaker stopped`,
      );
    }
    expect(codes(of({ heartbeat: 'none' }, { terms: { maxAgeMs: 10 * MINUTE } }))).toEqual([]);
    expect(codes(of({}, { ...late, onto: 'source' }))).toEqual(['CLUSTER_UNREAD', 'LOG_UNREAD']);
    const alive: FlowCase = { remembered: { ...rememberedIds({}), readAt } };
    expect(codes({ flow: alive, ...late })).toEqual([]);
    expect(codes(of({ remembered: null }, late))).toEqual([]);
  });

  test('groups that the audit of then could not read', () => {
    const state = new HistoryState(THEN);
    state.set({ kind: 'commit', role: 'source', group: 'billing', topic: 'orders', partition: 0 }, 500n);
    state.unread = [
      { role: 'source', kind: 'group', name: 'billing' },
      { role: 'source', kind: 'group', name: 'other' },
      { role: 'target', kind: 'group', name: 'billing' },
      { role: 'source', kind: 'topic', name: 'billing' },
    ];
    expect(refusals({ inputs: { state } })).toEqual([
      [
        'INPUT_UNREAD',
        { group: 'billing' },
        `the audit of ${iso(THEN)} could not read the group: its positions are older, by how much is not known`,
      ],
    ]);
  });

  test('topics that are other ones now', () => {
    const state = new HistoryState(THEN);
    state.set({ kind: 'commit', role: 'source', group: 'billing', topic: 'orders', partition: 0 }, 500n);
    state.topicIds.source.set('orders', 'one');
    state.topicIds.target.set('A.orders', 'one');
    const of = (sourceId: string | null, targetId: string | null, more: RestoreOf = {}): RestoreOf => ({
      ...more,
      flow: { topic: { sourceId, targetId } },
      inputs: { state, ...more.inputs },
    });
    const when = `as of ${iso(THEN)} the topic had the id one, now it has two`;
    expect(refusals(of('two', 'one'))).toEqual([['TOPIC_RECREATED', { cluster: 'A', topic: 'orders' }, when]]);
    expect(refusals(of('one', 'two'))).toEqual([['TOPIC_RECREATED', { cluster: 'B', topic: 'A.orders' }, when]]);
    expect(codes(of('two', 'two'))).toEqual(['TOPIC_RECREATED', 'TOPIC_RECREATED']);
    expect(codes(of('two', 'two', { onto: 'source' }))).toEqual(['TOPIC_RECREATED']);
    expect([codes(of('one', 'one')), codes(of(null, null))]).toEqual([[], []]);
    expect(codes(of('two', 'two', { inputs: { topic: () => false } }))).toEqual([]);
    expect(codes({ flow: { topic: { sourceId: 'two', targetId: 'two' } } })).toEqual([]);
  });
});

describe('MM2 that moves groups on the target', () => {
  const dead: FlowCase = { down: 'source', syncsKnown: true, flow: SYNCING };
  const ahead = { positions: [{ committed: 500n, onTarget: 500n, checkpoint: 501n }] };

  test('alive', () => {
    expect(restoreOf({ flow: { flow: SYNCING } }).refusals).toEqual([
      {
        code: 'MM2_SYNCS_GROUPS',
        subject: { flow: 'A->B', cluster: 'B' },
        reason:
          'MirrorMaker runs with sync.group.offsets.enabled: every 91 s it moves groups forward to their checkpoints; 1 position of this plan is before its checkpoint',
        remedy: 'Stop MirrorMaker, or disable sync.group.offsets.enabled. --even-if-mm2-syncs makes the plan anyway.',
      },
    ]);
  });

  test('of which nobody knows how far it would move them', () => {
    expect(refusals({ flow: { flow: SYNCING, checkpoints: 'unread' } })[0]?.[2]).toBe(
      'MirrorMaker runs with sync.group.offsets.enabled: every 91 s it moves groups forward to their checkpoints',
    );
  });

  test('perhaps, with a dead source', () => {
    expect(refusals({ flow: { ...dead, group: ahead } })[0]?.[2]).toBe(
      'MirrorMaker may still run (the source is down, so heartbeats cannot show it) with sync.group.offsets.enabled: every 91 s it moves groups forward to their checkpoints; 1 position of this plan is before its checkpoint',
    );
    expect(codes({ flow: { ...dead, group: ahead, heartbeat: { agoMs: HOUR } } })).toEqual(['MM2_SYNCS_GROUPS']);
    // A dead source ends every sign of life, whether or not MM2 stopped as well.
    const silent: FlowCase = { partition: { syncedAgoMs: HOUR, connectAgoMs: HOUR }, heartbeat: { agoMs: HOUR } };
    expect(codes({ flow: { ...dead, ...silent, group: ahead } })).toEqual(['MM2_SYNCS_GROUPS']);
    expect(codes({ flow: { ...dead, group: { positions: [{ checkpoint: 500n }] } } })).toEqual([]);
    expect(codes({ flow: { ...dead, group: { positions: [{ checkpoint: null }] } } })).toEqual([]);
    for (const checkpoints of ['missing', 'off'] as const)
      expect(codes({ flow: { ...dead, checkpoints } })).toEqual([]);
    expect(codes({ flow: { ...dead, checkpoints: 'unread' } })).toEqual(['MM2_SYNCS_GROUPS']);
    expect(codes({ flow: { ...dead, group: { group: 'other' } } })).toEqual([]);
  });

  test('GIVEN a rule that has patience with this flow for 600 s WHEN the last heartbeat is 60 s old THEN it runs', () => {
    const quiet: FlowCase = {
      flow: SYNCING,
      partition: { syncedAgoMs: HOUR, connectAgoMs: HOUR },
      heartbeat: { agoMs: MINUTE },
    };
    const ruled = (flow: string): FlowCase => {
      return { ...quiet, policy: { rules: [{ flow, thresholds: { mirrorStoppedMs: 600 * SECOND } }] } };
    };
    expect(codes({ flow: ruled('A->B') })).toEqual(['MM2_SYNCS_GROUPS']);
    expect([codes({ flow: quiet }), codes({ flow: ruled('B->A') })]).toEqual([[], []]);
  });

  test('not where it stopped or was never there, nor where somebody wants it so', () => {
    const silent: FlowCase = { partition: { syncedAgoMs: HOUR, connectAgoMs: HOUR }, heartbeat: { agoMs: HOUR } };
    expect(codes({ flow: { flow: SYNCING, ...silent } })).toEqual([]);
    // Old heartbeats say nothing about an MM2 that still writes offset syncs.
    expect(codes({ flow: { flow: SYNCING, heartbeat: { agoMs: HOUR } } })).toEqual(['MM2_SYNCS_GROUPS']);
    expect(codes({ flow: { flow: SYNCING }, terms: { evenIfMm2Syncs: true } })).toEqual([]);
    expect(codes({ flow: { flow: SYNCING }, onto: 'source' })).toEqual([]);
    const policy = { kind: 'identity', separator: '.', internalSeparator: '.' } as const;
    const never: FlowCase = {
      flow: { ...SYNCING, policy },
      syncs: 'missing',
      syncsKnown: true,
      checkpoints: 'missing',
      connectOffsets: 'missing',
      heartbeat: 'missing',
    };
    expect(codes({ flow: never })).toEqual([]);
  });
});
