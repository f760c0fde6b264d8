import { createHash } from 'node:crypto';
import type { Acknowledgement, Finding } from '../../../../shared/domain/model/finding.ts';
import type { FlowReport } from '../../../../shared/domain/model/report.ts';
import type { FindingEvent } from '../../../../shared/domain/notify/finding-event.ts';
import { finding } from '../../../cli/verbs/sample-report.ts';

export const MINUTE = 60_000;
export const BEGIN = Date.UTC(2026, 10, 20, 10, 0, 0);

export const stopped = finding({ code: 'MIRROR_STOPPED', severity: 'critical', subject: {}, message: 'no heartbeat' });

export function skips(group: string, over: Partial<Finding> = {}): Finding {
  const subject = { group, topic: 'orders', partition: 0 };
  return finding({ code: 'TARGET_POSITION_SKIPS', severity: 'critical', subject, message: 'skips 961', ...over });
}

export const known: Acknowledgement = {
  id: 'a',
  flow: 'A->B',
  code: 'MIRROR_STOPPED',
  subject: {},
  reason: 'upgrade, OPS-12',
  by: 'kim',
  at: BEGIN,
  until: null,
  ending: null,
};

export function reportWith(findings: readonly Finding[], over: Partial<FlowReport> = {}): FlowReport {
  return {
    flow: 'A->B',
    verdict: findings.length === 0 ? 'ready' : 'not-ready',
    reasons: [],
    loss: { kind: 'known', records: 12n, seconds: 3, basis: 'proven' },
    partitions: [],
    groups: [],
    findings,
    suppressed: [],
    unread: [],
    snapshot: null,
    ...over,
  };
}

export const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** `opened MIRROR_STOPPED`, and the group if it is about one. */
export function told({ kind, finding: { code, subject } }: FindingEvent): string {
  return [kind, code, ...(subject.group === undefined ? [] : [subject.group])].join(' ');
}
