import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import type { PartitionState } from '../domain/judge/partition-state.ts';
import { AT_ITS_START, isNewLog, positionOf, type Translation, translate } from '../domain/mirror/translation.ts';
import type { LogOffsets } from '../domain/model/cluster.ts';
import { ClusterUnreachableError, TidemarkError } from '../domain/model/errors.ts';
import { counted } from '../domain/model/figures.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import type { SnapshotOrigin, TidemarkPosition } from '../domain/model/report.ts';
import { partitionName } from '../domain/model/topic-partition.ts';
import type { Clock, ClusterReader } from '../ports.ts';
import { FlowMemory } from '../survey/flow-memory.ts';
import { readingOf } from '../survey/required-permissions.ts';
import { surveyFlow } from '../survey/survey-flow.ts';

export interface TranslateRequest {
  readonly flow: Flow;
  readonly policy: AuditPolicy;
  readonly topic: string;
  readonly partition: number;
  /** Source offset of the next record to read, as a group commits it. */
  readonly offset: bigint;
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly clock: Clock;
  /** The newest recorded state of the flow. With it, offsets of a dead source can be translated, too. */
  readonly known?: KnownFlow | null;
}

/** The target position of a source offset, with both logs for comparison; a log that could not be read is null. */
export interface TranslatedOffset {
  readonly flow: string;
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly source: LogOffsets | null;
  readonly target: LogOffsets | null;
  readonly position: TidemarkPosition;
  /** Of a translation by the history alone: what it was taken from; else null. */
  readonly snapshot: SnapshotOrigin | null;
}

/** The flow does not mirror the requested topic or partition. */
export class NotMirroredError extends TidemarkError {
  override readonly name = 'NotMirroredError';

  constructor(what: string, remedy: string) {
    super('NOT_MIRRORED', what, { remedy });
  }
}

/**
 * Translates one offset like an audit of its topic: same reads, same rule. Only reads from Kafka; closes both readers.
 *
 * @throws NotMirroredError, ClusterUnreachableError, AuthenticationError, AuthorizationError
 */
export async function translateOffset(request: TranslateRequest): Promise<TranslatedOffset> {
  const { flow, policy, topic, partition, source, target, clock } = request;
  try {
    const { observation, states } = await surveyFlow({
      flow,
      opposite: null,
      policy,
      source,
      target,
      filter: { topic: (name) => name === topic, group: () => false },
      memory: new FlowMemory(request.known),
      clock,
    });
    const state = states.find((one) => one.partition === partition);
    if (state === undefined) {
      // Kafka leaves forbidden topics out of lists. Ask for this one by name, to tell forbidden from absent.
      const { sourceDown } = observation;
      // What topics an unreachable source has is unknown.
      if (sourceDown !== null) throw new ClusterUnreachableError(flow.source, sourceDown.error, sourceDown.message);
      await source.requirePermissions(readingOf(topic));
      throw notMirrored(request, states.length);
    }
    const down = observation.sourceDown ?? observation.targetDown ?? state.unread;
    return translated(request, state, down?.message ?? null);
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

/**
 * The translation, given the state of the partition.
 * @param unread why a part of the state could not be read, or null
 */
export function translated(
  { flow, topic, partition, offset }: Pick<TranslateRequest, 'flow' | 'topic' | 'partition' | 'offset'>,
  state: PartitionState,
  unread: string | null,
): TranslatedOffset {
  const noMapping =
    unread ??
    (state.targetMissing
      ? `${state.topic.targetTopic} is not on ${flow.target}`
      : 'MirrorMaker has written no offset sync for this partition');
  return {
    flow: flowName(flow),
    topic,
    targetTopic: state.topic.targetTopic,
    partition,
    offset,
    source: state.source,
    target: state.target,
    position: positionOf(translationOf(state, offset, noMapping)),
    snapshot: null,
  };
}

function translationOf({ source, target, mapping }: PartitionState, offset: bigint, noMapping: string): Translation {
  if (source !== null && offset > source.highWatermark) {
    return {
      kind: 'unknown',
      reason: `the source log ends at ${source.highWatermark}: no record has had this offset yet`,
    };
  }
  if (isNewLog(target)) return AT_ITS_START;
  return mapping === null ? { kind: 'unknown', reason: noMapping } : translate(mapping, offset);
}

/** @param partitions number of the topic's partitions; 0 if the flow does not mirror it */
export function notMirrored(
  { flow, topic, partition }: Pick<TranslateRequest, 'flow' | 'topic' | 'partition'>,
  partitions: number,
): NotMirroredError {
  return partitions === 0
    ? new NotMirroredError(
        `${flowName(flow)} does not mirror a topic "${topic}"`,
        'name a source topic that the flow’s "topics" setting selects',
      )
    : new NotMirroredError(
        `${partitionName(topic, partition)} does not exist: the topic has ${counted(partitions, 'partition')}`,
        'partition numbers start at 0',
      );
}
