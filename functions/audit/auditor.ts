import { createConnectorReader } from '../../shared/adapters/connect-rest/connector-reader.ts';
import { createMetricsReader } from '../../shared/adapters/connect-rest/metrics-reader.ts';
import { createClusterReader } from '../../shared/adapters/kafka/cluster-reader.ts';
import { AuditMemory } from '../../shared/audit/audit-memory.ts';
import { type FlowPart, flowsOfPart } from '../../shared/audit/flow-part.ts';
import { runAudit } from '../../shared/audit/run-audit.ts';
import { flowName } from '../../shared/domain/model/flow.ts';
import type { Clock } from '../../shared/ports.ts';
import type { AuditDependencies } from './audit-and-publish.ts';
import type { AuditKeeper } from './audit-keeper.ts';

/** Time reserved for storing the audit after the clusters were read. */
const RECORDING_RESERVE_MS = 3_000;

/** Runs audits of a part of the flows. While the function stays warm, an audit reuses what earlier ones read from MM2's topics. */
export function createAuditor(clock: Clock, keeper: AuditKeeper, part: FlowPart): AuditDependencies['audit'] {
  const memory = new AuditMemory();
  return (config, { deadline, signal, finished }) => {
    const limits = () => ({ deadlineMs: Math.max(1, deadline - RECORDING_RESERVE_MS - clock.now()), signal });
    // The whole configuration stays: a flow is also judged by its opposite, which another function may audit.
    const own = new Set(flowsOfPart(config.flows, part).map(flowName));
    return runAudit({
      config,
      filter: { flow: (name) => own.has(name) },
      clock,
      memory,
      finished,
      history: keeper.begin({ deadline, signal }),
      acknowledgements: keeper.acknowledgements,
      reader: (alias) => {
        const connection = config.clusters.get(alias);
        if (connection === undefined) throw new Error(`cluster ${alias} of a flow has no connection`);
        return createClusterReader(connection, limits());
      },
      connectors: (flow) => {
        const connection = config.connect?.get(flow);
        return connection === undefined ? null : createConnectorReader(connection, limits());
      },
      metrics: (flow) => {
        const connection = config.metrics?.get(flow);
        return connection === undefined ? null : createMetricsReader(connection, limits());
      },
    });
  };
}
