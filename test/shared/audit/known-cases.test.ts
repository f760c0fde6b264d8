import { describe, expect, test } from '@jest/globals';
import { RecordedCluster } from '../../../lab/truth/recorded-cluster.ts';
import { type RecordedSnapshot, readRecording } from '../../../lab/truth/recording.ts';
import { configOf } from '../../../lab/truth/replay.ts';
import { AuditMemory } from '../../../shared/audit/audit-memory.ts';
import { runAudit } from '../../../shared/audit/run-audit.ts';
import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import { positionOf } from '../../../shared/domain/mirror/translation.ts';
import { ClusterUnreachableError } from '../../../shared/domain/model/errors.ts';
import { read, type Unread, unread } from '../../../shared/domain/model/outcome.ts';
import type { FlowReport } from '../../../shared/domain/model/report.ts';
import type { ClusterReader } from '../../../shared/ports.ts';
import { translateOffset } from '../../../shared/translate/translate-offset.ts';

const steady = readRecording('test/recordings/01-steady.json');
const snapshot = steady.snapshots.at(-1) as RecordedSnapshot;

/** What a cluster answers instead of what was recorded. */
type Changes = Partial<ClusterReader>;

function reader(of: RecordedSnapshot, alias: string, change: (recorded: RecordedCluster) => Changes = () => ({})) {
  const recorded = new RecordedCluster(of, alias);
  return Object.assign(Object.create(recorded) as RecordedCluster, bound(recorded), change(recorded));
}

function bound(recorded: RecordedCluster): Changes {
  const names = [
    'requirePermissions',
    'metadata',
    'offsets',
    'firstRecords',
    'groups',
    'commits',
    'topicConfigs',
    'scan',
    'peek',
    'requestsSent',
    'close',
  ] as const;
  return Object.fromEntries(names.map((name) => [name, recorded[name].bind(recorded)]));
}

type ChangeOf = Partial<Record<string, (recorded: RecordedCluster) => Changes>>;

async function audit(
  changes: ChangeOf,
  {
    memory,
    config = configOf(steady),
    at = snapshot,
  }: { memory?: AuditMemory; config?: TidemarkConfig; at?: RecordedSnapshot } = {},
): Promise<FlowReport> {
  const { flows } = await runAudit({
    config,
    reader: (alias) => reader(at, alias, changes[alias]),
    clock: { now: () => at.atMs },
    ...(memory === undefined ? {} : { memory }),
  });
  const flow = flows.find((one) => one.flow === 'A->B');
  if (flow === undefined) throw new Error('the recording has the flow A->B');
  return flow;
}

const failure = (cluster: string): Unread => ({
  what: 'commits',
  cluster,
  error: 'COORDINATOR_NOT_AVAILABLE',
  message: `no coordinator on ${cluster}`,
  retriable: true,
});
/** The broker is gone from the metadata: no broker lists its groups, and nobody answers for their commits. */
const coordinatorDead = (cluster: string) => (): Changes => ({
  groups: async () => ({ groups: [], unread: [] }),
  commits: async (groups) => new Map(groups.map((group) => [group, unread(failure(cluster))])),
});

describe("a group's coordinator dies", () => {
  test.each(['A', 'B'])(
    'on %s: its groups are unread for as long as nobody answers, and it is never ready',
    async (cluster) => {
      const memory = new AuditMemory();
      expect((await audit({}, { memory })).verdict).toBe('ready');
      for (let i = 0; i < 3; i++) {
        const report = await audit({ [cluster]: coordinatorDead(cluster) }, { memory });
        expect([report.verdict, report.reasons]).toEqual(['at-risk', ['AUDIT_INCOMPLETE']]);
        expect(report.unread).not.toEqual([]);
      }
      const known = memory.of('A->B').known?.state;
      expect(known?.unread.filter(({ kind }) => kind === 'group')).not.toEqual([]);
      // What is remembered is marked as old, and back once somebody answers.
      expect((await audit({}, { memory })).verdict).toBe('ready');
      expect(memory.of('A->B').known?.state.unread).toEqual([]);
    },
  );

  test('a group that was deleted is gone: its coordinator says so', async () => {
    const memory = new AuditMemory();
    await audit({}, { memory });
    const gone = (): Changes => ({
      groups: async () => ({ groups: [], unread: [] }),
      commits: async (groups) => new Map(groups.map((group) => [group, read([])])),
    });
    const report = await audit({ A: gone, B: gone }, { memory });
    expect([report.groups, report.reasons]).toEqual([[], []]);
    expect([...(memory.of('A->B').known?.state.positions('source').keys() ?? [])]).toEqual([]);
  });

  test('at the first audit: a part of the groups topic without a leader is enough', async () => {
    const leaderless = (recorded: RecordedCluster): Changes => ({
      async metadata() {
        const all = await recorded.metadata();
        const topic = {
          topic: '__consumer_offsets',
          id: null,
          internal: true,
          leaders: [1, null],
          replicationFactor: 1,
        };
        return { ...all, topics: new Map([...all.topics, [topic.topic, topic]]) };
      },
    });
    for (const cluster of ['A', 'B']) {
      const report = await audit({ [cluster]: leaderless });
      expect([report.verdict, report.reasons]).toEqual(['at-risk', ['AUDIT_INCOMPLETE']]);
    }
  });

  test.each(['A', 'B'])(
    'commits on %s cannot be read: the history does not take old positions for those of now',
    async (cluster) => {
      const memory = new AuditMemory();
      await audit({}, { memory });
      const readAt = memory.of('A->B').known?.heldUntil;
      const silent = (): Changes => ({
        commits: async (groups) => new Map(groups.map((group) => [group, unread(failure(cluster))])),
      });
      expect((await audit({ [cluster]: silent }, { memory })).reasons).toEqual(['AUDIT_INCOMPLETE']);
      const role = cluster === 'A' ? 'source' : 'target';
      const state = memory.of('A->B').known?.state;
      const groups = [...(state?.positions(role).keys() ?? [])];
      expect(groups).not.toEqual([]);
      const part = { role, kind: 'group', ...(role === 'source' ? { readAt } : {}) };
      for (const name of groups) expect(state?.unread).toContainEqual({ ...part, name });
    },
  );
});

describe('a side that does not answer', () => {
  const fails = (alias: string, code: string) => (): Changes => ({
    async metadata() {
      throw new ClusterUnreachableError(alias, code, `the deadline of 1 ms passed first`);
    },
  });

  test.each(['A', 'B'])('%s, because the time was over: incomplete and unknown, not unreachable', async (alias) => {
    const memory = new AuditMemory();
    await audit({}, { memory });
    const report = await audit({ [alias]: fails(alias, 'DEADLINE_EXCEEDED') }, { memory });
    expect(report.verdict).toBe('unknown');
    expect(report.reasons).toContain('AUDIT_INCOMPLETE');
    expect(report.reasons).not.toContain('CLUSTER_UNREACHABLE');
  });

  test('A is dead, and nothing was known before: unknown, not at risk', async () => {
    const report = await audit({ A: fails('A', 'CONNECTION_REFUSED') });
    expect([report.verdict, report.loss.kind]).toEqual(['unknown', 'unknown']);
    expect(report.reasons).toContain('CLUSTER_UNREACHABLE');
  });

  test('B is dead: not ready', async () => {
    expect((await audit({ B: fails('B', 'CONNECTION_REFUSED') })).verdict).toBe('not-ready');
  });
});

test('the same cluster is given as both sides: critical, whatever else is right', async () => {
  const same = (recorded: RecordedCluster): Changes => ({
    metadata: async () => ({ ...(await recorded.metadata()), clusterId: 'one' }),
  });
  const report = await audit({ A: same, B: same });
  expect([report.verdict, report.reasons[0]]).toEqual(['not-ready', 'SAME_CLUSTER']);
  const unknown = (recorded: RecordedCluster): Changes => ({
    metadata: async () => ({ ...(await recorded.metadata()), clusterId: null }),
  });
  expect((await audit({ A: unknown, B: unknown })).verdict).toBe('ready');
});

describe('A->B has its syncs on the target, and B->A on its source: both write to one topic', () => {
  const recording = readRecording('test/recordings/10-syncs-on-target.json');
  const at = recording.snapshots.at(-1) as RecordedSnapshot;
  const single = configOf(recording);
  const [there] = single.flows;
  if (there === undefined) throw new Error('the recording has a flow');
  const back = { ...there, source: 'B', target: 'A', offsetSyncsLocation: 'source', connectOffsets: null } as const;
  const config = { ...single, flows: [there, back] };
  /** B has a topic of its own of that name, and B->A mirrors it. */
  const withOwn = (recorded: RecordedCluster): Changes => ({
    async metadata() {
      const all = await recorded.metadata();
      const topic = { topic: 't', id: 'own', internal: false, leaders: [0], replicationFactor: 1 };
      return { ...all, topics: new Map([...all.topics, ['t', topic]]) };
    },
  });

  test('a topic that both clusters have is left out: no number instead of a wrong one', async () => {
    const report = await audit({ B: withOwn }, { config, at });
    expect(report.reasons).toContain('SYNC_TOPIC_UNREADABLE');
    expect(report.groups).not.toEqual([]);
    for (const { tidemark } of report.groups) {
      expect(tidemark).toEqual({
        kind: 'unknown',
        reason: 'the opposite flow writes offset syncs of a topic of this name to the same topic',
      });
    }
  });

  test('a topic that only the source has is as certain as ever', async () => {
    const alone = await audit({}, { config: single, at });
    expect(await audit({}, { config, at })).toEqual(alone);
    expect(alone.groups.map(({ tidemark }) => tidemark.kind)).not.toContain('unknown');
  });
});

test('translate --offset beyond the log is unknown, not exact', async () => {
  const { flows, policy } = configOf(steady);
  const [flow] = flows;
  if (flow === undefined) throw new Error('the recording has a flow');
  const { topic, sourceEnd } = (await audit({})).partitions[0] ?? { topic: '', sourceEnd: null };
  const translated = async (offset: bigint) =>
    await translateOffset({
      flow,
      policy,
      topic,
      partition: 0,
      offset,
      source: reader(snapshot, 'A'),
      target: reader(snapshot, 'B'),
      clock: { now: () => snapshot.atMs },
    });
  const end = sourceEnd ?? 0n;
  expect((await translated(end)).position).toMatchObject({ kind: 'known', proof: 'exact' });
  for (const beyond of [end + 1n, end * 1_000n]) {
    expect((await translated(beyond)).position).toEqual(
      positionOf({ kind: 'unknown', reason: `the source log ends at ${end}: no record has had this offset yet` }),
    );
  }
});
