import { prometheusText } from '../../../shared/adapters/prometheus/prometheus-text.ts';
import { chooseGroups } from '../../../shared/audit/group-places.ts';
import type { GroupPlaces } from '../../../shared/audit/group-places-store.ts';
import { flowHeartbeat, projectMetrics } from '../../../shared/audit/project-metrics.ts';
import { rankGroups } from '../../../shared/audit/rank-groups.ts';
import type { Metric } from '../../../shared/domain/model/metric.ts';
import type { AuditReport } from '../../../shared/domain/model/report.ts';
import type { ServedAudits } from './served-audits.ts';

/**
 * The text of `/metrics`. Within an hour of the clock no more groups than the limit have series of their own, as in
 * CloudWatch: every name that comes and goes stays in the store of Prometheus for as long as that keeps anything.
 */
export class MetricsText {
  readonly #flows: readonly string[];
  readonly #groupLimit: number;
  readonly #places = new Map<string, GroupPlaces>();
  #projected: { readonly of: AuditReport; readonly metrics: readonly Metric[] } | null = null;

  /** @param groupLimit the most groups of a flow with series of their own */
  constructor(flows: readonly string[], groupLimit: number) {
    this.#flows = flows;
    this.#groupLimit = groupLimit;
  }

  /** Numbers of an audit that failed, or is long ago, are unknown: only `tidemark_audit_completed` is there then, as 0. */
  async text(audits: ServedAudits, now: number): Promise<string> {
    const { report, intervalMs, durationMs } = audits;
    const isCurrent = report !== null && audits.isCurrent(now);
    return await prometheusText(isCurrent ? this.#metricsOf(report) : this.#notCompleted(audits, now), {
      tidemark_audit_interval_seconds: intervalMs / 1_000,
      tidemark_audit_timestamp_seconds: isCurrent ? report.at / 1_000 : null,
      tidemark_audit_duration_seconds: durationMs === null ? null : durationMs / 1_000,
    });
  }

  #metricsOf(report: AuditReport): readonly Metric[] {
    if (this.#projected?.of === report) return this.#projected.metrics;
    const metrics = [
      ...report.flows.flatMap((flow) => {
        const before = this.#places.get(flow.flow) ?? null;
        const places = chooseGroups(before, rankGroups(flow.groups), report.at, this.#groupLimit);
        this.#places.set(flow.flow, places);
        return projectMetrics(flow, new Set(places.since.keys()), { forAllFlows: false });
      }),
      ...report.flows.map(flowHeartbeat),
    ];
    this.#projected = { of: report, metrics };
    return metrics;
  }

  /** While the first audit is under way, its success is unknown. */
  #notCompleted(audits: ServedAudits, now: number): readonly Metric[] {
    if (audits.endedAt === null && !audits.isStuck(now)) return [];
    return this.#flows.map((flow) => ({
      name: 'AuditCompleted',
      dimensions: { Flow: flow },
      unit: 'Count',
      samples: [{ value: 0, count: 1 }],
    }));
  }
}
