import type { AuditFilter } from '../audit/audit-filter.ts';
import { FlowMemory } from '../audit/audit-memory.ts';
import { lookAtRecords } from '../audit/look-at-records.ts';
import { observeFlow } from '../audit/observe-flow.ts';
import type { AuditPolicy } from '../domain/audit-policy.ts';
import { type Flow, flowName } from '../domain/flow.ts';
import type { FlowObservation } from '../domain/observation.ts';
import type { PartitionMap } from '../domain/partition-map.ts';
import type { RecordEvidence } from '../domain/partition-state.ts';
import { readStateAsOf } from '../history/read-history.ts';
import type { Clock, ClusterReader, SnapshotStore } from '../ports.ts';

/** Reads the flow as an audit would at this moment, records included, with all that the history knows of it. */
export async function observeNow(
  of: {
    readonly flow: Flow;
    readonly opposite: Flow | null;
    readonly policy: AuditPolicy;
    readonly source: ClusterReader;
    readonly target: ClusterReader;
    readonly history: SnapshotStore;
    readonly clock: Clock;
  },
  filter: AuditFilter,
): Promise<{ readonly observation: FlowObservation; readonly evidence: PartitionMap<RecordEvidence> }> {
  const { flow, opposite, policy, source, target, history, clock } = of;
  const now = () => clock.now();
  const memory = new FlowMemory();
  memory.known = await readStateAsOf(history, flowName(flow), now(), now());
  const observation = await observeFlow({ flow, source, target, opposite, filter, memory, now });
  return { observation, evidence: await lookAtRecords(observation, source, target, policy) };
}
