import { NothingRecordedError } from '../audit/audit-as-of.ts';
import { syncsTopicOf } from '../audit/read-mirror-topics.ts';
import { type Flow, flowName } from '../domain/flow.ts';
import { observationAsOf } from '../domain/history/observation-as-of.ts';
import { partitionStates } from '../domain/judge-flow.ts';
import { PartitionMap } from '../domain/partition-map.ts';
import { readStateAsOf } from '../history/read-history.ts';
import type { Clock, SnapshotStore } from '../ports.ts';
import { notMirrored, type TranslatedOffset, translated } from './translate-offset.ts';

export interface TranslateAsOfRequest {
  readonly flow: Flow;
  readonly topic: string;
  readonly partition: number;
  /** Source offset of the next record to be read, as a group commits it. */
  readonly offset: bigint;
  readonly store: SnapshotStore;
  /** ms since the epoch. */
  readonly asOf: number;
  readonly clock: Clock;
}

/**
 * Translates one offset by the mapping as of a time, from the history alone: neither cluster is asked.
 *
 * @throws NothingRecordedError, NotMirroredError, DamagedFrameError, HistoryStoreError
 */
export async function translateAsOf(request: TranslateAsOfRequest): Promise<TranslatedOffset> {
  const { flow, partition, store, asOf, clock } = request;
  const found = await readStateAsOf(store, flowName(flow), asOf, clock.now());
  if (found === null) throw new NothingRecordedError([flowName(flow)], asOf);
  const whole = observationAsOf(flow, found, syncsTopicOf(flow));
  const observation = { ...whole, topics: whole.topics.filter(({ topic }) => topic === request.topic) };
  const states = partitionStates(observation, new PartitionMap());
  const state = states.find((one) => one.partition === partition);
  if (state === undefined) throw notMirrored(request, states.length);
  const { heldUntil, thinned, passedOver } = found;
  const { at: takenAt, unread } = found.state;
  const noMapping = state.unread?.message ?? 'the history holds no offset sync of this partition as of then';
  return {
    ...translated(request, state, state.targetMissing ? null : noMapping),
    snapshot: { asOf, takenAt, heldUntil, thinned, passedOver, unread },
  };
}
