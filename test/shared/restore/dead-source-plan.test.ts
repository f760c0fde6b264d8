import { describe, expect, test } from '@jest/globals';
import { RecordedCluster } from '../../../lab/truth/recorded-cluster.ts';
import { type RecordedSnapshot, readRecording } from '../../../lab/truth/recording.ts';
import { configOf } from '../../../lab/truth/replay.ts';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqlitePlanStore } from '../../../shared/adapters/sqlite/sqlite-plan-store.ts';
import { createSqliteSnapshotStore } from '../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { runAudit } from '../../../shared/audit/run-audit.ts';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';
import { ClusterUnreachableError } from '../../../shared/domain/model/errors.ts';
import { HistoryRecorder } from '../../../shared/history/history-recorder.ts';
import type { ClusterReader, OffsetWriter, PlacementOptions } from '../../../shared/ports.ts';
import { createGroupPlacement } from '../../../shared/restore/group-placement.ts';
import { unaskedReader } from '../../../shared/restore/unasked-reader.ts';

const recording = readRecording('test/recordings/02-stopped-lag.json');
const config = configOf(recording);
const [flow] = config.flows;
/** MM2 had been stopped: no heartbeat comes any more. */
const snapshot = recording.snapshots[1] as RecordedSnapshot;
if (flow === undefined) throw new Error('the recording has a flow');
/** Heartbeats are old by then. */
const LATER_MS = 120_000;
const GROUPS = ['g', 'g-end'];

/** Plans, as a failover does, after the source has died. */
async function planWith(deadSource: () => ClusterReader, options: PlacementOptions) {
  const database = openHistoryDatabase(':memory:');
  const history = createSqliteSnapshotStore(database);
  const plans = createSqlitePlanStore(database);
  let now = snapshot.atMs;
  let waited = 0;
  const clock = {
    now: () => now,
    pause: async (ms: number) => {
      now += ms;
      waited += ms;
    },
  };
  const recorder = new HistoryRecorder({
    store: history,
    owner: 'test',
    retention: DEFAULT_RETENTION,
    leaseMs: 60_000,
    clock,
  });
  const alive = (alias: string): ClusterReader => new RecordedCluster(snapshot, alias);
  await runAudit({ config, reader: alive, clock: { now: () => now }, history: recorder });
  now += LATER_MS;
  let asked = 0;
  const placement = createGroupPlacement({
    flow: flow as NonNullable<typeof flow>,
    opposite: null,
    policy: config.policy,
    stores: { history, plans },
    clock,
    reader: (role) => {
      if (role === 'target') return alive('B');
      asked++;
      return deadSource();
    },
    writer: () => ({}) as OffsetWriter,
    verify: { positions: 'open', budgetBytes: 1_000_000 },
  });
  const planned = await placement.plan(GROUPS, { evenIfUnread: true, ...options });
  if (planned.kind === 'refused') throw new Error(planned.reasons.join('; '));
  return { readAt: planned.readAt, positions: planned.positions, asked, waited };
}

describe('a plan after the source has died', () => {
  const answersNot = (): ClusterReader => ({
    ...unaskedReader('A'),
    metadata: async () => {
      throw new ClusterUnreachableError('A', 'CONNECTION_TIMED_OUT', 'A does not answer');
    },
  });
  /** A black hole: no request ever ends. */
  const hangs = (): ClusterReader => ({
    ...unaskedReader('A'),
    metadata: () => new Promise(() => undefined),
    requirePermissions: () => new Promise(() => undefined),
  });

  test('asks nobody of a source that is known to be dead, and finds the positions that it finds without its answer', async () => {
    const silent = await planWith(answersNot, {});
    const known = await planWith(hangs, { sourceIsDead: true });
    expect(silent.asked).toBe(1);
    expect(known).toEqual({ ...silent, asked: 0 });
    expect(known.readAt).toBe(snapshot.atMs);
    expect(known.positions.map(({ group }) => group)).toEqual(GROUPS);
  });

  test('waits for no heartbeat: the run has stopped MirrorMaker itself', async () => {
    expect((await planWith(hangs, { sourceIsDead: true })).waited).toBe(0);
  });
});
