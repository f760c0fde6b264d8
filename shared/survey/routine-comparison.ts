import type { VerifiedPair } from '../domain/history/next-state.ts';
import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import { type JudgedGroup, judgeGroups, judgeGroupsAgain } from '../domain/judge/group-state.ts';
import { statesByPartition } from '../domain/judge/judge-flow.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import { changedStates, type PartitionState, withEvidence } from '../domain/judge/partition-state.ts';
import { waitsElsewhere } from '../domain/judge/probes.ts';
import type { RecordEvidence } from '../domain/judge/record-evidence.ts';
import { type Spot, sampleSpots } from '../domain/judge/sample-spots.ts';
import { skipLooks } from '../domain/judge/skipped-records.ts';
import { isOpen } from '../domain/mirror/translation.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { ClusterReader } from '../ports.ts';
import { comparePartitions } from './compare-partitions.ts';
import { lookAtRecords } from './look-at-records.ts';

/** What every audit compares: spots, and bytes of record batches that both clusters send. */
const SPOTS = 24;
const BUDGET_BYTES = 2 * 1024 * 1024;
/** More would need more requests: reads at the same time share them. */
const WIDEN_AT_MOST = 1;

export interface RoutineComparison {
  /** Of all partitions, with what was found. */
  readonly states: readonly PartitionState[];
  /** All groups, judged by these states. */
  readonly groups: readonly JudgedGroup[];
  readonly pairs: readonly VerifiedPair[];
}

/**
 * Compares the records around a few spots, other ones at each audit. A position that this could not improve stays as
 * the syncs say: nobody asked for a comparison, so nothing is reported of one that was too long. Only reads.
 */
export async function compareRoutinely(
  observation: FlowObservation,
  states: readonly PartitionState[],
  source: ClusterReader,
  target: ClusterReader,
  policy: AuditPolicy,
): Promise<RoutineComparison> {
  const judged = judgeGroups(observation, statesByPartition(states));
  const spots = sampleSpots(states, judged, observation.at, SPOTS);
  const { evidence, pairs } = await comparePartitions(observation, spots, source, target, {
    budgetBytes: BUDGET_BYTES,
    atOnce: SPOTS,
    widenAtMost: WIDEN_AT_MOST,
  });
  const compared = withEvidence(observation, states, settledOnly(evidence, spots));
  // Where the last record was recognised, MM2 is further than it seemed, and another record waits.
  const moved = compared.filter(waitsElsewhere);
  const found =
    moved.length === 0
      ? compared
      : withEvidence(observation, compared, await lookAtRecords(observation, moved, source, target, policy));
  const groups = judgeGroupsAgain(judged, changedStates(states, found));
  const absent = await absentRecords(groups, target);
  const known = withEvidence(observation, found, absent);
  return { states: known, groups: judgeGroupsAgain(groups, changedStates(found, known)), pairs };
}

/** Looks whether the target has any of the records that groups would skip: compaction may have removed them all. */
async function absentRecords(
  groups: readonly JudgedGroup[],
  target: ClusterReader,
): Promise<PartitionMap<RecordEvidence>> {
  const found = new PartitionMap<RecordEvidence>();
  const looks = skipLooks(groups, SPOTS);
  if (looks.length === 0) return found;
  const peeks = await target.peek(looks.map(({ request }) => request));
  for (const [i, { topic, partition, from, until }] of looks.entries()) {
    const peek = peeks[i];
    if (peek?.kind !== 'read' || peek.value.record !== null || peek.value.scannedTo < until) continue;
    const { absent = [] } = found.get(topic, partition) ?? {};
    found.set(topic, partition, { absent: [...absent, { from, until }] });
  }
  return found;
}

/**
 * A position that was exact stays exact although it was compared: the sample differs from audit to audit, and the
 * report of an unchanged flow must not. A contradiction that is not certain is left out: a transform in MM2 changes every
 * record, and the audit would warn about it forever.
 */
function settledOnly(evidence: PartitionMap<RecordEvidence>, spots: readonly Spot[]): PartitionMap<RecordEvidence> {
  const wereOpen = new PartitionMap<Set<bigint>>();
  for (const { state, upstream, translation } of spots) {
    if (!isOpen(translation)) continue;
    const { topic } = state.topic;
    const offsets = wereOpen.get(topic, state.partition) ?? new Set();
    wereOpen.set(topic, state.partition, offsets.add(upstream));
  }
  const settled = new PartitionMap<RecordEvidence>();
  for (const [topic, partition, { verified = new Map(), ...rest }] of evidence.entries()) {
    const open = wereOpen.get(topic, partition) ?? new Set();
    const refutations = (rest.refutations ?? []).filter(({ certain }) => certain);
    const refuted = new Set(refutations.map(({ upstream }) => upstream));
    const better = new Map(
      [...verified].filter(([upstream, found]) =>
        found.kind === 'unknown' ? refuted.has(upstream) : open.has(upstream) && !isOpen(found),
      ),
    );
    if (better.size > 0 || rest.tail !== undefined || rest.explained !== undefined || refutations.length > 0) {
      settled.set(topic, partition, { ...rest, verified: better, refutations });
    }
  }
  return settled;
}
