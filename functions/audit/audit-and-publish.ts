import { heartbeatMetric, type ProjectionLimits, projectMetrics } from '../../shared/audit/project-metrics.ts';
import type { TidemarkConfig } from '../../shared/config/tidemark-config.ts';
import { AuthenticationError } from '../../shared/domain/model/errors.ts';
import type { AuditReport } from '../../shared/domain/model/report.ts';
import type { MetricSink } from '../../shared/ports.ts';
import { type AuditSummary, summarize } from './audit-summary.ts';

export interface AuditDependencies {
  readonly config: {
    load(options: { readonly signal: AbortSignal }): Promise<TidemarkConfig>;
    /** Makes the next load read the secrets again. */
    forgetSecrets(): void;
  };
  /** Audits every flow and ends by `deadline` (ms since the epoch). */
  audit(
    config: TidemarkConfig,
    options: { readonly deadline: number; readonly signal: AbortSignal },
  ): Promise<AuditReport>;
  readonly sink: MetricSink;
  readonly limits: ProjectionLimits;
}

/**
 * Runs one audit and publishes its metrics. The heartbeat is published last, in a request of its own: it shows that all
 * other metrics were accepted. The dead-man alarm therefore also notices an audit whose numbers never arrived.
 */
export async function auditAndPublish(
  dependencies: AuditDependencies,
  options: { readonly deadline: number; readonly signal: AbortSignal },
): Promise<AuditSummary> {
  const { config, audit, sink, limits } = dependencies;
  const { deadline, signal } = options;
  const report = await audit(await config.load({ signal }), { deadline, signal }).catch((error: unknown) => {
    if (error instanceof AuthenticationError) config.forgetSecrets();
    throw error;
  });
  // The password may have been rotated: read it again next time.
  if (report.flows.some(({ reasons }) => reasons.includes('ACCESS_REFUSED'))) config.forgetSecrets();
  await sink.publish(projectMetrics(report, limits), report.at, { signal });
  await sink.publish([heartbeatMetric(report)], report.at, { signal });
  return summarize(report);
}
