import { createClusterReader } from '../../shared/adapters/kafka/cluster-reader.ts';
import { AuditMemory } from '../../shared/audit/audit-memory.ts';
import { runAudit } from '../../shared/audit/run-audit.ts';
import type { Clock } from '../../shared/ports.ts';
import type { AuditDependencies } from './audit-and-publish.ts';

/** Audits over Kafka; what one audit learned of the topics serves the next, as long as the function stays warm. */
export function createAuditor(clock: Clock): AuditDependencies['audit'] {
  const memory = new AuditMemory();
  return (config, { deadline, signal }) =>
    runAudit({
      config,
      clock,
      memory,
      reader: (alias) => {
        const connection = config.clusters.get(alias);
        if (connection === undefined) throw new Error(`flow of a cluster without connection: ${alias}`);
        return createClusterReader(connection, { deadlineMs: Math.max(1, deadline - clock.now()), signal });
      },
    });
}
