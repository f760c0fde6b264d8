import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import type { PartitionState } from '../domain/judge/partition-state.ts';
import { positionOf, translate } from '../domain/mirror/translation.ts';
import type { LogOffsets } from '../domain/model/cluster.ts';
import { TidemarkError } from '../domain/model/errors.ts';
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
  /** Source offset of the next record to be read, as a group commits it. */
  readonly offset: bigint;
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly clock: Clock;
  /** What earlier audits knew of the flow: with it a dead source's offsets are translated too. */
  readonly known?: KnownFlow | null;
}

/** Where a source offset lies on the target, with both logs to compare it by; null where a side could not be read. */
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

/** The flow does not mirror what is asked for. */
export class NotMirroredError extends TidemarkError {
  override readonly name = 'NotMirroredError';

  constructor(what: string, remedy: string) {
    super('NOT_MIRRORED', what, { remedy });
  }
}

/**
 * Translates one offset by the same reading and the same rule as an audit, for one topic only. Only reads; closes both
 * readers.
 *
 * @throws NotMirroredError, AuthenticationError, AuthorizationError
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
      now: () => clock.now(),
    });
    const state = states.find((one) => one.partition === partition);
    if (state === undefined) {
      // One that may not be described is in no list: only asked for by name is it told from one that is not there.
      if (observation.sourceDown === null) await source.requirePermissions(readingOf(topic));
      throw notMirrored(request, states.length);
    }
    const down = observation.sourceDown ?? observation.targetDown ?? state.unread;
    return translated(request, state, down?.message ?? null);
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

/** The same from the state of a partition, however that was come by. @param unread why a part of it is not known */
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
    position: positionOf(
      state.mapping === null ? { kind: 'unknown', reason: noMapping } : translate(state.mapping, offset),
    ),
    snapshot: null,
  };
}

/** @param partitions that the topic has, 0 where it is not mirrored */
export function notMirrored(
  { flow, topic, partition }: Pick<TranslateRequest, 'flow' | 'topic' | 'partition'>,
  partitions: number,
): NotMirroredError {
  return partitions === 0
    ? new NotMirroredError(
        `${flowName(flow)} mirrors no topic "${topic}"`,
        'name a topic of the source that topics selects',
      )
    : new NotMirroredError(
        `there is no ${partitionName(topic, partition)}: the topic has ${partitions} partitions`,
        'count partitions from 0',
      );
}
