import type { KafkaConnection } from '../../../shared/config/connection/kafka-connection.ts';
import { type FailoverConfig, NO_FAILOVER } from '../../../shared/config/failover/failover-config.ts';
import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import { isPastNoReturn, type RunRecord, takenBackBy } from '../../../shared/domain/failover/run-record.ts';
import { type Flow, flowName, oppositeOf } from '../../../shared/domain/model/flow.ts';
import { lostRecords } from '../../../shared/domain/reconcile/unmirrored.ts';
import { originOf } from '../../../shared/failover/failback-origin.ts';
import { type StoredRun, storedRun } from '../../../shared/failover/run-entry-schema.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import { mirroredEnds } from '../../../shared/failover/steps/stop-mirror.ts';
import type { Unmirrored, WayBack } from '../../../shared/failover/way-back.ts';
import type { ClusterReader, MirrorEnd, MirrorOffsets } from '../../../shared/ports.ts';
import { UsageError } from '../../output/usage-error.ts';
import { fenceOf, mirrorOf } from './flow-levers.ts';

/** How many of the newest runs are looked at for the failover to take back, and for earlier failbacks. */
const RUNS_LOOKED_AT = 200;

/**
 * The failover of a flow that is to be taken back: the given run, or the newest one that led clients away and that no failback has taken
 * back. @throws UsageError
 */
export async function failoverToTakeBack(runs: RunStore, flow: string | null, id: string | null): Promise<StoredRun> {
  const over = new Map<string, string>();
  for (const run of await runs.runs(RUNS_LOOKED_AT)) {
    const stored = storedRun(run, await runs.read(run));
    if (stored === null) continue;
    const takenBack = takenBackBy(stored.record);
    if (takenBack !== null) over.set(takenBack, run);
    if (id !== null && run !== id) continue;
    const { subject } = stored.record;
    const by = over.get(run);
    if (by !== undefined) {
      if (id !== null)
        throw new UsageError(`run ${id} was taken back by run ${by}`, 'there is nothing left to take back');
      continue;
    }
    if (subject.mode === 'failback') {
      if (id !== null) throw new UsageError(`run ${id} is a failback`, 'name the failover that is to be taken back');
      continue;
    }
    if (id === null && !isPastNoReturn(stored.record)) continue;
    if (flow === null || subject.flow === flow) return stored;
  }
  const what = id === null ? 'no failover has led clients away' : `the run ${id} is not stored`;
  throw new UsageError(`${what}${flow === null ? '' : ` on ${flow}`}`, 'tidemark failover status shows the newest run');
}

/** The flow that leads back, and the one that was failed over. @throws UsageError if the configuration lacks one */
export function flowsOf({ flows }: TidemarkConfig, forward: string): { readonly back: Flow; readonly forward: Flow } {
  const found = flows.find((one) => flowName(one) === forward);
  const back = found === undefined ? null : oppositeOf(found, flows);
  if (found !== undefined && back !== null) return { back, forward: found };
  const [source = '', target = ''] = forward.split('->');
  const missing = found === undefined ? forward : `${target}->${source}`;
  throw new UsageError(
    `the configuration has no flow ${missing}`,
    `a failback needs both directions: enable ${missing} as well, and add its flows[].connect and flows[].failover`,
  );
}

/** What a failback works on beside its own flow. */
export async function wayBackOf(request: {
  readonly config: TidemarkConfig;
  readonly forward: Flow;
  readonly back: Flow;
  readonly runs: RunStore;
  readonly origin: StoredRun;
  readonly reader: (alias: string) => ClusterReader;
  readonly connectionOf: (alias: string) => KafkaConnection;
}): Promise<WayBack> {
  const { config, forward, back, runs } = request;
  const failbacks = await failbacksOf(runs, flowName(back));
  const origin = originOf(request.origin, failbacks);
  const configOf = (flow: Flow): FailoverConfig => config.failover?.get(flowName(flow)) ?? NO_FAILOVER;
  return {
    origin,
    offsets: await offsetsOf(configOf(back), back),
    forwardOffsets: await offsetsOf(configOf(forward), forward),
    forwardMirror: await mirrorOf(configOf(forward), forward),
    targetFence: await fenceOf(configOf(forward), request.connectionOf(forward.source), flowName(forward)),
    leftBefore: leftBy(failbacks),
    groupsAway: async () =>
      await groupsOn(
        request.reader(back.source),
        origin.topics.map(({ targetTopic }) => targetTopic),
      ),
    unmirrored: async () => await unmirroredOf(request, origin),
  };
}

/** Offsets can be set where the mirror is controlled by Kafka Connect. */
async function offsetsOf({ mirrorControl }: FailoverConfig, flow: Flow): Promise<MirrorOffsets | null> {
  if (mirrorControl?.kind !== 'connect') return null;
  const { createConnectMirrorOffsets } = await import(
    '../../../shared/adapters/connect-rest/connect-mirror-offsets.ts'
  );
  return createConnectMirrorOffsets(mirrorControl.connection, flow);
}

/** Newest first. */
async function failbacksOf(runs: RunStore, flow: string): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  for (const run of await runs.runs(RUNS_LOOKED_AT)) {
    const stored = storedRun(run, await runs.read(run));
    if (stored?.record.subject.mode === 'failback' && stored.record.subject.flow === flow) found.push(stored.record);
  }
  return found;
}

/** Where the newest completed failback left the offsets of its mirror. */
function leftBy(failbacks: readonly RunRecord[]): readonly MirrorEnd[] | null {
  const step = failbacks.find(({ phase }) => phase === 'completed')?.steps.get('stop-mirror');
  const ends = mirroredEnds.safeParse(step?.kind === 'done' ? step.evidence : null);
  return ends.success ? ends.data.mirrored : null;
}

/** Groups that have a position on any of these topics. */
async function groupsOn(reader: ClusterReader, topics: readonly string[]): Promise<readonly string[]> {
  try {
    const { groups } = await reader.groups();
    const commits = await reader.commits(groups.map(({ group }) => group));
    return [...commits].flatMap(([group, found]) =>
      found.kind === 'read' && found.value.some(({ topic }) => topics.includes(topic)) ? [group] : [],
    );
  } finally {
    await reader.close();
  }
}

async function unmirroredOf(
  { forward, reader }: Parameters<typeof wayBackOf>[0],
  origin: ReturnType<typeof originOf>,
): Promise<Unmirrored> {
  const { listUnmirrored } = await import('../../../shared/reconcile/list-unmirrored.ts');
  const [source, target] = [reader(forward.source), reader(forward.target)];
  try {
    const ends = Object.entries(origin.points ?? {}).map(([topic, all]) => [topic, all.map(BigInt)] as const);
    const point = { run: origin.run, target: origin.clusters.target, ends: new Map(ends) };
    const { partitions } = await listUnmirrored({ flow: forward, source, target, point });
    const open = partitions.flatMap(({ found: { topic, partition, unknown } }) =>
      unknown.map(({ from }) => ({ topic, partition, from })),
    );
    const lost = partitions.flatMap(({ found: { topic, partition, lost: ranges } }) =>
      ranges.map(({ from }) => ({ topic, partition, from })),
    );
    const records = partitions.reduce((sum, { found }) => sum + lostRecords(found), 0n);
    return { lost: [...lost, ...open], records, isOpen: open.length > 0 };
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}
