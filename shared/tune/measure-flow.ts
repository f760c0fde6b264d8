import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import type { ObservedTopic } from '../domain/judge/observation.ts';
import { lagOf, type PartitionState } from '../domain/judge/partition-state.ts';
import { syncsTopicOf } from '../domain/mirror/replication-policy.ts';
import type { LogOffsets } from '../domain/model/cluster.ts';
import { ClusterUnreachableError } from '../domain/model/errors.ts';
import { type Flow, oppositeOf } from '../domain/model/flow.ts';
import type { Outcome } from '../domain/model/outcome.ts';
import type { Lag } from '../domain/model/report.ts';
import type { FlowMeasurement, MeasuredPartition } from '../domain/tune/measurement.ts';
import { retentionOf, type SourceRetention } from '../domain/tune/retention.ts';
import type { Clock, ClusterReader, MirrorMetricsReader, MirrorSettingsReader } from '../ports.ts';
import { FlowMemory } from '../survey/flow-memory.ts';
import { surveyFlow } from '../survey/survey-flow.ts';

export interface MeasureRequest {
  readonly flow: Flow;
  readonly flows: readonly Flow[];
  readonly policy: AuditPolicy;
  /** The caller closes them. */
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly metrics: MirrorMetricsReader | null;
  readonly settings: MirrorSettingsReader | null;
  readonly seconds: number;
  readonly clock: Clock;
  readonly progress?: (step: string) => void;
}

export interface FlowMeasured {
  readonly measurement: FlowMeasurement;
  readonly retention: SourceRetention;
}

/**
 * Reads both clusters twice, some time apart, and what the workers export at both times. What waits is counted once, at
 * the begin, as an audit counts it. Only reads.
 * @throws AuthenticationError, AuthorizationError, ClusterUnreachableError
 */
export async function measureFlow(request: MeasureRequest): Promise<FlowMeasured> {
  const { flow, source, target, policy, clock, seconds, progress = () => {} } = request;
  const { observation, states } = await surveyFlow({
    ...{ flow, source, target, policy, clock, progress },
    opposite: oppositeOf(flow, request.flows),
    memory: new FlowMemory(),
  });
  const down = observation.sourceDown ?? observation.targetDown;
  if (down !== null) throw new ClusterUnreachableError(down.cluster, down.error, down.message);
  const topics = observation.topics.filter(({ target: there }) => there !== null);
  const read = () => readBoth(request, topics);
  const [begin, before] = [await read(), (await request.metrics?.metricsOf(flow)) ?? null];
  progress(`measuring for ${seconds} s`);
  await clock.pause?.(1000 * seconds);
  const [end, after] = [await read(), (await request.metrics?.metricsOf(flow)) ?? null];
  const settings = (await request.settings?.settingsOf(flow)) ?? null;
  const partitions = movedBetween(begin, end, topics);
  const all = observation.topics.reduce((sum, topic) => sum + topic.source.length, 0);
  return {
    measurement: {
      seconds: (end.at - begin.at) / 1000,
      partitions,
      unmeasured: all - partitions.length,
      backlog: backlogAt(states, end),
      syncs: begin.syncs === null || end.syncs === null ? null : end.syncs - begin.syncs,
      ...(before === null || after === null ? {} : { metrics: { begin: before, end: after } }),
      ...(settings === null ? {} : { settings }),
    },
    retention: await retentionOn(
      source,
      observation.topics.map(({ topic }) => topic),
    ),
  };
}

type Ends = ReadonlyMap<string, readonly Outcome<LogOffsets>[]>;

/** Where the logs of both sides ended at one time: ms since the epoch. */
interface BothEnds {
  readonly at: number;
  readonly source: Ends;
  readonly target: Ends;
  /** Of the offset-syncs topic; null if it was not read. */
  readonly syncs: bigint | null;
}

/** Target before source, so that a mirror that moves on in between does not look faster than its source. */
async function readBoth(
  { flow, source, target, clock }: MeasureRequest,
  topics: readonly ObservedTopic[],
): Promise<BothEnds> {
  const began = clock.now();
  const targets = await target.offsets(
    topics.map(({ targetTopic }) => targetTopic),
    'read_uncommitted',
  );
  const sources = await source.offsets(
    topics.map(({ topic }) => topic),
    flow.isolationLevel,
  );
  const at = (began + clock.now()) / 2;
  const syncsTopic = syncsTopicOf(flow);
  const holder = flow.offsetSyncsLocation === 'source' ? source : target;
  const [log] = (await holder.offsets([syncsTopic], 'read_uncommitted')).get(syncsTopic) ?? [];
  return { at, source: sources, target: targets, syncs: log?.kind === 'read' ? log.value.highWatermark : null };
}

function movedBetween(begin: BothEnds, end: BothEnds, topics: readonly ObservedTopic[]): MeasuredPartition[] {
  return topics.flatMap(({ topic, targetTopic, source }) =>
    source.flatMap((_, partition) => {
      const written = difference(begin.source, end.source, topic, partition);
      const mirrored = difference(begin.target, end.target, targetTopic, partition);
      return written === null || mirrored === null ? [] : [{ topic, partition, written, mirrored }];
    }),
  );
}

/** Null if one of the two was not read, or the log was cut in between. */
function difference(begin: Ends, end: Ends, topic: string, partition: number): bigint | null {
  const [then, now] = [endOf(begin, topic, partition), endOf(end, topic, partition)];
  return then === null || now === null || now < then ? null : now - then;
}

function endOf(ends: Ends, topic: string, partition: number): bigint | null {
  const log = ends.get(topic)?.[partition];
  return log?.kind === 'read' ? log.value.highWatermark : null;
}

/** What waited when the logs were surveyed, and what both sides got since. */
function backlogAt(states: readonly PartitionState[], end: BothEnds): Lag {
  let records = 0n;
  for (const state of states) {
    const { lag } = lagOf(state);
    if (lag.kind === 'unknown') return lag;
    const { topic, partition, source, target } = state;
    const [written, mirrored] = [
      endOf(end.source, topic.topic, partition),
      endOf(end.target, topic.targetTopic, partition),
    ];
    if (source === null || written === null)
      return { kind: 'unknown', reason: `${topic.topic}-${partition} could not be read` };
    // A partition that is not on the target yet waits as a whole.
    const arrived = target === null || mirrored === null ? 0n : mirrored - target.highWatermark;
    const waits = lag.records + (written - source.highWatermark) - arrived;
    records += waits > 0n ? waits : 0n;
  }
  return { kind: 'known', records, basis: 'estimated' };
}

async function retentionOn(source: ClusterReader, topics: readonly string[]): Promise<SourceRetention> {
  const configs = new Map<string, ReadonlyMap<string, string>>();
  for (const [topic, config] of await source.topicConfigs(topics)) {
    if (config.kind === 'unread') return { kind: 'unknown', reason: config.unread.message };
    configs.set(topic, config.value);
  }
  return retentionOf(configs);
}
