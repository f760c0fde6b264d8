import { Html, html } from '../../../shared/domain/markup/html.ts';
import { duration, grouped, plural } from '../../../shared/domain/model/figures.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import { costOf, type GroupReport, offsetOf, proofOf } from '../../../shared/domain/model/report.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import { lossText } from '../../output/loss-text.ts';
import { tally } from '../../output/text.ts';
import { worstGroupsFirst } from '../../output/worst-first.ts';
import { type Standing, timeOf } from './flow-period.ts';
import { lossPlot, strip } from './plots.ts';
import type { ReportData, ReportedFlow, ReportedRun } from './report-data.ts';
import { STYLE } from './style.ts';

/** Nothing is loaded and no script runs, wherever the file is opened. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
/** A person reads no more; the JSON has all. */
const MOST_ROWS = 200;

/** The report as one HTML file that needs nothing else. */
export function renderReportPage(data: ReportData): string {
  const { from, to, madeAt, flows } = data;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>Tidemark: disaster recovery from ${iso(from)} to ${iso(to)}</title>
<link rel="icon" href="data:,"><style>${new Html(STYLE)}</style></head><body><main>
<h1>Disaster recovery of ${plural(flows.length, 'flow')}</h1>
<p>From <time>${iso(from)}</time> to <time>${iso(to)}</time></p>
<p class="quiet">Made by Tidemark at ${iso(madeAt)} from its history of audits; no cluster was asked. What no audit looked at is unknown.</p>
${flows.map((flow) => flowSection(flow, data))}
</main></body></html>
`;
  return page.text;
}

function flowSection(reported: ReportedFlow, data: ReportData): Html {
  const { flow, period, last, rpoRecords, audits } = reported;
  const says = `Verdict over time: ${shares(period.verdicts)}`;
  return html`<section><h2><span class="name">${flow}</span></h2>
<p>At the end: ${word(last.verdict)}; ${lossText(last)}</p>
<h3>Objectives</h3>
<div class="wide" tabindex="0" role="region" aria-label="Objectives"><table><thead><tr><th scope="col">Objective</th><th scope="col">Agreed</th><th scope="col">Found</th></tr></thead><tbody>
${rpoRow(reported)}${rtoRow(reported)}</tbody></table></div>
<figure><figcaption>${says}</figcaption>${strip(period.verdicts, data, says)}</figure>
${rpoRecords === null ? null : html`<figure><figcaption>Records at risk (RPO): ${shares(period.rpo)}</figcaption>${strip(period.rpo, data, `RPO over time: ${shares(period.rpo)}`)}</figure>`}
${lossPlot(period, data, rpoRecords)}
<p class="quiet axis"><span>${iso(data.from)}</span><span>${iso(data.to)}</span></p>
${eventsTable(reported)}${findingsTable(reported)}${groupsTable(reported)}
<h3>Evidence</h3>
<p>${plural(audits.recorded, 'recorded state')} between ${iso(audits.first)} and ${iso(audits.last)}.
${audits.read === audits.recorded ? null : html`<span class="word broken">Only ${grouped(audits.read)} of them were read for this report: what held between them is missing.</span>`}
${audits.damaged === 0 ? null : html`<span class="word broken">${plural(audits.damaged, 'state')} of the history cannot be read.</span>`}</p>
<p class="quiet">The positions of groups and the logs of any of these times: tidemark snapshots show --as-of TIME.</p></section>`;
}

function rpoRow({ rpoRecords, period: { rpo } }: ReportedFlow): Html {
  if (rpoRecords === null) return row('Records at risk (RPO)', html`none is configured`, html`not judged`);
  const standing: Standing = timeOf(rpo, 'broken') > 0 ? 'broken' : timeOf(rpo, 'unknown') > 0 ? 'unknown' : 'kept';
  return row(
    'Records at risk (RPO)',
    html`at most ${plural(rpoRecords, 'record')}`,
    html`${word(standing)}: ${shares(rpo)}`,
  );
}

function rtoRow({ rtoSeconds, runs }: ReportedFlow): Html {
  const agreed = rtoSeconds === null ? html`none is configured` : html`at most ${duration(rtoSeconds)}`;
  if (runs.length === 0) return row('Time to fail over (RTO)', agreed, html`not tried in this period`);
  return row('Time to fail over (RTO)', agreed, html`${runs.map((run) => runLine(run, rtoSeconds))}`);
}

function runLine({ run, mode, phase, tookMs, evidence }: ReportedRun, rtoSeconds: number | null): Html {
  const isEnded = phase === 'completed' && tookMs !== null;
  const standing: Standing | null =
    rtoSeconds === null ? null : isEnded ? (tookMs <= rtoSeconds * 1_000 ? 'kept' : 'broken') : 'unknown';
  const took = isEnded ? `took ${duration(tookMs / 1_000)}` : `is ${phase}`;
  return html`<p>${standing === null ? null : html`${word(standing)}: `}${mode} run ${run} ${took} <span class="quiet">evidence ${evidence}</span></p>`;
}

function row(name: string, agreed: Html, found: Html): Html {
  return html`<tr><th scope="row">${name}</th><td>${agreed}</td><td>${found}</td></tr>`;
}

function eventsTable({ period: { events } }: ReportedFlow): Html {
  const shown = events.slice(-MOST_ROWS);
  const more = events.length - shown.length;
  const rows = shown.map((event) => {
    const what = event.kind === 'verdict' ? html`verdict ${word(event.verdict)}` : html`${event.kind} ${event.code}`;
    return html`<tr><td><time>${iso(event.at)}</time></td><td>${what}</td></tr>`;
  });
  return html`<h3>Events</h3><p class="quiet">opened: it counts for the verdict from this audit on; closed: no longer, because it is gone or acknowledged. What is only for information is not recorded.</p>${more === 0 ? null : html`<p class="quiet">${plural(more, 'earlier event')} not shown</p>`}
<div class="wide" tabindex="0" role="region" aria-label="Events"><table><thead><tr><th scope="col">Found at</th><th scope="col">Event</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** The history keeps the codes of what counted, and what can be judged again of it; a stopped mirror is a code alone. */
function findingsTable({ last: { findings, reasons } }: ReportedFlow): Html | null {
  const judged: ReadonlySet<string> = new Set(findings.map(({ code }) => code));
  const codes = reasons.filter((code) => !judged.has(code));
  if (findings.length + codes.length === 0) return null;
  const row = (severity: string, code: string, message: string): Html =>
    html`<tr><td>${severity}</td><td>${code}</td><td class="name">${message}</td></tr>`;
  const rows = [
    ...codes.map((code) => row('warning or critical', code, 'the audit found it; the history keeps no more of it')),
    ...findings.map(({ severity, code, message }) => row(severity, code, message)),
  ];
  return html`<h3>Open at the end</h3>${moreOf(rows.length)}
<div class="wide" tabindex="0" role="region" aria-label="Open at the end"><table><thead><tr><th scope="col">Severity</th><th scope="col">Finding</th><th scope="col">What was found</th></tr></thead><tbody>${rows.slice(0, MOST_ROWS)}</tbody></table></div>`;
}

function groupsTable({ last: { groups } }: ReportedFlow): Html | null {
  if (groups.length === 0) return null;
  const proofs = tally(groups.map(({ tidemark }) => proofOf(tidemark)));
  return html`<h3>Where consumer groups would continue, worst first</h3><p>${plural(groups.length, 'position')}: ${proofs}</p>${moreOf(groups.length)}
<div class="wide" tabindex="0" role="region" aria-label="Groups"><table><thead><tr><th scope="col">Group</th><th scope="col">Partition</th><th scope="col" class="number">MM2 re-reads</th><th scope="col" class="number">MM2 skips</th>
<th scope="col" class="number">Tidemark's position</th><th scope="col" class="number">re-reads</th><th scope="col">Proof</th></tr></thead><tbody>
${groups.toSorted(worstGroupsFirst).slice(0, MOST_ROWS).map(groupRow)}</tbody></table></div>`;
}

function groupRow({ group, topic, partition, mm2, tidemark }: GroupReport): Html {
  const number = (value: bigint | null | undefined): Html =>
    html`<td class="number">${value === null || value === undefined ? 'unknown' : grouped(value)}</td>`;
  const [theirs, ours] = [costOf(mm2), costOf(tidemark)];
  return html`<tr><th scope="row" class="name">${group}</th><td class="name">${partitionName(topic, partition)}</td>${number(theirs?.rereadAtMost)}${number(theirs?.skipAtMost)}
${number(offsetOf(tidemark))}${number(ours?.rereadAtMost)}<td>${proofOf(tidemark)}</td></tr>`;
}

function moreOf(count: number): Html | null {
  return count <= MOST_ROWS
    ? null
    : html`<p class="quiet">the first ${MOST_ROWS} of ${grouped(count)}; the JSON has all</p>`;
}

/** `ready 97.2 %, unknown 2.8 %`: shares of the time, largest first. */
function shares<T extends string>(all: Parameters<typeof timeOf<T>>[0]): string {
  const total = all.reduce((sum, { from, to }) => sum + to - from, 0);
  return [...new Set(all.map(({ is }) => is))]
    .map((is) => ({ is, time: timeOf(all, is) }))
    .sort((a, b) => b.time - a.time)
    .map(({ is, time }) => `${is.replace('-', ' ')} ${percent(time, total)}`)
    .join(', ');
}

/** Never rounded up to all, nor down to nothing. */
function percent(time: number, total: number): string {
  const share = total === 0 ? 0 : (100 * time) / total;
  if (share > 0 && share < 0.1) return 'under 0.1 %';
  return `${Math.floor(share * 10) / 10} %`;
}

function word(is: string): Html {
  return html`<span class="word ${is}">${is.replace('-', ' ')}</span>`;
}
