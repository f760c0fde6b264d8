import type { ChainEntry } from '../../domain/failover/evidence-chain.ts';
import type { RunEvent } from '../../domain/failover/run-event.ts';
import { type Html, html } from '../../domain/markup/html.ts';
import { canonicalJson } from '../../domain/model/canonical-json.ts';
import { duration } from '../../domain/model/figures.ts';
import { iso } from '../../domain/model/iso-time.ts';
import { foundWords } from './found-words.ts';
import { word } from './table-html.ts';

/** Every entry of the run in its order, in words, with what was tried again named as such. */
export function timeline(entries: readonly ChainEntry[]): Html {
  const begun = new Map<string, number>();
  const approvedAt = entries.find(({ event }) => event.kind === 'approved')?.at ?? null;
  const items = entries.map(({ seq, at, event }) => {
    const tries = event.kind === 'began' ? (begun.get(event.step) ?? 0) + 1 : 0;
    if (event.kind === 'began') begun.set(event.step, tries);
    return html`<li value="${seq}"><time>${iso(at)}</time>${since(approvedAt, at)}<div>${happened(event, tries)}</div></li>\n`;
  });
  return html`<ol class="timeline">${items}</ol>`;
}

function since(approvedAt: number | null, at: number): Html | null {
  if (approvedAt === null || at <= approvedAt) return null;
  return html` <span class="quiet">${duration((at - approvedAt) / 1_000)} after the approval</span>`;
}

function happened(event: RunEvent, tries: number): Html {
  switch (event.kind) {
    case 'assessed':
      return html`${word('assessed')} by <span class="name">${event.by}</span>: the plan with the hash <code>${event.hash}</code>. It could be approved until ${iso(event.expiresAt)}.`;
    case 'locked':
      return html`The process <span class="name">${event.by}</span> took the flow, so that no other one works on it.${overrode(event.overrode)}`;
    case 'approved':
      return html`${word('approved', 'good')} by <span class="name">${event.by}</span>: the plan with the hash <code>${event.hash}</code>.`;
    case 'refused':
      return html`${word('refused', 'warn')}, nothing was done: <span class="name">${event.reasons.join('; ')}</span>`;
    case 'began': {
      const again = tries === 1 ? null : html`, <strong>tried again</strong>: attempt ${tries}`;
      return html`${step(event.step)} began${again}.${recorded('Recorded before the work', event.intent)}`;
    }
    case 'done':
      return html`${step(event.step)} ${word('done', 'good')}. <span class="name">${foundWords(event.step, event.evidence)}</span>${recorded('As it was recorded', event.evidence)}`;
    case 'failed':
      return html`${step(event.step)} ${word('failed', 'bad')}: <span class="name">${event.reason}</span> <span class="quiet">(${event.code})</span>`;
    case 'skipped':
      return html`${step(event.step)} ${word('left out', 'warn')}: <span class="name">${event.reason}</span>`;
    case 'undo-began':
      return html`${step(event.step)}: its undo began.`;
    case 'undone':
      return html`${step(event.step)} ${word('undone', 'warn')}.${recorded('As it was recorded', event.evidence)}`;
    case 'undo-failed':
      return html`${step(event.step)}: its undo ${word('failed', 'bad')}: <span class="name">${event.reason}</span> <span class="quiet">(${event.code})</span>`;
    case 'ended':
      return html`The run ended: ${word(event.outcome, event.outcome === 'completed' ? 'good' : 'warn')}.`;
  }
}

function overrode(what: string | null): Html | null {
  return what === null
    ? null
    : html` <strong>A person had it taken by force</strong> from <span class="name">${what}</span>.`;
}

function step(name: string): Html {
  return html`Step <strong>${name}</strong>`;
}

/** As it was hashed: long lists fold away, because the tables of this page show them. */
function recorded(what: string, value: unknown): Html | null {
  const text = canonicalJson(value);
  return text === '{}' ? null : html`<details><summary>${what}</summary><pre>${text}</pre></details>`;
}
