import { type Html, html } from '../../domain/markup/html.ts';

/** Rows that a person still reads; the record has all. */
const MOST_ROWS = 1_000;

/** A table that scrolls by itself where the screen is narrow, also by keyboard. `columns`: a heading, and a class. */
export function tableOf(
  name: string,
  columns: readonly (readonly [heading: string, kind?: 'number'])[],
  rows: readonly Html[],
): Html {
  const heads = columns.map(([heading, kind]) =>
    kind === undefined ? html`<th scope="col">${heading}</th>` : html`<th scope="col" class="number">${heading}</th>`,
  );
  const more = rows.length - MOST_ROWS;
  return html`<div class="wide" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${heads}</tr></thead><tbody>
${rows.slice(0, MOST_ROWS).map((row) => html`${row}\n`)}</tbody></table></div>${more > 0 ? html`<p class="quiet">${more} more rows are only in the record at the end of this page.</p>` : null}`;
}

/** A word that carries the judgement of its line. */
export function word(is: string, kind: 'good' | 'warn' | 'bad' | 'plain' = 'plain'): Html {
  return html`<span class="word ${kind}">${is}</span>`;
}
