import { type Html, html } from '../../../../shared/domain/markup/html.ts';
import { duration, grouped, plural } from '../../../../shared/domain/model/figures.ts';
import { iso } from '../../../../shared/domain/model/iso-time.ts';
import type { AuditReport, FlowReport, Verdict } from '../../../../shared/domain/model/report.ts';
import { figuresOf } from '../../../output/flow-figures.ts';
import { boundNote, lossText } from '../../../output/loss-text.ts';
import { snapshotLines } from '../../../output/snapshot-lines.ts';
import type { Answer } from '../answer.ts';
import type { LagPoint } from '../lag-log.ts';
import type { ServedAudits } from '../served-audits.ts';
import { documentAnswer } from './document.ts';
import { findingsSection } from './findings.ts';
import { groupsSection } from './groups.ts';
import { type Asked, linkTo } from './links.ts';
import { mappingSection, type ShownMapping } from './mapping.ts';
import { more } from './more.ts';
import { partitionsSection } from './partitions.ts';
import { sparkline } from './sparkline.ts';
import { timesForm } from './times.ts';

export interface AuditPage {
  /** ms since the epoch. */
  readonly now: number;
  readonly asked: Asked;
  readonly audits: ServedAudits;
  /** What is shown: of the past if a time was asked for; null if there is none. */
  readonly report: AuditReport | null;
  /** Why there is none of the asked time; null if there is one, or the present is shown. */
  readonly problem: string | null;
  /** Times to choose from, newest first: ms since the epoch. */
  readonly times: readonly number[];
  readonly lag: (flow: string) => readonly LagPoint[];
  /** Of the partition that was asked for; null if none was. */
  readonly mapping: ShownMapping | null;
}

const SHOWN_FLOWS = 50;
/** Until the first audit is there. */
const IMPATIENT_SECONDS = 2;

const VERDICTS: Readonly<Record<Verdict, { readonly text: string; readonly rank: number }>> = {
  'not-ready': { text: '✕ NOT READY', rank: 0 },
  unknown: { text: '? UNKNOWN', rank: 1 },
  'at-risk': { text: '! AT RISK', rank: 2 },
  ready: { text: '✓ READY', rank: 3 },
};

/** The one page: verdict and loss of each flow; then of one flow its findings, groups and partitions. */
export function auditPage(page: AuditPage): Answer {
  const { asked, audits, report, problem, times, now } = page;
  const isPast = asked.asOf !== null;
  const every = isPast
    ? null
    : report === null
      ? IMPATIENT_SECONDS
      : Math.max(IMPATIENT_SECONDS, audits.intervalMs / 1_000);
  const flows = worstFirst(report);
  const shown = shownFlow(report, asked);
  const content = html`${isPast ? pastBanner(page) : presentBanner(audits, now)}
${problem === null ? null : html`<p class="banner">${problem}</p>`}
${report === null ? null : flowCards(flows, shown, page)}
${timesForm(asked, times)}
${
  shown === null
    ? null
    : html`${flows.length > 1 ? html`<h2 class="name">${shown.flow}</h2>` : null}
${findingsSection(shown)}${groupsSection(shown, asked)}${page.mapping === null ? null : mappingSection(page.mapping)}${partitionsSection(shown, asked)}`
}`;
  const worst = flows[0];
  const title = worst === undefined ? 'Tidemark' : `${VERDICTS[worst.verdict].text} ${worst.flow} · Tidemark`;
  return documentAnswer(problem === null ? 200 : 404, { title, header: auditedAt(page), content, every });
}

/** The flow whose details are shown: that which was asked for, else the worst. */
export function shownFlow(report: AuditReport | null, asked: Asked): FlowReport | null {
  const flows = worstFirst(report);
  return flows.find(({ flow }) => flow === asked.flow) ?? flows[0] ?? null;
}

function worstFirst(report: AuditReport | null): readonly FlowReport[] {
  return [...(report?.flows ?? [])].sort((a, b) => VERDICTS[a.verdict].rank - VERDICTS[b.verdict].rank);
}

function auditedAt({ report, asked, now }: AuditPage): Html {
  if (report === null || asked.asOf !== null) return html``;
  const ago = duration(Math.max(0, now - report.at) / 1_000);
  return html`<p class="quiet">audited ${ago} before this page, at <time>${iso(report.at)}</time></p>`;
}

function presentBanner(audits: ServedAudits, now: number): Html | null {
  const { failure, report, endedAt, startedAt } = audits;
  const old = report === null ? '' : ` What follows is of ${iso(report.at)}, not of now.`;
  if (failure !== null) {
    return html`<p class="banner"><strong>The last audit failed</strong> at ${iso(failure.at)}: ${failure.message}.${old}</p>`;
  }
  if (audits.isStuck(now)) {
    const since = duration((now - (endedAt ?? startedAt)) / 1_000);
    return html`<p class="banner"><strong>Audits no longer end</strong>: the last one did so ${since} ago.${old}</p>`;
  }
  return report === null ? html`<p>The first audit is under way. This page shows it as soon as it is done.</p>` : null;
}

function pastBanner({ asked, report }: AuditPage): Html {
  const origin = report?.flows[0]?.snapshot ?? null;
  const time = origin === null ? asked.asOf : iso(origin.asOf);
  const back = linkTo({ ...asked, asOf: null });
  return html`<p class="banner past"><strong>The past, as of ${time}.</strong> From the history alone: no cluster was asked.
<a href="${back}">Back to now</a></p>`;
}

function flowCards(flows: readonly FlowReport[], shown: FlowReport | null, page: AuditPage): Html {
  const several = flows.length > 1;
  const cards = flows.slice(0, SHOWN_FLOWS).map((flow) => {
    const { asOf } = page.asked;
    const link = linkTo({ flow: flow.flow, group: null, partition: null, asOf });
    const name = several
      ? html`<a href="${link}"${flow === shown ? html` aria-current="true"` : null}>${flow.flow}</a>`
      : html`${flow.flow}`;
    return html`<li class="flow ${flow.verdict}"><div class="head"><h2 class="name">${name}</h2>
<span class="verdict">${VERDICTS[flow.verdict].text}</span></div>
<p class="loss">${lossText(flow)}</p><p class="quiet">${detailsOf(flow, page)}</p>${boundNote(flow) === null ? null : html`<p class="quiet">${boundNote(flow)}</p>`}
${flow.snapshot === null ? null : snapshotLines(flow.snapshot, Number.POSITIVE_INFINITY, '').map((line) => html`<p class="quiet">${line}</p>`)}
${sparkline(page.lag(flow.flow), flow.snapshot?.asOf ?? null)}</li>`;
  });
  return html`<ul class="flows">${cards}</ul>${more(flows.length - cards.length, 'flow')}`;
}

function detailsOf(flow: FlowReport, { report, now }: AuditPage): string {
  const { lag, unknownLag } = figuresOf(flow, report?.at ?? now);
  const unknown = lag === null || unknownLag === 0 ? '' : ` and ${plural(unknownLag, 'partition')} unknown`;
  const lagText = `lag ${lag === null ? 'unknown' : plural(lag, 'record')}${unknown}`;
  const size = `${plural(flow.partitions.length, 'partition')}, ${groupCount(flow)}`;
  const reasons = flow.reasons.length === 0 ? '' : ` · because of ${flow.reasons.join(', ')}`;
  return `${lagText} · ${size}${reasons}`;
}

function groupCount({ groups }: FlowReport): string {
  const count = new Set(groups.map(({ group }) => group)).size;
  return `${grouped(count)} ${count === 1 ? 'group' : 'groups'}`;
}
