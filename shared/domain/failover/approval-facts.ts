import type { Json } from '../model/canonical-json.ts';
import { asBound, counted } from '../model/figures.ts';
import type { ApprovalSubject } from './approval-subject.ts';
import type { RunRecord } from './run-record.ts';
import { GATES } from './run-words.ts';

/** `planned failover`, `failback`. */
export function kindOfRun({ mode }: Pick<ApprovalSubject, 'mode'>): string {
  return mode === 'failback' ? 'failback' : `${mode} failover`;
}

/** What an approver weighs, one fact per line: what is covered, the numbers of the assessment, what was accepted. */
export function approvalFacts({ subject, figures }: Pick<RunRecord, 'subject' | 'figures'>): string[] {
  const { topics, groups, takesBack, accepted, rpoRecords, rtoSeconds } = subject;
  const objectives = [
    ...(rpoRecords === null ? [] : [`at most ${counted(rpoRecords, 'record')} lost`]),
    ...(rtoSeconds === null ? [] : [`at most ${rtoSeconds} s until it is done`]),
  ];
  return [
    `covers ${counted(topics.length, 'topic')} and ${counted(groups.length, 'consumer group')}`,
    ...(takesBack === undefined ? [] : [`takes back run ${takesBack.run}`]),
    ...figureFacts(figures),
    ...(objectives.length === 0 ? [] : [`objectives: ${objectives.join(', ')}`]),
    ...accepted.map((code) => `accepted, although it speaks against it: ${code}, ${GATES[code]}`),
  ];
}

/** The numbers of an assessment in words. */
export function figureFacts(figures: Json): string[] {
  if (typeof figures !== 'object' || figures === null || Array.isArray(figures)) return [];
  const known = new Map<string, Json>(Object.entries(figures));
  const of = (key: string): Json => known.get(key) ?? null;
  const loss = of('loss');
  const lost =
    typeof loss === 'object' && loss !== null && 'records' in loss
      ? lossFact(String(loss.records), String(loss.basis))
      : `the loss was unknown: ${typeof loss === 'object' && loss !== null && 'reason' in loss ? String(loss.reason) : ''}`;
  const reread = `groups read at most ${counted(String(of('rereadAtMost')), 'record')} again and skip at most ${String(of('skipAtMost'))}`;
  return [`verdict ${String(of('verdict'))}`, lost, reread];
}

function lossFact(records: string, basis: string): string {
  const text = counted(records, 'record was', 'records were');
  return `${asBound({ records, basis }, text)} not on the target (${basis})`;
}
