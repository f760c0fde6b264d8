import type { AuditReport } from '../../../../shared/domain/model/report.ts';
import { groupSummaries } from './group-summary.ts';
import { partitionsWorstFirst } from './partitions.ts';

/** Sorts what the page shows, so that nobody who opens it waits for that: of a large flow it takes a second. */
export function preparePage({ flows }: AuditReport): void {
  for (const flow of flows) {
    groupSummaries(flow);
    partitionsWorstFirst(flow);
  }
}
