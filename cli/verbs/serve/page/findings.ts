import { countedFindings } from '../../../../shared/domain/judge/acknowledgements.ts';
import { worstFirst } from '../../../../shared/domain/judge/findings/make-finding.ts';
import { type Html, html } from '../../../../shared/domain/markup/html.ts';
import { grouped, plural } from '../../../../shared/domain/model/figures.ts';
import type { Finding } from '../../../../shared/domain/model/finding.ts';
import type { FlowReport } from '../../../../shared/domain/model/report.ts';
import { acknowledgedText, subjectText } from '../../../output/findings-table.ts';
import { tally } from '../../../output/text.ts';
import { more } from './more.ts';

/** Of one code: a thousand partitions can have the same fault. */
const SHOWN_OF_A_CODE = 3;
const SHOWN_UNREAD = 5;

/** Findings that count, worst first, each code with its section of the runbook; then those that people know about. */
export function findingsSection(flow: FlowReport): Html {
  const counted = worstFirst(countedFindings(flow.findings));
  const known = worstFirst(flow.findings.filter(({ acknowledged }) => acknowledged !== undefined));
  const title = counted.length === 0 ? 'No findings' : `Findings: ${tally(counted.map(({ severity }) => severity))}`;
  return html`<section><h3>${title}</h3>${byCode(counted)}
${known.length === 0 ? null : html`<details id="known"><summary>${plural(known.length, 'finding')} acknowledged, not counted</summary>${byCode(known)}</details>`}
${suppressed(flow)}${unreadParts(flow)}</section>`;
}

function byCode(sorted: readonly Finding[]): Html {
  const codes = Map.groupBy(sorted, ({ code, severity }) => `${severity} ${code}`);
  const items = [...codes.values()].flatMap(([first, ...rest]) => {
    if (first === undefined) return [];
    const { code, severity, runbook } = first;
    const shown = [first, ...rest].slice(0, SHOWN_OF_A_CODE);
    return [
      html`<li class="finding ${severity}"><span class="severity">${severity}</span> <strong>${code}</strong>
<a href="/runbook#${runbook.split('#')[1] ?? ''}">runbook<span class="hidden"> of ${code}</span></a>
${shown.map(sentence)}${more(rest.length + 1 - shown.length, 'finding')}</li>`,
    ];
  });
  return items.length === 0 ? html`` : html`<ul class="findings">${items}</ul>`;
}

function sentence(finding: Finding): Html {
  const subject = subjectText(finding);
  const { message, rule, acknowledged } = finding;
  const changed = rule === undefined ? '' : ` (${rule.was} without policy.rules[${rule.index}])`;
  return html`<p>${subject === '' ? null : html`<span class="name">${subject}</span>: `}${message}${changed}${
    acknowledged === undefined ? null : html`<br><span class="quiet">${acknowledgedText(acknowledged)}</span>`
  }</p>`;
}

function suppressed({ suppressed: all }: FlowReport): Html | null {
  if (all.length === 0) return null;
  return html`<p class="quiet">Turned off by policy.rules: ${tally(all.map(({ code, rule }) => `${code} (rules[${rule}])`))}</p>`;
}

function unreadParts({ unread }: FlowReport): Html | null {
  if (unread.length === 0) return null;
  const items = unread
    .slice(0, SHOWN_UNREAD)
    .map(
      ({ cluster, what, message, retriable }) =>
        html`<li>${cluster}: ${what}: ${message}${retriable ? ' (may pass)' : ''}</li>`,
    );
  return html`<details id="not-read" open><summary>${grouped(unread.length)} not read; what depends on it is unknown</summary><ul>${items}</ul>
${more(unread.length - items.length, 'part')}</details>`;
}
