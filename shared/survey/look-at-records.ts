import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import { policyOfFlow } from '../domain/judge/audit-rules.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import type { PartitionState } from '../domain/judge/partition-state.ts';
import { type ProbeAnswer, planProbes, recordEvidence } from '../domain/judge/probes.ts';
import type { RecordEvidence } from '../domain/judge/record-evidence.ts';
import { flowName } from '../domain/model/flow.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { ClusterReader } from '../ports.ts';

/** Runs the probes that the domain asks for, one batch a side. */
export async function lookAtRecords(
  observation: FlowObservation,
  states: readonly PartitionState[],
  source: ClusterReader,
  target: ClusterReader,
  policy: AuditPolicy,
): Promise<PartitionMap<RecordEvidence>> {
  if (observation.sourceDown !== null) return new PartitionMap();
  const probes = planProbes(observation, states, policyOfFlow(policy, flowName(observation.flow)).probeBudget);
  const onTarget = probes.flatMap((probe) => probe.target ?? []);
  const [sourceAnswers, targetAnswers] = await Promise.all([
    probes.length === 0 ? [] : source.peek(probes.flatMap((probe) => [probe.source, ...(probe.beside ?? [])])),
    onTarget.length === 0 ? [] : target.peek(onTarget),
  ]);
  let [nextOnSource, nextOnTarget] = [0, 0];
  const answers = probes.map((probe): ProbeAnswer => {
    const asked = 1 + (probe.beside ?? []).length;
    const [found = null, ...beside] = sourceAnswers.slice(nextOnSource, nextOnSource + asked);
    nextOnSource += asked;
    const onTargetToo = probe.target === null ? null : (targetAnswers[nextOnTarget++] ?? null);
    return { probe, source: found, target: onTargetToo, beside };
  });
  return recordEvidence(answers);
}
