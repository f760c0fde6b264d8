import type { Severity } from '../../shared/contract/finding-codes.ts';
import { worstFirst } from '../../shared/domain/judge/findings/make-finding.ts';
import type { Finding } from '../../shared/domain/model/finding.ts';
import type { Unread } from '../../shared/domain/model/outcome.ts';
import type { TableOptions } from './table-options.ts';
import type { Style } from './terminal.ts';
import { plural, printable, tally, wrapped } from './text.ts';

const STYLES: Readonly<Record<Severity, Style>> = { critical: 'red', warning: 'yellow', info: 'dim' };
/** Of one code, for a thousand partitions can have the same fault. */
const SHOWN_OF_A_CODE = 3;
const SHOWN_UNREAD = 5;

/** Worst first, gathered by code; of each code the first few subjects, then how many more. */
export function findingLines(findings: readonly Finding[], { width, paint }: TableOptions): string[] {
  if (findings.length === 0) return [];
  const sorted = worstFirst(findings);
  const byCode = new Map<string, Finding[]>();
  for (const finding of sorted) {
    const same = byCode.get(finding.code);
    if (same === undefined) byCode.set(finding.code, [finding]);
    else same.push(finding);
  }
  const out = ['', paint('bold', `FINDINGS: ${tally(sorted.map((f) => f.severity))}`)];
  for (const [code, same] of byCode) {
    const [first] = same;
    if (first === undefined) continue;
    out.push(`${paint(STYLES[first.severity], first.severity.toUpperCase().padEnd(8))}  ${code}  ${first.runbook}`);
    for (const finding of same.slice(0, SHOWN_OF_A_CODE)) {
      const subject = subjectText(finding);
      out.push(
        ...wrapped(printable(subject === '' ? finding.message : `${subject}: ${finding.message}`), width, '    '),
      );
    }
    if (same.length > SHOWN_OF_A_CODE) out.push(`    and ${same.length - SHOWN_OF_A_CODE} more like these`);
  }
  return out;
}

/** What a finding is about, as far as its sentence does not already say it. */
export function subjectText({ subject, message }: Finding): string {
  const { cluster, topic, partition, group } = subject;
  const partitionOf = topic === undefined || partition === undefined ? topic : `${topic}-${partition}`;
  const named = [cluster, group, partitionOf].filter((part): part is string => part !== undefined);
  return named.filter((part) => !message.includes(part)).join(' ');
}

export function unreadLines(unread: readonly Unread[], { width, paint }: TableOptions): string[] {
  if (unread.length === 0) return [];
  const out = ['', paint('bold', `NOT READ: ${plural(unread.length, 'part')}; what depends on it is unknown`)];
  for (const one of unread.slice(0, SHOWN_UNREAD)) {
    const again = one.retriable ? ' (may pass)' : '';
    out.push(...wrapped(printable(`${one.cluster}: ${one.what}: ${one.message}${again}`), width, '    '));
  }
  if (unread.length > SHOWN_UNREAD) out.push(`    and ${tally(unread.slice(SHOWN_UNREAD).map((one) => one.error))}`);
  return out;
}
