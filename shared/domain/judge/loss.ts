import { reckonedEnd } from '../mirror/replication.ts';
import { counted } from '../model/figures.ts';
import type { Loss } from '../model/report.ts';
import { deletedBeforeMirrored, mayBeDeletedBefore, surelyDeletedBefore } from './findings/missing-findings.ts';
import { missingRecords } from './missing-stretches.ts';
import type { FlowObservation } from './observation.ts';
import { oldestLost } from './oldest-lost.ts';
import { areOld, lagOf, type PartitionState } from './partition-state.ts';
import { isSparse, waitingRecords } from './waiting-records.ts';

/** Records that MM2 will never bring to the target. */
export function missingOf(state: PartitionState): bigint {
  return missingRecords(state) + deletedBeforeMirrored(state);
}

/** What a failover now would lose. One unknown partition makes the sum unknown. */
export function lossOf(observation: FlowObservation, states: readonly PartitionState[]): Loss {
  const down = observation.sourceDown ?? observation.targetDown;
  if (down !== null) return { kind: 'unknown', reason: `${down.message}${lastKnownLoss(observation, states)}` };
  const { syncs } = observation;
  if (syncs.kind === 'unread' && syncs.known === null && states.length > 0) {
    // The length of the target log says nothing: it may have records of an earlier topic of that name.
    return { kind: 'unknown', reason: syncs.unread.message };
  }
  let records = 0n;
  let seconds: number | null = 0;
  let proven = true;
  let unknown = 0;
  let reason = '';
  for (const state of states) {
    const { lag } = lagOf(state);
    if (lag.kind === 'unknown') {
      unknown++;
      reason ||= lag.reason;
      continue;
    }
    if (state.target === null && !state.targetMissing) {
      // What MM2 has acknowledged may be gone from the target, and nobody can look.
      unknown++;
      reason ||= state.unread?.message ?? 'the target partition could not be read';
      continue;
    }
    const missing = missingOf(state);
    const waiting = waitingRecords(state);
    records += waiting.most + missing;
    if (lag.basis !== 'proven' || missing > 0n || waiting.most > waiting.least || mayBeDeletedBefore(state))
      proven = false;
    if (seconds === null || (lag.records === 0n && missing === 0n)) continue;
    const since: number | null = oldestLost(observation, state);
    seconds = since === null ? null : Math.max(seconds, (observation.at - since) / 1000);
  }
  if (unknown > 0) {
    return { kind: 'unknown', reason: `${unknown} of ${counted(states.length, 'partition')}: ${reason}` };
  }
  return { kind: 'known', records, seconds, basis: proven ? 'proven' : 'estimated' };
}

/**
 * What a failover now loses at least: without the stretches that no probe has shown to hold a record, and without the
 * lag if it is not known what MM2 has acknowledged: the syncs could not be read, or a cut made them void. Then only what
 * Connect has not committed waits for certain.
 */
export function lossAtLeast({ syncs }: FlowObservation, states: readonly PartitionState[]): bigint {
  let records = 0n;
  const sparse = new Set(states.filter(isSparse).map(({ topic }) => topic.topic));
  for (const state of states) {
    // What counting has shown of one partition of a topic may be so in all of them.
    const isUncounted = state.records.waitingCount === undefined && sparse.has(state.topic.topic);
    if (!areOld(syncs) && !isUncounted) records += waitingRecords(state).least;
    for (const { atLeast } of state.missing) records += atLeast;
    records += surelyDeletedBefore(state);
  }
  return records;
}

/**
 * If the source is down: how many of its last known records MM2 has not acknowledged. It is added to the reason why the
 * loss is unknown.
 */
function lastKnownLoss({ remembered, sourceDown }: FlowObservation, states: readonly PartitionState[]): string {
  if (remembered === null || sourceDown === null) return '';
  let records = 0n;
  let partitions = 0;
  for (const { topic, partition, mapping } of states) {
    const end = remembered.sourceEnd(topic.topic, partition);
    const acknowledged = mapping?.furthestUpstream() ?? null;
    if (end === null || mapping === null || acknowledged === null) continue;
    const reckoned = reckonedEnd(mapping, end) ?? 0n;
    const reached = reckoned > acknowledged + 1n ? reckoned : acknowledged + 1n;
    partitions++;
    if (end > reached) records += end - reached;
  }
  if (partitions === 0) return '';
  const at = new Date(remembered.readAt.source).toISOString();
  const of = partitions === states.length ? '' : ` (${partitions} of ${counted(states.length, 'partition')})`;
  return `; of the records that it held at ${at}, an estimated ${records} are not on the target${of}, and it is not known what came after`;
}
