import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import { policyOfFlow } from '../domain/judge/audit-rules.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import type { PartitionState, RecordEvidence } from '../domain/judge/partition-state.ts';
import { type ProbeAnswer, planProbes, recordEvidence } from '../domain/judge/probes.ts';
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
    probes.length === 0 ? [] : source.peek(probes.map((probe) => probe.source)),
    onTarget.length === 0 ? [] : target.peek(onTarget),
  ]);
  let next = 0;
  const answers = probes.map((probe, i): ProbeAnswer => {
    const onTargetToo = probe.target === null ? null : (targetAnswers[next++] ?? null);
    return { probe, source: sourceAnswers[i] ?? null, target: onTargetToo };
  });
  return recordEvidence(answers);
}
