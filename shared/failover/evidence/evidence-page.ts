import type { ChainEntry } from '../../domain/failover/evidence-chain.ts';
import type { RunRecord } from '../../domain/failover/run-record.ts';
import { GATES, MODES, PHASES } from '../../domain/failover/run-words.ts';
import { Html, html, verbatim } from '../../domain/markup/html.ts';
import { PAGE_STYLE } from '../../domain/markup/page-style.ts';
import { asBound, duration, plural } from '../../domain/model/figures.ts';
import { iso } from '../../domain/model/iso-time.ts';
import type { StoredRun } from '../run-entry-schema.ts';
import { type Known, type Objective, objectivesOf, type Standing } from '../run-objectives.ts';
import { renderEvidenceJson } from './evidence-json.ts';
import { leftUndone } from './left-undone.ts';
import { pointsTable, positionsTable } from './position-tables.ts';
import { stepList } from './step-list.ts';
import { tableOf, word } from './table-html.ts';
import { timeline } from './timeline.ts';

/** Number of this page's form: one higher at each change of it, so that a check does not take an older page for a changed one. */
export const PAGE_LAYOUT = '4';
const LAYOUT_BEGIN = '<meta name="tidemark-layout" content="';
const RECORD_BEGIN = '<pre id="record">';
const RECORD_END = '</pre>';

/** Nothing is loaded and no script runs, wherever the file is opened. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const STYLE = `${PAGE_STYLE}
code,pre{overflow-wrap:anywhere;font-family:ui-monospace,monospace;font-size:.8125rem}
pre{white-space:pre-wrap;margin:.35rem 0;padding:.5rem;background:var(--card);border:1px solid var(--edge)}
time{white-space:nowrap}
summary{cursor:pointer;color:var(--line);font-size:.875rem}
ol,ul{padding-left:2rem;margin:.3rem 0}li{margin:.15rem 0}ol>li{margin:.6rem 0}
dl{display:grid;grid-template-columns:12rem 1fr;gap:.35rem 1rem;margin:.75rem 0}dt{font-weight:600}dd{margin:0;min-width:0}
@media(max-width:40rem){dl{display:block}dt{margin-top:.5rem}}
`;

/**
 * The evidence of a run as one HTML file that needs nothing else. It is made from the entries of the run alone, and has them in
 * it: the same run always gives the same text.
 */
export function renderEvidencePage(stored: StoredRun): string {
  const { record, entries } = stored;
  const { subject } = record;
  const kind = subject.mode === 'failback' ? 'Failback' : 'Failover';
  const title = `${kind} of ${subject.flow}: ${PHASES[record.phase]}`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">${new Html(`${LAYOUT_BEGIN}${PAGE_LAYOUT}">`)}
<title>${title}</title><link rel="icon" href="data:,"><style>${new Html(STYLE)}</style></head><body><main>
<h1>${kind} of <span class="name">${subject.flow}</span>: ${phaseWord(record)}</h1>
<p>Evidence of run <span class="name">${record.run}</span>, written by Tidemark while it was carried out.</p>
<p class="quiet">A failover moves the applications of one Kafka cluster, the source, to its copy, the target. Producers then write there, and each group of
consumers continues there at a position that was computed for it. MirrorMaker is the program that makes the copy. Times are UTC.${subject.mode === 'failback' ? ' A failback is the same on the way back: its source is the cluster to which the failover had led them.' : ''}</p>
${summary(record, entries)}
<h2>What was approved</h2>${approved(record)}
<h2>Steps</h2>${stepList(record, entries)}
<h2>What was not done, and why</h2>${notDone(record)}
<h2>Where both clusters ended</h2>${pointsTable(record, entries)}
<h2>Where consumer groups continue</h2>${positionsTable(record, entries)}
<h2>Timeline</h2>
<p>Every entry of the run in its order: an entry is stored before and after the work of each step, and its number is its place in the hash chain.</p>${timeline(entries)}
<h2>How to check this file</h2>${howToCheck(entries)}
<h2>The record</h2>
<p>This page was made from these ${plural(entries.length, 'entry', 'entries')} alone.</p>
<details><summary>Show the record (JSON)</summary>
${new Html(RECORD_BEGIN)}${verbatim(renderEvidenceJson(stored))}${new Html(RECORD_END)}</details>
</main></body></html>
`;
  return page.text;
}

/** The JSON that a page was made from; null if there is none in the text. */
export function recordIn(page: string): string | null {
  const begin = page.lastIndexOf(RECORD_BEGIN);
  const end = page.indexOf(RECORD_END, begin);
  if (begin === -1 || end === -1) return null;
  return unescaped(page.slice(begin + RECORD_BEGIN.length, end));
}

/** What a page says of its form; null if it says nothing. */
export function layoutOf(page: string): string | null {
  const begin = page.indexOf(LAYOUT_BEGIN);
  const value = /^([^"]*)"/.exec(page.slice(begin + LAYOUT_BEGIN.length))?.[1];
  return begin === -1 ? null : (value ?? null);
}

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => CHARACTERS[name] ?? whole);
}

function phaseWord({ phase }: RunRecord): Html {
  return word(PHASES[phase], phase === 'completed' ? 'good' : 'warn');
}

function summary(record: RunRecord, entries: readonly ChainEntry[]): Html {
  const { approval, subject } = record;
  const { said, loss, time, firstRead } = objectivesOf(record);
  const firstReadText = ({ ms: after, group }: { readonly ms: number; readonly group: string }) =>
    `${ms(after)} after the approval, group ${group} had read there. It was not seen earlier; the run looks as soon as clients were led there.`;
  const row = (name: string, value: Html) => html`<dt>${name}</dt><dd>${value}</dd>\n`;
  const isSame = approval?.by === record.assessedBy;
  const by =
    approval === null
      ? html`nobody`
      : html`<span class="name">${approval.by}</span> at <time>${iso(approval.at)}</time>, by the hash <code>${approval.hash}</code>${isSame ? html` <span class="quiet">(who also assessed it)</span>` : null}`;
  const saidText =
    said.kind === 'unknown'
      ? `unknown, because ${said.reason}`
      : `${asBound(said.value, plural(said.value.records, 'record'))} (${said.value.basis}) not on the target yet`;
  const records = (count: bigint) => plural(count, 'record');
  const ms = (count: number) => duration(count / 1_000);
  return html`<dl>
${row('Kind', html`${MODES[subject.mode]}`)}${subject.takesBack === undefined ? null : row('Takes back', html`run <span class="name">${subject.takesBack.run}</span>, whose last entry has the hash <code>${subject.takesBack.head}</code>`)}${row('Assessed by', html`<span class="name">${record.assessedBy}</span> at <time>${iso(record.assessedAt)}</time>`)}${row('Approved by', by)}${row('Last entry', html`<time>${iso(record.lastAt)}</time>; ${plural(entries.length, 'entry', 'entries')}`)}${row('Loss, as said before', html`${saidText}`)}${row('Loss, as counted', objectiveText(loss, records, 'Recovery point objective (RPO)'))}${row('Time from approval to end', html`${objectiveText(time, ms, 'Recovery time objective (RTO)')} <span class="quiet">The end is after the verification.</span>`)}${row('First consumer on the target', html`<span class="name">${knownText(firstRead, firstReadText)}</span>`)}
</dl>
<p class="quiet">Persons are named as they named themselves, or as their machine knows them: Tidemark does not prove who they are.</p>`;
}

const JUDGED: Readonly<Record<Standing, 'good' | 'warn' | 'bad' | 'plain'>> = {
  kept: 'good',
  broken: 'bad',
  unknown: 'warn',
  'not-set': 'plain',
};

function objectiveText<T>({ agreed, found, standing }: Objective<T>, text: (value: T) => string, name: string): Html {
  const is = knownText(found, text);
  if (agreed === null) return html`${is}. ${name}: none was configured, so it is not judged.`;
  return html`${is}. ${name}: at most ${text(agreed)}: ${word(standing, JUDGED[standing])}.`;
}

function knownText<T>(found: Known<T>, text: (value: T) => string): string {
  return found.kind === 'known' ? text(found.value) : `unknown, because ${found.reason}`;
}

function approved({ subject, hash, approval, expiresAt }: RunRecord): Html {
  const { clusters, topics, groups, accepted, refused, chosen } = subject;
  const cluster = (id: string | null) =>
    id === null ? html`did not answer` : html`the cluster with the id <span class="name">${id}</span>`;
  const gate = (code: keyof typeof GATES) => html`<li>${code}: ${GATES[code]}</li>`;
  const names = (all: readonly string[]) => html`<ul>${all.map((one) => html`<li class="name">${one}</li>`)}</ul>`;
  return html`<p>${approval === null ? html`Nobody approved it. It could be approved until <time>${iso(expiresAt)}</time>.` : html`Approved was exactly what is in this section and the actions of the steps below: the hash <code>${hash}</code> covers all of it.`}</p>
<p>Source: ${cluster(clusters.source)}. Target: ${cluster(clusters.target)}.</p>
<details><summary>${plural(topics.length, 'topic')}</summary>${names(topics.map(({ topic, targetTopic, partitions }) => `${topic}, on the target ${targetTopic} (${plural(partitions, 'partition')})`))}</details>
<details><summary>${plural(groups.length, 'consumer group')}</summary><p class="quiet">chosen by ${chosen.join(', ')}</p>${names(groups)}</details>
${accepted.length === 0 ? html`<p>Nothing that spoke against it had to be accepted.</p>` : html`<p>${word('Accepted', 'warn')} by the person who assessed it, although it speaks against the failover:</p><ul>${accepted.map(gate)}</ul>`}
${refused.length === 0 ? null : html`<p>${word('Refused', 'bad')}: with these reasons against it, it could not be approved:</p><ul>${refused.map(gate)}</ul>`}`;
}

function notDone(record: RunRecord): Html {
  const all = leftUndone(record);
  if (all.length === 0) return html`<p>Every step was carried out, and its effect read back.</p>`;
  const rows = all.map(({ what, why }) => html`<tr><th scope="row">${what}</th><td class="name">${why}</td></tr>`);
  return tableOf('What was not done', [['Not done'], ['Why']], rows);
}

function howToCheck(entries: readonly ChainEntry[]): Html {
  const head = entries.at(-1)?.hash ?? '';
  return html`<p>Each entry of the record has a SHA-256 hash that covers it and the hash of the entry before. The hash of the last entry, the head, so covers all:</p>
<p><code>${head}</code></p>
<p>Whoever has Tidemark checks the chain, and that this page says what its record says:</p>
<pre>tidemark failover evidence --check FILE --head ${head}</pre>
<p>It detects every changed byte. Without a head that was kept elsewhere it cannot detect that somebody removed entries at the end, or rewrote the whole file with other
content: then every hash in it fits again, also the one above. So compare the head with the one that was kept elsewhere, in a ticket or a signed message, when the run ended.</p>`;
}
