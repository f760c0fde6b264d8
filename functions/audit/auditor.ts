import { createClusterReader } from '../../shared/adapters/kafka/cluster-reader.ts';
import { AuditMemory } from '../../shared/audit/audit-memory.ts';
import { runAudit } from '../../shared/audit/run-audit.ts';
import type { Clock } from '../../shared/ports.ts';
import type { AuditDependencies } from './audit-and-publish.ts';
import type { AuditKeeper } from './audit-keeper.ts';

/** Time that is kept for recording, after the clusters have to be read. */
const RECORDING_RESERVE_MS = 3_000;

/** Audits over Kafka; what one audit learned of the topics serves the next, as long as the function stays warm. */
export function createAuditor(clock: Clock, keeper: AuditKeeper): AuditDependencies['audit'] {
  const memory = new AuditMemory();
  return (config, { deadline, signal }) =>
    runAudit({
      config,
      clock,
      memory,
      history: keeper.begin({ deadline, signal }),
      reader: (alias) => {
        const connection = config.clusters.get(alias);
        if (connection === undefined) throw new Error(`flow of a cluster without connection: ${alias}`);
        const deadlineMs = Math.max(1, deadline - RECORDING_RESERVE_MS - clock.now());
        return createClusterReader(connection, { deadlineMs, signal });
      },
    });
}
