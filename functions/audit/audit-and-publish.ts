import { flowHeartbeat, heartbeatMetric, projectMetrics } from '../../shared/audit/project-metrics.ts';
import type { PublishedGroups } from '../../shared/audit/published-groups.ts';
import type { TidemarkConfig } from '../../shared/config/tidemark-config.ts';
import { alarmsAreTogether } from '../../shared/contract/alarms.ts';
import { AuthenticationError } from '../../shared/domain/model/errors.ts';
import type { AuditReport } from '../../shared/domain/model/report.ts';
import type { MetricSink } from '../../shared/ports.ts';
import { type AuditSummary, summarize } from './audit-summary.ts';

export interface AuditDependencies<Config extends { readonly flows: readonly unknown[] } = TidemarkConfig> {
  readonly config: {
    load(options: { readonly signal: AbortSignal }): Promise<Config>;
    /** Makes the next load read the secrets again. */
    forgetSecrets(): void;
  };
  /** Audits every flow and ends by `deadline` (ms since the epoch). */
  audit(
    config: Config,
    options: {
      readonly deadline: number;
      readonly signal: AbortSignal;
      /** To be called with the report of each flow as soon as it is done. Never throws. */
      readonly finished: (report: AuditReport) => Promise<void>;
    },
  ): Promise<AuditReport>;
  readonly sink: MetricSink;
  /** Chooses the groups with metrics of their own. */
  readonly groups: Pick<PublishedGroups, 'choose'>;
}

/**
 * Runs one audit and publishes the metrics of each flow as soon as it is done, with its heartbeat. So a flow that refuses or
 * hangs neither delays nor loses the metrics of another one. The heartbeat of the whole audit comes at the end, in a
 * request of its own: it shows that all other metrics were accepted. The dead-man alarms therefore also notice an audit
 * whose numbers never arrived. Each of several functions adds its own heartbeat: the alarm needs the sum of all.
 * @throws MetricPublishError for the first flow whose metrics were not all accepted, after all flows are done
 */
export async function auditAndPublish<Config extends { readonly flows: readonly unknown[] }>(
  dependencies: AuditDependencies<Config>,
  options: { readonly deadline: number; readonly signal: AbortSignal },
): Promise<AuditSummary> {
  const { config, audit, sink, groups } = dependencies;
  const { signal } = options;
  const failures: unknown[] = [];
  const loaded = await config.load({ signal });
  const forAllFlows = alarmsAreTogether(loaded.flows.length);
  const finished = async (report: AuditReport) => {
    // The password may have been rotated: read it again next time.
    if (report.flows.some(({ reasons }) => reasons.includes('ACCESS_REFUSED'))) config.forgetSecrets();
    try {
      for (const flow of report.flows) {
        const named = await groups.choose(flow, report.at);
        const heartbeat = flowHeartbeat(flow);
        await sink.publish(projectMetrics(flow, named, { forAllFlows }), report.at, { signal, heartbeat });
      }
    } catch (error) {
      failures.push(error);
    }
  };
  const report = await audit(loaded, { ...options, finished }).catch((error: unknown) => {
    if (error instanceof AuthenticationError) config.forgetSecrets();
    throw error;
  });
  if (failures.length > 0) throw failures[0];
  await sink.publish([heartbeatMetric(report)], report.at, { signal });
  return summarize(report);
}
