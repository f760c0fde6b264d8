import type { ChainEntry } from '../../domain/failover/evidence-chain.ts';
import type { RunRecord, StepState } from '../../domain/failover/run-record.ts';
import { STATES, STEP_PURPOSES } from '../../domain/failover/run-words.ts';
import type { StepName } from '../../domain/failover/step-name.ts';
import { type Html, html } from '../../domain/markup/html.ts';
import { duration } from '../../domain/model/figures.ts';
import { iso } from '../../domain/model/iso-time.ts';
import { foundWords } from './found-words.ts';
import { word } from './table-html.ts';

/** The steps in the order in which they are carried out: what each is for, how far it came, and what it found. */
export function stepList({ subject, steps }: RunRecord, entries: readonly ChainEntry[]): Html {
  const items = subject.steps.map(({ step, actions }) => {
    const state = steps.get(step) ?? { kind: 'pending' };
    const kind = state.kind === 'done' ? 'good' : state.kind === 'failed' ? 'bad' : 'warn';
    const at =
      state.kind === 'pending' ? null : html` <time class="quiet">${iso(state.at)}</time>${took(entries, step)}`;
    const what = actions.map((action) => html`<li class="name">${action}</li>`);
    const planned = html`<details><summary>What was to be done</summary><ul>${what}</ul></details>`;
    return html`<li><strong>${step}</strong>: ${word(STATES[state.kind], kind)}${at}<p class="quiet">${STEP_PURPOSES[step]}</p>${found(step, state)}${actions.length === 0 ? null : planned}</li>\n`;
  });
  return html`<ol class="steps">${items}</ol>`;
}

/** From the entry before its first attempt, because what is recorded then was read first, until it was done. */
function took(entries: readonly ChainEntry[], step: StepName): Html | null {
  const first = entries.findIndex(({ event }) => event.kind === 'began' && event.step === step);
  const before = entries[first - 1];
  const done = entries.findLast(({ event }) => event.kind === 'done' && event.step === step);
  if (before === undefined || done === undefined) return null;
  const tries = entries.filter(({ event }) => event.kind === 'began' && event.step === step).length;
  const again = tries === 1 ? '' : `, in ${tries} attempts`;
  return html` <span class="quiet">took ${duration((done.at - before.at) / 1_000)}${again}</span>`;
}

function found(step: StepName, state: StepState): Html | null {
  const words = state.kind === 'done' ? foundWords(step, state.evidence) : 'reason' in state ? state.reason : null;
  return words === null ? null : html`<p class="name">${words}</p>`;
}
