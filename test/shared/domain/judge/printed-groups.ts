import { renderAuditJson } from '../../../../cli/output/audit-json.ts';
import type { FlowReport } from '../../../../shared/domain/model/report.ts';
import type { FlowCase, PartitionCase } from './case-shapes.ts';
import { judge } from './judge-case.ts';

/** A group as `tidemark.audit/1` prints it, its offsets and counts as numbers again. */
export interface PrintedGroup {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly committed: bigint;
  readonly commitCheckedAt: string;
  readonly mm2: {
    readonly position: bigint | null;
    readonly rereadAtMost: bigint | null;
    readonly skipAtMost: bigint | null;
    readonly from: string;
  };
  readonly tidemark: {
    readonly position: bigint | null;
    readonly high: bigint | null;
    readonly proof: string;
    readonly rereadAtMost: bigint | null;
    readonly skipAtMost: bigint | null;
    readonly reason?: string;
  };
}

const COUNTS = new Set(['committed', 'position', 'high', 'rereadAtMost', 'skipAtMost']);

/** The groups of a report as they are printed: tests of what is said do not depend on how the judge holds it. */
export function printedGroups(report: FlowReport): readonly PrintedGroup[] {
  const printed = [...renderAuditJson({ at: 0, flows: [report] })].join('');
  const { flows } = JSON.parse(printed, (key, value: unknown) =>
    typeof value === 'string' && COUNTS.has(key) ? BigInt(value) : value,
  ) as { flows: readonly [{ groups: readonly PrintedGroup[] }] };
  return flows[0].groups;
}

/** What is printed of the one group on the one partition. */
export function printedGroup(of: FlowCase): PrintedGroup {
  const [first, ...more] = printedGroups(judge(of));
  if (first === undefined || more.length > 0) throw new Error('a case with one position');
  return first;
}

/** Where Tidemark would put a group that has read up to `committed`. */
export function landing(partition: PartitionCase, committed: bigint, more: FlowCase = {}): PrintedGroup['tidemark'] {
  return printedGroup({ ...more, partition, position: { committed } }).tidemark;
}
