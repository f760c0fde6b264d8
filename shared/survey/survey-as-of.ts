import type { SaidThen } from '../domain/history/history-state.ts';
import type { KnownFlow } from '../domain/history/known-flow.ts';
import { observationAsOf } from '../domain/history/observation-as-of.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import { type PartitionState, partitionStates } from '../domain/judge/partition-state.ts';
import { syncsTopicOf } from '../domain/mirror/replication-policy.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import type { SnapshotOrigin } from '../domain/model/report.ts';
import { readStateAsOf } from '../history/read-history.ts';
import type { SnapshotStore } from '../history/snapshot-store.ts';
import type { FlowFilter } from './flow-filter.ts';

/** What the history has of a flow as of a time, in the form of a survey of the present. */
export interface FlowAsOf {
  readonly observation: FlowObservation;
  readonly states: readonly PartitionState[];
  readonly origin: SnapshotOrigin;
  /** What the audit said at that time; null if it was recorded without its verdict. */
  readonly said: SaidThen | null;
}

/** No look of that time is kept: MM2 may have been less far than the length of the target log suggests. */
const UNLOOKED = { reckoning: 'ambiguous' } as const;

/**
 * Reads a flow from the history alone: neither cluster is asked. Null if the history does not reach back to that time.
 * @param asOf ms since the epoch, like `now`
 * @throws DamagedFrameError, HistoryStoreError
 */
export async function surveyAsOf(
  store: SnapshotStore,
  flow: Flow,
  asOf: number,
  now: number,
  filter: FlowFilter = {},
): Promise<FlowAsOf | null> {
  const found = await readStateAsOf(store, flowName(flow), asOf, now);
  if (found === null) return null;
  const { state, heldUntil, thinned, passedOver } = found;
  const origin = { asOf, takenAt: state.at, heldUntil, thinned, passedOver, unread: state.unread };
  return { ...flowAsOf(flow, found, filter), origin, said: state.said };
}

/** A flow as one state of its history tells it. */
export function flowAsOf(
  flow: Flow,
  known: KnownFlow,
  filter: FlowFilter = {},
): Pick<FlowAsOf, 'observation' | 'states'> {
  const whole = observationAsOf(flow, known, syncsTopicOf(flow));
  const observation = {
    ...whole,
    topics: whole.topics.filter(({ topic }) => filter.topic?.(topic) ?? true),
    groups: whole.groups.filter(({ listing }) => filter.group?.(listing.group) ?? true),
  };
  return { observation, states: partitionStates(observation, UNLOOKED) };
}
