import { withoutHidden } from '../model/hidden-characters.ts';
import { iso } from '../model/iso-time.ts';
import { shellWord } from '../model/shell-word.ts';
import type { ApprovalNotice } from '../notify/approval-notice.ts';
import { approvalFacts, kindOfRun } from './approval-facts.ts';
import type { RunRecord } from './run-record.ts';

/** The message for the approvers of a run. `options`: words of a command that choose the configuration and the history. */
export function approvalNotice(
  record: RunRecord,
  {
    link,
    deployment,
    options,
  }: { readonly link: string | null; readonly deployment: string; readonly options: readonly string[] },
): ApprovalNotice {
  const { run, hash, subject, expiresAt, assessedBy } = record;
  return {
    title: withoutHidden(`APPROVAL NEEDED: ${kindOfRun(subject)} of ${subject.flow} [${deployment}]`),
    run,
    hash,
    facts: [`assessed by ${assessedBy}`, ...approvalFacts(record)].map((fact) => withoutHidden(fact)),
    until: iso(expiresAt),
    link,
    command: ['tidemark', 'failover', 'status', run, ...options].map(shellWord).join(' '),
  };
}
