import { describe, expect, test } from '@jest/globals';
import { RecordedCluster } from '../../../lab/truth/recorded-cluster.ts';
import { type RecordedSnapshot, readRecording } from '../../../lab/truth/recording.ts';
import { configOf } from '../../../lab/truth/replay.ts';
import { runAudit } from '../../../shared/audit/run-audit.ts';
import type { ClusterMetadata, CommittedOffset, TopicMetadata } from '../../../shared/domain/model/cluster.ts';
import { type Outcome, read, unread } from '../../../shared/domain/model/outcome.ts';
import type { FlowReport } from '../../../shared/domain/model/report.ts';

const recording = readRecording('test/recordings/01-steady.json');
const config = configOf(recording);
const snapshot = recording.snapshots.at(-1) as RecordedSnapshot;

/** What becomes of the groups of one cluster. */
interface Fate {
  readonly alias: string;
  /** No broker lists them. */
  readonly unlisted?: boolean;
  /** What the answer for the commits of an unlisted group is. */
  readonly commits?: Outcome<readonly CommittedOffset[]>;
  readonly coordinators?: readonly (number | null)[];
}

class ClusterOfFate extends RecordedCluster {
  readonly #fate: Fate;

  constructor(alias: string, fate: Fate) {
    super(snapshot, alias);
    this.#fate = fate.alias === alias ? fate : { alias };
  }

  override async metadata(): Promise<ClusterMetadata> {
    const metadata = await super.metadata();
    const { coordinators: leaders } = this.#fate;
    if (leaders === undefined) return metadata;
    const topic = '__consumer_offsets';
    const known: TopicMetadata = { topic, id: null, internal: true, leaders, replicationFactor: 1 };
    return { ...metadata, topics: new Map([...metadata.topics, [topic, known]]) };
  }

  override async groups() {
    return this.#fate.unlisted === true ? { groups: [], unread: [] } : await super.groups();
  }

  override async commits(groups: readonly string[]) {
    const { commits } = this.#fate;
    return commits === undefined ? await super.commits(groups) : new Map(groups.map((group) => [group, commits]));
  }
}

async function audit(fate: Fate): Promise<FlowReport> {
  const report = await runAudit({
    config,
    reader: (alias) => new ClusterOfFate(alias, fate),
    clock: { now: () => snapshot.atMs },
  });
  const [flow] = report.flows;
  if (flow === undefined) throw new Error('the recording has a flow');
  return flow;
}

const NONE: Outcome<readonly CommittedOffset[]> = read([]);
const DEAD: Outcome<never> = unread({
  what: 'commits of group g',
  cluster: 'A',
  error: 'COORDINATOR_NOT_AVAILABLE',
  message: 'no coordinator',
  retriable: true,
});

describe('groups that no broker lists', () => {
  test('are reported as not read WHEN MM2 has translated them and their coordinator does not answer', async () => {
    const { verdict, findings, unread: parts, groups } = await audit({ alias: 'A', unlisted: true, commits: DEAD });
    expect(verdict).toBe('at-risk');
    // A failover has to place them, so they are there as they were last known, with its age.
    expect(new Set(groups.map(({ group }) => group)).size).toBeGreaterThan(0);
    expect(groups.every(({ commitCheckedAt: at }) => at !== null && at > 0 && at < snapshot.atMs)).toBe(true);
    expect(findings.map(({ code }) => code)).toContain('AUDIT_INCOMPLETE');
    expect(parts.map(({ error }) => error)).toContain('COORDINATOR_NOT_AVAILABLE');
  });

  test('are deleted WHEN their coordinator knows no commits', async () => {
    const { verdict, groups, findings } = await audit({ alias: 'A', unlisted: true, commits: NONE });
    expect({ verdict, groups }).toEqual({ verdict: 'ready', groups: [] });
    expect(findings.map(({ code }) => code)).not.toContain('AUDIT_INCOMPLETE');
  });

  test('on the target, too: nobody takes them for live ones', async () => {
    const { verdict, findings } = await audit({ alias: 'B', unlisted: true, commits: DEAD });
    const codes = findings.map(({ code }) => code);
    expect(verdict).toBe('at-risk');
    expect(codes).toContain('AUDIT_INCOMPLETE');
    expect(codes).not.toContain('TARGET_GROUP_ACTIVE');
  });
});

describe('a partition of __consumer_offsets without a leader', () => {
  test.each(['A', 'B'])('makes the listing on %s incomplete: it may hold groups that nobody knows', async (alias) => {
    const { verdict, findings } = await audit({ alias, coordinators: [1, null, 2, null] });
    expect(verdict).toBe('at-risk');
    const incomplete = findings.find(({ code }) => code === 'AUDIT_INCOMPLETE');
    expect(incomplete?.message).toContain('2 of 4 partitions of __consumer_offsets have no leader');
  });

  test('not where all have one', async () => {
    expect((await audit({ alias: 'A', coordinators: [1, 2] })).verdict).toBe('ready');
  });
});
