import type { Age, AgeSubject, MirrorAges } from '../model/report.ts';
import type { JudgedGroup } from './group-state.ts';
import { type Liveness, mirrorTime, workedUntil } from './liveness.ts';
import type { FlowObservation } from './observation.ts';
import type { PartitionState } from './partition-state.ts';

/**
 * How long MM2 has owed a newer mapping and newer checkpoints. What it wrote long ago is no fault while nothing has changed
 * since, so the age of the last write alone would alarm on every quiet topic.
 */
export function mirrorAges(
  observation: FlowObservation,
  states: readonly PartitionState[],
  groups: readonly JudgedGroup[],
  liveness: Liveness,
): MirrorAges {
  return { mapping: mappingAge(observation, states), checkpoints: checkpointAge(observation, groups, liveness) };
}

/**
 * MM2 means to write an offset sync at the latest when it has mirrored `offset.lag.max` records past the last one
 * (`OffsetSyncWriter` of Kafka 4.3's MirrorMaker). Connect's offsets show how far it has mirrored, and both times are of the
 * same clock.
 */
function mappingAge(observation: FlowObservation, states: readonly PartitionState[]): Age {
  const { syncs, connectOffsets, flow } = observation;
  if (syncs.kind !== 'read') return unknown('the offset syncs could not be read');
  if (connectOffsets.kind !== 'read') return unknown('the offsets of Kafka Connect could not be read');
  let mirrored = 0;
  let judged = 0;
  let found: Aged | null = null;
  for (const { connect, mapping, source, sourceRecreated, topic, partition } of states) {
    if (connect === null) continue;
    mirrored++;
    const newest = mapping?.newestSync() ?? null;
    // Connect's offset may be one of another log of this name.
    const isOther = source === null || sourceRecreated !== null || connect.offset >= source.highWatermark;
    if (newest === null || isOther) continue;
    judged++;
    if (connect.offset - newest.upstream <= BigInt(flow.offsetLagMax)) continue;
    const ms = Number(connect.timestamp - newest.timestamp);
    if (ms > (found?.ms ?? 0)) found = { ms, of: { topic: topic.topic, partition } };
  }
  if (judged === 0 && mirrored > 0) return unknown('no partition has an offset sync of its present logs');
  return ageOf(found);
}

/** How long MM2 has owed a group another checkpoint: the one that a failover would use is as old as this. */
function checkpointAge(observation: FlowObservation, groups: readonly JudgedGroup[], liveness: Liveness): Age {
  if (observation.checkpoints.kind !== 'read') return unknown('the checkpoints could not be read');
  // What MM2 did not do after its last sign of life is no fault of its checkpoints: it may be dead.
  const until = workedUntil(liveness, mirrorTime(observation));
  let found: Aged | null = null;
  for (const group of groups) found = oldestOwed(group, until, found);
  return ageOf(found);
}

/** The checkpoint that MM2 has owed one group for the longest, if that is longer than another group's. */
function oldestOwed({ pairs }: JudgedGroup, until: number, before: Aged | null): Aged | null {
  let found = before;
  for (const pair of pairs) {
    const checkpoint = pair.checkpointOwed === 0n ? null : pair.checkpoint;
    if (checkpoint === null) continue;
    const ms = until - Number(checkpoint.timestamp);
    const { group, topic, partition } = pair.report;
    if (ms > (found?.ms ?? 0)) found = { ms, of: { group, topic, partition } };
  }
  return found;
}

interface Aged {
  readonly ms: number;
  readonly of: AgeSubject;
}

function ageOf(oldest: Aged | null): Age {
  if (oldest === null || oldest.ms <= 0) return { kind: 'known', seconds: 0 };
  return { kind: 'known', seconds: oldest.ms / 1_000, of: oldest.of };
}

function unknown(reason: string): Age {
  return { kind: 'unknown', reason };
}
