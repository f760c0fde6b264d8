import type { VerifiedPair } from '../domain/history/next-state.ts';
import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import type { JudgedGroup } from '../domain/judge/group-state.ts';
import type { FlowObservation, ObservedGroup } from '../domain/judge/observation.ts';
import { type PartitionState, partitionStates, withEvidence } from '../domain/judge/partition-state.ts';
import { endsAtOpenTransaction, waitsElsewhere } from '../domain/judge/probes.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import type { FlowClusters } from '../history/history-lineage.ts';
import type { Clock, ClusterReader, ConnectorReader, MirrorMetricsReader } from '../ports.ts';
import { countHoles } from './count-holes.ts';
import { countWaiting } from './count-waiting.ts';
import type { FlowFilter } from './flow-filter.ts';
import type { FlowMemory } from './flow-memory.ts';
import { lookAtRecords } from './look-at-records.ts';
import { withMirrorClock } from './mirror-clock.ts';
import { observeFlow } from './observe-flow.ts';
import { compareRoutinely } from './routine-comparison.ts';
import { type FlowVerification, type VerifyOptions, verifyPositions } from './verify-positions.ts';

export interface SurveyRequest {
  readonly flow: Flow;
  /** The flow in the other direction, where there is one. */
  readonly opposite: Flow | null;
  readonly policy: AuditPolicy;
  /** The caller closes them. */
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  /** Null if the configuration names no Kafka Connect cluster for the flow. */
  readonly connectors?: ConnectorReader | null;
  /** The same for the opposite flow: two flows of the identity policy do no harm while one of them is stopped. */
  readonly oppositeConnectors?: ConnectorReader | null;
  /** Null if the configuration names no exporter for the flow. */
  readonly metrics?: MirrorMetricsReader | null;
  readonly filter?: FlowFilter;
  readonly memory: FlowMemory;
  readonly clock: Clock;
  /**
   * Compares records around group positions: those that are asked for, or a few other ones at each audit. If absent,
   * positions rely on what MM2 wrote.
   */
  readonly verify?: VerifyOptions | 'routine';
  /** Groups with the positions to compare, instead of those that the source has now. */
  readonly groups?: readonly ObservedGroup[];
  /** Called when both clusters have answered, or have not, and before `memory` is used: it may set what is known. */
  readonly connected?: (clusters: FlowClusters) => Promise<void>;
  /** Called at each step, to show progress. */
  readonly progress?: (step: string) => void;
}

/** Everything that was read and compared of both clusters for one flow. */
export interface FlowSurvey {
  readonly observation: FlowObservation;
  /** Of all partitions, with the evidence from records. */
  readonly states: readonly PartitionState[];
  /** All groups, judged by these states; absent if no comparison needed them. */
  readonly groups?: readonly JudgedGroup[];
  /** Records and their copies that comparing has found. */
  readonly pairs: readonly VerifiedPair[];
  /** Null if no comparison was asked for, or none was possible. */
  readonly verification: FlowVerification | null;
}

/**
 * Reads both clusters once for one flow: audit, translation, verification and restore all judge by what it returns.
 * Only reads.
 *
 * @throws AuthenticationError, AuthorizationError
 */
export async function surveyFlow(request: SurveyRequest): Promise<FlowSurvey> {
  const { flow, source, target, policy, clock, verify, progress = () => {} } = request;
  const name = flowName(flow);
  progress(`reading ${name}`);
  const read = await observeFlow({ ...request, now: () => clock.now() });
  const unseen = partitionStates(read);
  const observation = await withMirrorClock(read, unseen, { target, memory: request.memory, policy, clock });
  progress(`comparing records of ${name}`);
  const looked = await lookAtRecords(observation, unseen, source, target, policy);
  let peeked = withEvidence(observation, unseen, looked);
  // Once a doubt about the syncs is settled, other records are worth a look: whether the log was cut, then whether the topic
  // is the same, then where the target ends, and so which record waits.
  for (const isWorthALook of [isWorthAnotherLook, isWorthAnotherLook, waitsUnseen]) {
    const states = peeked.filter(isWorthALook);
    if (states.length === 0) continue;
    peeked = withEvidence(observation, peeked, await lookAtRecords(observation, states, source, target, policy));
  }
  const states = observation.sourceDown === null ? await counted(observation, peeked, source, policy) : peeked;
  const isDown = observation.sourceDown !== null || observation.targetDown !== null;
  if (verify === undefined || isDown) return { observation, states, pairs: [], verification: null };
  if (verify === 'routine') {
    return {
      observation,
      ...(await compareRoutinely(observation, states, source, target, policy)),
      verification: null,
    };
  }
  const groups = request.groups ?? observation.groups;
  const verification = await verifyPositions({ ...observation, groups }, states, source, target, {
    ...verify,
    progress: (done, of) => progress(`comparing records of ${name}: ${done} of ${of} partitions`),
  });
  const { pairs } = verification;
  return { observation, states: verification.states, groups: verification.groups, pairs, verification };
}

async function counted(
  observation: FlowObservation,
  states: readonly PartitionState[],
  source: ClusterReader,
  policy: AuditPolicy,
): Promise<readonly PartitionState[]> {
  const inHoles = withEvidence(observation, states, await countHoles(observation, states, source));
  return withEvidence(observation, inHoles, await countWaiting(observation, inHoles, source, policy));
}

function waitsUnseen(state: PartitionState): boolean {
  return waitsElsewhere(state) || endsAtOpenTransaction(state);
}

function isWorthAnotherLook(state: PartitionState): boolean {
  const { doubted, doubtedOrder, sourceRecreated, records } = state;
  // Of older syncs the records may be gone: then these stay in doubt, but the one that was compared holds.
  const holds = doubted !== null && records.syncs?.get(doubted) === 'same';
  const isSettled = (doubted !== null || doubtedOrder !== null) && (sourceRecreated !== 'doubt' || holds);
  return isSettled || records.sinceCut !== undefined || waitsElsewhere(state);
}
