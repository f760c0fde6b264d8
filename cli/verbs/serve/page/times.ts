import { iso } from '../../../../shared/domain/model/iso-time.ts';
import { type Html, html } from '../../../../shared/text/html.ts';
import type { Asked } from './links.ts';

/** A form that asks for the state as of a time of the history; the page's script makes a slider of the list. */
export function timesForm(asked: Asked, times: readonly number[]): Html | null {
  if (times.length === 0) return null;
  const wanted = asked.asOf === null ? Number.POSITIVE_INFINITY : Date.parse(asked.asOf);
  // The newest snapshot at or before the asked time is the one that is shown.
  const chosen = Number.isNaN(wanted) ? undefined : times.find((time) => time <= wanted);
  const options = times.map((time) => {
    const text = iso(time).replace('T', ' ').replace('Z', ' UTC');
    return html`<option value="${iso(time)}"${asked.asOf !== null && time === chosen ? html` selected` : null}>${text}</option>`;
  });
  const flow = asked.flow === null ? null : html`<input type="hidden" name="flow" value="${asked.flow}">`;
  const group = asked.group === null ? null : html`<input type="hidden" name="group" value="${asked.group}">`;
  const partition =
    asked.partition === null ? null : html`<input type="hidden" name="partition" value="${asked.partition}">`;
  return html`<form method="get" action="/">${flow}${group}${partition}<label for="times">State as of</label>
<input type="range" id="slider" min="0" value="0" aria-label="State as of" hidden><output id="said" for="slider" hidden></output>
<select id="times" name="as-of"><option value="">now</option>${options}</select> <button id="show">Show</button></form>`;
}
