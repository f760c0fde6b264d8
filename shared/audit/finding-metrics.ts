import type { FindingCode } from '../contract/finding-codes.ts';
import type { MetricName } from '../contract/metrics.ts';
import { countedFindings } from '../domain/judge/acknowledgements.ts';
import type { Finding } from '../domain/model/finding.ts';
import type { FlowReport } from '../domain/model/report.ts';

type Counted = 'findings' | 'critical findings' | 'groups' | 'groups with critical findings';

/** Metrics that count findings, so that an alarm knows what people have acknowledged and what rules turned off. */
const COUNTED = {
  // A checkpoint or heartbeat connector that has failed is a warning, and the flow is mirrored in spite of it.
  MirrorNotRunning: {
    codes: ['MIRROR_STOPPED', 'MIRROR_NEVER_STARTED', 'MIRROR_TASK_FAILED'],
    count: 'critical findings',
  },
  CheckpointsBehind: {
    codes: ['CHECKPOINTS_MISSING', 'CHECKPOINT_BEHIND', 'CHECKPOINT_NEVER_EMITTED'],
    count: 'findings',
  },
  // As a warning a skip is only possible, as every one is while the source is gone: its alarm wakes nobody up for that.
  GroupsSkipping: { codes: ['TARGET_POSITION_SKIPS', 'GROUP_RECORDS_EXPIRED'], count: 'groups with critical findings' },
  GroupsRereading: { codes: ['GROUP_REREADS_MUCH'], count: 'groups' },
  GroupsUntranslatable: { codes: ['GROUP_UNTRANSLATABLE'], count: 'groups' },
  HistoryNotRecorded: { codes: ['HISTORY_NOT_RECORDED'], count: 'findings' },
} as const satisfies Partial<Record<MetricName, { readonly codes: readonly FindingCode[]; readonly count: Counted }>>;

/** How many findings, or groups with findings, count in this audit: 0 if none does. */
export function countsOfFindings({ findings }: Pick<FlowReport, 'findings'>): readonly [MetricName, number][] {
  const counted = countedFindings(findings);
  return Object.entries(COUNTED).map(([name, { codes, count }]) => {
    const wanted: readonly FindingCode[] = codes;
    const found = counted.filter(({ code }) => wanted.includes(code));
    return [name as keyof typeof COUNTED, countOf(found, count)];
  });
}

function countOf(found: readonly Finding[], count: Counted): number {
  const critical = found.filter(({ severity }) => severity === 'critical');
  switch (count) {
    case 'findings':
      return found.length;
    case 'critical findings':
      return critical.length;
    case 'groups':
      return groupsIn(found);
    case 'groups with critical findings':
      return groupsIn(critical);
  }
}

function groupsIn(findings: readonly Finding[]): number {
  return new Set(findings.map(({ subject }) => subject.group)).size;
}
