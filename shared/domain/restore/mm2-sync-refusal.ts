import { policyOfFlow } from '../judge/audit-rules.ts';
import { livenessOf } from '../judge/liveness.ts';
import type { FlowObservation } from '../judge/observation.ts';
import type { PartitionState } from '../judge/partition-state.ts';
import { counted } from '../model/figures.ts';
import { flowName } from '../model/flow.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { Refusal } from './refusal.ts';
import type { RestoreInputs } from './restore-inputs.ts';
import type { PlannedGroup } from './restore-plan.ts';

/**
 * MM2's group sync moves a group without members forward if its position is before its last checkpoint, and leaves
 * other groups alone (`MirrorCheckpointTask.syncGroupOffset`). While the source is up, checkpoints follow the group
 * there. With a dead source, nothing shows whether MM2 runs. If it does, it keeps using its last checkpoints, which are
 * on the target.
 */
export function mm2SyncRefusal(
  { observation, onto, terms, policy }: RestoreInputs,
  states: PartitionMap<PartitionState>,
  groups: readonly PlannedGroup[],
): Refusal | null {
  const { flow, sourceDown } = observation;
  if (onto === 'source' || terms.evenIfMm2Syncs || !flow.syncGroupOffsets.enabled) return null;
  const behind = beforeCheckpoint(observation, groups);
  if (sourceDown !== null && behind === 0) return null;
  const { state } = livenessOf(observation, [...states.values()], policyOfFlow(policy, flowName(observation.flow)));
  if (sourceDown === null && (state === 'stopped' || state === 'never-started')) return null;
  const who =
    sourceDown === null
      ? 'MirrorMaker runs'
      : 'MirrorMaker may still run (the source is down, so heartbeats cannot show it)';
  const seconds = Math.ceil(flow.syncGroupOffsets.intervalMs / 1000);
  const many =
    behind === null
      ? ''
      : `; ${counted(behind, 'position of this plan is before its checkpoint', 'positions of this plan are before their checkpoints')}`;
  return {
    code: 'MM2_SYNCS_GROUPS',
    subject: { flow: flowName(flow), cluster: flow.target },
    reason: `${who} with sync.group.offsets.enabled: every ${seconds} s it moves groups forward to their checkpoints${many}`,
    remedy: 'Stop MirrorMaker, or disable sync.group.offsets.enabled. --even-if-mm2-syncs makes the plan anyway.',
  };
}

/** How many positions MM2's next group sync would move; null if its checkpoints were not read. */
function beforeCheckpoint({ checkpoints }: FlowObservation, groups: readonly PlannedGroup[]): number | null {
  if (checkpoints.kind === 'off' || checkpoints.kind === 'missing') return 0;
  if (checkpoints.kind === 'unread') return null;
  let count = 0;
  for (const { group, steps } of groups) {
    const known = checkpoints.value.byGroup.get(group);
    for (const { topic, partition, to } of steps) {
      const checkpoint = known?.get(topic, partition);
      if (checkpoint !== undefined && to < checkpoint.downstream) count++;
    }
  }
  return count;
}
