import { type Flow, flowName } from '../domain/model/flow.ts';
import { NothingRecordedError } from '../history/history-errors.ts';
import type { SnapshotStore } from '../history/snapshot-store.ts';
import type { Clock } from '../ports.ts';
import { surveyAsOf } from '../survey/survey-as-of.ts';
import { notMirrored, type TranslatedOffset, translated } from './translate-offset.ts';

export interface TranslateAsOfRequest {
  readonly flow: Flow;
  readonly topic: string;
  readonly partition: number;
  /** Source offset of the next record to read, as a group commits it. */
  readonly offset: bigint;
  readonly store: SnapshotStore;
  /** ms since the epoch. */
  readonly asOf: number;
  readonly clock: Clock;
}

/**
 * Translates one offset with the mapping as of a time, from the history alone; it reads neither cluster.
 *
 * @throws NothingRecordedError, NotMirroredError, DamagedFrameError, HistoryStoreError
 */
export async function translateAsOf(request: TranslateAsOfRequest): Promise<TranslatedOffset> {
  const { flow, partition, store, asOf, clock } = request;
  const then = await surveyAsOf(store, flow, asOf, clock.now(), { topic: (name) => name === request.topic });
  if (then === null) throw new NothingRecordedError([flowName(flow)], asOf);
  const state = then.states.find((one) => one.partition === partition);
  if (state === undefined) throw notMirrored(request, then.states.length);
  const noMapping = state.unread?.message ?? 'the history has no offset sync of this partition as of that time';
  return { ...translated(request, state, state.targetMissing ? null : noMapping), snapshot: then.origin };
}
