import { type GroupState, judgeGroups } from '../judge/group-state.ts';
import type { FlowObservation, ObservedGroup } from '../judge/observation.ts';
import { type PartitionState, partitionState } from '../judge/partition-state.ts';
import { read } from '../model/outcome.ts';
import { PartitionMap } from '../model/partition-map.ts';
import { offsetOf } from '../model/report.ts';
import type { Landing } from './landing.ts';

/**
 * The positions on the target that correspond to earlier source commits. It uses the code that judges an audit, so a
 * restore and an audit of the same commits cannot disagree.
 * @param commits of source topics by group
 * @param states by source topic and partition
 */
export function landOnTarget(
  observation: FlowObservation,
  states: PartitionMap<PartitionState>,
  commits: ReadonlyMap<string, PartitionMap<bigint>>,
): ReadonlyMap<string, readonly Landing[]> {
  const groups = [...commits].map(([group, committed]) => asObserved(group, committed));
  const whole = new WholeLogs(observation);
  const landings = new Map<string, Landing[]>();
  for (const judged of judgeGroups({ ...observation, groups }, states)) {
    const name = judged.report.group;
    const landed = landings.get(name);
    if (landed === undefined) landings.set(name, [landingOf(judged, whole)]);
    else landed.push(landingOf(judged, whole));
  }
  return landings;
}

/** The group as an audit would have observed it at that time. */
export function asObserved(group: string, committed: PartitionMap<bigint>): ObservedGroup {
  const offsets = [...committed.entries()].map(([topic, partition, offset]) => ({ topic, partition, offset }));
  const listing = { group, state: 'Unknown', type: 'unknown', protocolType: '' } as const;
  return { listing, committed: read(offsets), checkedAt: 0 };
}

function landingOf({ state, report, translation, committed }: GroupState, whole: WholeLogs): Landing {
  const { topic, partition, target } = state;
  const { tidemark } = report;
  if (tidemark.kind === 'unknown' || target === null) {
    const why = state.targetMissing ? 'missing' : target === null ? 'log-unread' : 'unknown';
    return {
      kind: 'nowhere',
      topic,
      partition,
      why,
      reason: tidemark.reason ?? 'the corresponding position is not known',
    };
  }
  const { position, proof, rereadAtMost, skipAtMost, reason } = tidemark;
  const place = { kind: 'at', topic, partition, log: target, position, rereadAtMost, skipAtMost, proof } as const;
  const before =
    translation.kind === 'interval' && position === target.start ? whole.positionIn(state, committed) : null;
  if (before === null || before >= target.start) return { ...place, reason, clamped: null, unreadLoss: 0n };
  const gone = `the log now starts at ${target.start}: earlier records were deleted`;
  return {
    ...place,
    clamped: 'start',
    unreadLoss: target.start - before,
    reason: reason === null ? gone : `${gone}; ${reason}`,
  };
}

/** Judges positions as if the target logs still started at 0: the difference is what retention has deleted. */
class WholeLogs {
  readonly #observation: FlowObservation;
  readonly #states = new PartitionMap<PartitionState>();

  constructor(observation: FlowObservation) {
    this.#observation = observation;
  }

  positionIn({ topic, partition, target, records }: PartitionState, committed: bigint): bigint | null {
    if (target === null || target.start === 0n) return null;
    const state = this.#states.getOrCreate(topic.topic, partition, () => {
      const whole = topic.target?.map((log) => (log.kind === 'read' ? read({ ...log.value, start: 0n }) : log));
      return partitionState(this.#observation, { ...topic, target: whole ?? null }, partition, records);
    });
    const states = new PartitionMap<PartitionState>();
    states.set(topic.topic, partition, state);
    const commits = new PartitionMap<bigint>();
    commits.set(topic.topic, partition, committed);
    const [judged] = judgeGroups({ ...this.#observation, groups: [asObserved('', commits)] }, states);
    return judged === undefined ? null : offsetOf(judged.report.tidemark);
  }
}
