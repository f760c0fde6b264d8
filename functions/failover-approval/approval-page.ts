import { approvalFacts, kindOfRun } from '../../shared/domain/failover/approval-facts.ts';
import type { PlannedStep } from '../../shared/domain/failover/approval-subject.ts';
import type { RunRecord } from '../../shared/domain/failover/run-record.ts';
import { STEP_PURPOSES } from '../../shared/domain/failover/run-words.ts';
import { type Html, html } from '../../shared/domain/markup/html.ts';
import { iso } from '../../shared/domain/model/iso-time.ts';
import { clipped } from '../../shared/domain/notify/finding-event.ts';
import { TYPED_CHARACTERS } from './answer-form.ts';
import { answerWith, type PageAnswer } from './document.ts';

/** Lambda answers with at most 6 MB. All of what is longer is in what the command line prints. */
const MOST_SHOWN = 500;
const LONGEST_SHOWN = 5_000;

export interface ShownForm {
  readonly link: string;
  readonly nonce: string;
  /** What was wrong with the form that was sent; null if none was. */
  readonly fault: string | null;
  /** The name that was given there. */
  readonly by: string;
}

/** All that a person approves, and the forms that approve and reject it. */
export function approvalPage(statusCode: number, record: RunRecord, form: ShownForm): PageAnswer {
  const { run, hash, subject, assessedBy, assessedAt, expiresAt } = record;
  const { flow, clusters, topics, groups } = subject;
  const cluster = (id: string | null) => (id === null ? html`did not answer` : html`<span class="name">${id}</span>`);
  const targets = topics.map((one) => `${one.topic}, on the target ${one.targetTopic}, partitions: ${one.partitions}`);
  const what = kindOfRun(subject);
  const main = html`<h1>Approve the ${what} of <span class="name">${flow}</span>?</h1>
${form.fault === null ? null : html`<p class="fault" role="alert">Nothing was done. ${form.fault}</p>`}
<p>Run <span class="name">${run}</span> waits. <span class="name">${assessedBy}</span> had it assessed at <time>${iso(assessedAt)}</time>; it can be approved until <time>${iso(expiresAt)}</time>.</p>
<ul>${approvalFacts(record).map((fact) => html`<li class="name">${fact}</li>`)}</ul>
<p class="quiet">The numbers are those of the assessment. Before anything is done it is assessed again, and refused if something else would be done.</p>
<h2>What would be done</h2>
<p>Source cluster: ${cluster(clusters.source)}. Target cluster: ${cluster(clusters.target)}.</p>
<ol>${subject.steps.map((step) => stepItem(step, run))}</ol>
<details><summary>Topics: ${topics.length}</summary>${list(targets, run)}</details>
<details><summary>Consumer groups: ${groups.length}</summary>${list(groups, run)}</details>
<h2>Your answer</h2>
<p>Hash of all of this: <code>${hash}</code></p>
<form method="post" action="?">${hidden({ link: form.link, nonce: form.nonce, answer: 'approve' })}
<label>Your name, for the evidence<input name="by" value="${form.by}" required maxlength="100" autocomplete="name"></label>
<label>The first ${TYPED_CHARACTERS} characters of the hash<input name="typed" required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false"></label>
<button>Approve exactly this</button></form>
<form method="post" action="?">${hidden({ link: form.link, nonce: form.nonce, answer: 'reject' })}
<label>Your name, for the evidence<input name="by" value="${form.by}" required maxlength="100" autocomplete="name"></label>
<label>Why not<input name="reason" required maxlength="300" autocomplete="off"></label>
<button>Reject it</button></form>
<p class="quiet">Tidemark does not prove who you are: who has the link can answer. The evidence says that the answer came through it, and from which address.</p>`;
  // Programs that preview links show the title to everybody in the channel.
  return answerWith(statusCode, 'Tidemark: an approval', main);
}

function stepItem({ step, skipped, actions }: PlannedStep, run: string): Html {
  const done = skipped === null ? list(actions, run) : html`<p class="name">Will be left out: ${skipped}</p>`;
  return html`<li><strong>${step}</strong><p class="quiet">${STEP_PURPOSES[step]}</p>${done}</li>\n`;
}

function list(all: readonly string[], run: string): Html {
  const more = all.length - MOST_SHOWN;
  const command = `tidemark failover status ${run}`;
  const rest = more > 0 ? html`<li>and ${more} more: ${command}</li>` : null;
  const items = all.slice(0, MOST_SHOWN).map((one) => {
    const isCut = one.length > LONGEST_SHOWN;
    return html`<li class="name">${clipped(one, LONGEST_SHOWN)}${isCut ? html` (all of it: ${command})` : null}</li>`;
  });
  return html`<ul>${items}${rest}</ul>`;
}

function hidden(fields: Readonly<Record<string, string>>): Html[] {
  return Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}
