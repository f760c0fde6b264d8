import type { RunRecord, StepState } from '../../../../shared/domain/failover/run-record.ts';
import type { StepName } from '../../../../shared/domain/failover/step-name.ts';
import { iso } from '../../../../shared/domain/model/iso-time.ts';
import { type Html, html } from '../../../output/html.ts';
import { foundWords } from './found-words.ts';
import { STATES, STEP_PURPOSES } from './step-words.ts';
import { word } from './table-html.ts';

/** The steps in the order in which they are carried out: what each is for, how far it came, and what it found. */
export function stepList({ subject, steps }: RunRecord): Html {
  const items = subject.steps.map(({ step, actions }) => {
    const state = steps.get(step) ?? { kind: 'pending' };
    const kind = state.kind === 'done' ? 'good' : state.kind === 'failed' ? 'bad' : 'warn';
    const at = state.kind === 'pending' ? null : html` <time class="quiet">${iso(state.at)}</time>`;
    const what = actions.map((action) => html`<li class="name">${action}</li>`);
    const planned = html`<details><summary>What was to be done</summary><ul>${what}</ul></details>`;
    return html`<li><strong>${step}</strong>: ${word(STATES[state.kind], kind)}${at}<p class="quiet">${STEP_PURPOSES[step]}</p>${found(step, state)}${actions.length === 0 ? null : planned}</li>\n`;
  });
  return html`<ol class="steps">${items}</ol>`;
}

function found(step: StepName, state: StepState): Html | null {
  const words = state.kind === 'done' ? foundWords(step, state.evidence) : 'reason' in state ? state.reason : null;
  return words === null ? null : html`<p class="name">${words}</p>`;
}
