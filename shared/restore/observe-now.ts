import type { AuditFilter } from '../audit/audit-filter.ts';
import { AuditMemory } from '../audit/audit-memory.ts';
import { observeFlow } from '../audit/observe-flow.ts';
import { lookAtRecords } from '../audit/run-audit.ts';
import type { AuditPolicy } from '../domain/audit-policy.ts';
import type { Flow } from '../domain/flow.ts';
import type { FlowObservation } from '../domain/observation.ts';
import type { PartitionMap } from '../domain/partition-map.ts';
import type { RecordEvidence } from '../domain/partition-state.ts';
import type { Clock, ClusterReader } from '../ports.ts';

/** Reads the flow as an audit would at this moment, records included. */
export async function observeNow(
  of: {
    readonly flow: Flow;
    readonly opposite: Flow | null;
    readonly policy: AuditPolicy;
    readonly source: ClusterReader;
    readonly target: ClusterReader;
    readonly clock: Clock;
  },
  filter: AuditFilter,
): Promise<{ readonly observation: FlowObservation; readonly evidence: PartitionMap<RecordEvidence> }> {
  const { flow, opposite, policy, source, target, clock } = of;
  const now = () => clock.now();
  const observation = await observeFlow({ flow, source, target, opposite, filter, memory: new AuditMemory(), now });
  return { observation, evidence: await lookAtRecords(observation, source, target, policy) };
}
