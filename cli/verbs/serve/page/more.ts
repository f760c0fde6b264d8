import { type Html, html } from '../../../../shared/domain/markup/html.ts';
import { plural } from '../../../../shared/domain/model/figures.ts';

/** How many a list leaves out; nothing if none. */
export function more(count: number, one: string, several?: string): Html | null {
  return count <= 0 ? null : html`<p class="quiet">and ${plural(count, one, several)} more</p>`;
}
