import {
  type FailbackInputs,
  failbackGatesOf,
  type MirrorNow,
  type TopicNow,
} from '../domain/failover/failback-gates.ts';
import type { Gate } from '../domain/failover/gates.ts';
import type { LogOffsets } from '../domain/model/cluster.ts';
import { TidemarkError } from '../domain/model/errors.ts';
import type { ClusterRole } from '../domain/model/flow.ts';
import { REPLAY_HEADER } from '../domain/reconcile/replay-header.ts';
import type { ClusterReader, MirrorControl, MirrorEnd } from '../ports.ts';
import { byName, type LogEnds } from './ends-by-topic.ts';
import { StepFailedError } from './failover-errors.ts';
import type { FailoverWorld, StepScope } from './step.ts';
import type { FailbackOrigin, TopicIds, WayBack } from './way-back.ts';

/** Everything that speaks against a failback now. Only reads. */
export async function gatesOfWayBack(
  world: FailoverWorld & { readonly back: WayBack },
  scope: Pick<StepScope, 'topics'>,
  down: { readonly source: boolean; readonly target: boolean },
): Promise<Gate[]> {
  const { back } = world;
  const { origin } = back;
  const isSettable = back.offsets !== null && back.forwardOffsets !== null && back.forwardMirror !== null;
  const common = {
    origin: { run: origin.run, hasMovedClients: origin.hasMovedClients, hasPoints: origin.points !== null },
    sourceDown: down.source,
    targetDown: down.target,
    hasFence: world.fence !== null,
    isSettable,
    mirror: await mirrorNow(world.mirror),
    forward: await mirrorNow(back.forwardMirror),
  };
  // Each direction has topics of its own: nothing can come back as a copy, and both mirrors may run.
  if (origin.renames) {
    const mirrors = { mirror: known(common.mirror), forward: { kind: 'stopped' } as const };
    const apart = { topics: [], strayOffsets: [], tail: null, replayedReturn: null };
    return failbackGatesOf({ ...common, ...mirrors, ...apart });
  }
  if (down.source || down.target || origin.points === null || !isSettable) {
    return failbackGatesOf({ ...common, topics: [], strayOffsets: [], tail: null, replayedReturn: null });
  }
  const topics = await topicsNow(world, scope);
  const isWhole = origin.mode === 'planned' && origin.missing === 0n;
  const inputs: FailbackInputs = {
    ...common,
    topics,
    strayOffsets: common.mirror.kind === 'unknown' ? [] : await strayOffsets(back),
    tail: isWhole || origin.begun !== null ? null : await back.unmirrored(),
    replayedReturn: isWhole || common.mirror.kind === 'unknown' ? null : await replayedReturn(world, topics),
  };
  return failbackGatesOf(inputs);
}

function known(mirror: MirrorNow): MirrorNow {
  return mirror.kind === 'unknown' ? mirror : { kind: 'stopped' };
}

async function mirrorNow(mirror: MirrorControl | null): Promise<MirrorNow> {
  if (mirror === null) return { kind: 'unknown', reason: 'the configuration has no mirror control of it' };
  try {
    const stopped = await mirror.isInEffect();
    if (stopped === null) return { kind: 'unknown', reason: 'its state cannot be found out' };
    return { kind: stopped ? 'stopped' : 'running' };
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    return { kind: 'unknown', reason: error.message };
  }
}

/** Offsets that are neither those of an earlier failback, nor would be set by this one. */
async function strayOffsets({ offsets, origin, leftBefore }: WayBack): Promise<readonly string[]> {
  const points = origin.points ?? byName<readonly string[]>([]);
  const known = [...(leftBefore ?? []), ...(origin.begun?.mirrored ?? [])];
  return ((await offsets?.read()) ?? []).flatMap(({ topic, partition, lastMirrored }) => {
    const point = points[topic]?.[partition];
    if (point === undefined || lastMirrored === BigInt(point) - 1n) return [];
    return has(known, { topic, partition, lastMirrored }) ? [] : [`${topic}-${partition} is at ${lastMirrored}`];
  });
}

function has(ends: readonly MirrorEnd[], { topic, partition, lastMirrored }: MirrorEnd): boolean {
  return ends.some((one) => one.topic === topic && one.partition === partition && one.lastMirrored === lastMirrored);
}

async function topicsNow(
  world: FailoverWorld & { readonly back: WayBack },
  { topics }: Pick<StepScope, 'topics'>,
): Promise<TopicNow[]> {
  const { origin } = world.back;
  const [source, target] = [
    await sideNow(
      world,
      'source',
      topics.map(({ topic }) => topic),
    ),
    await sideNow(
      world,
      'target',
      topics.map(({ targetTopic }) => targetTopic),
    ),
  ];
  return topics.map(({ topic, targetTopic }) => {
    const [from, to] = [source.get(topic), target.get(targetTopic)];
    return {
      topic,
      targetTopic,
      partitions: { source: from?.logs.length ?? 0, target: to?.logs.length ?? 0 },
      // What the failover calls the target is the source of its failback.
      ids: {
        source: { now: from?.id ?? null, before: idThen(origin.ids.target, topic) },
        target: { now: to?.id ?? null, before: idThen(origin.ids.source, targetTopic) },
      },
      starts: from?.logs.map(({ start }) => start) ?? [],
      points: origin.points?.[topic]?.map(BigInt) ?? null,
      ends: to?.logs.map(({ highWatermark }) => highWatermark) ?? [],
      endsThen: endsThen(origin, targetTopic),
    };
  });
}

function idThen(ids: TopicIds | null, topic: string): string | null {
  return ids?.[topic] ?? null;
}

function endsThen({ begun, sourceEnds }: FailbackOrigin, topic: string): readonly bigint[] | null {
  const ends: LogEnds | null = begun?.targetEnds ?? sourceEnds;
  return ends?.[topic]?.map(BigInt) ?? null;
}

interface TopicSide {
  readonly id: string | null;
  readonly logs: readonly LogOffsets[];
}

/** Topics that are absent are not in the answer. */
async function sideNow(
  world: FailoverWorld,
  role: ClusterRole,
  names: readonly string[],
): Promise<ReadonlyMap<string, TopicSide>> {
  const reader = world.reader(role);
  try {
    const { topics } = await reader.metadata();
    const present = names.filter((name) => topics.has(name));
    const offsets = await reader.offsets(present, 'read_uncommitted');
    return new Map(
      present.map((name) => [name, { id: topics.get(name)?.id ?? null, logs: logsOf(reader, name, offsets) }]),
    );
  } finally {
    await reader.close();
  }
}

function logsOf(
  { alias }: ClusterReader,
  name: string,
  offsets: Awaited<ReturnType<ClusterReader['offsets']>>,
): LogOffsets[] {
  return (offsets.get(name) ?? []).map((log) => {
    if (log.kind === 'read') return log.value;
    throw new StepFailedError('LOG_ENDS_UNREAD', `on ${alias}: ${log.unread.message}`, { retriable: true });
  });
}

/** Replayed records behind the failover points that the mirror would take along; null if it leaves them out. */
async function replayedReturn(
  world: FailoverWorld & { readonly back: WayBack },
  topics: readonly TopicNow[],
): Promise<bigint | null> {
  if ((await world.back.offsets?.leavesOut(REPLAY_HEADER)) === true) return null;
  let records = 0n;
  const reader = world.reader('source');
  try {
    for (const { topic, points } of topics) {
      for (const [partition, from] of (points ?? []).entries()) {
        const scan = await reader.scan({ topic, partition, from, isolation: 'read_uncommitted' }, ({ headers }) => {
          if (headers.some(({ key }) => key === REPLAY_HEADER)) records++;
        });
        if (scan.kind === 'unread') {
          const what = `${topic}-${partition}: ${scan.unread.message}`;
          throw new StepFailedError('LOG_UNREAD', what, { retriable: true });
        }
      }
    }
    return records;
  } finally {
    await reader.close();
  }
}
