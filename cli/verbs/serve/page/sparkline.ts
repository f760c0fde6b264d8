import { type Html, html } from '../../../../shared/domain/markup/html.ts';
import { duration, grouped, plural } from '../../../../shared/domain/model/figures.ts';
import type { LagPoint } from '../lag-log.ts';

const WIDTH = 300;
const HEIGHT = 40;
/** More would only make the page larger. */
const MOST_POINTS = 150;

/** Lag over time as a line that has gaps where it is unknown; the text beside it says the same. */
export function sparkline(points: readonly LagPoint[], asOf: number | null): Html {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at) {
    return html`<p class="quiet">Lag over time: shown from the second audit on.</p>`;
  }
  const known = points.flatMap(({ records }) => (records === null ? [] : [records]));
  const highest = known.reduce((a, b) => (b > a ? b : a), 0n);
  const span = duration((last.at - first.at) / 1_000);
  const now = last.records === null ? 'unknown' : grouped(last.records);
  const gaps = points.length - known.length;
  const text = `highest ${grouped(highest)}, now ${now}${gaps === 0 ? '' : `, unknown in ${plural(gaps, 'audit')}`}`;
  const x = (at: number): string => ((WIDTH * (at - first.at)) / (last.at - first.at)).toFixed(1);
  const y = (records: bigint): string =>
    (HEIGHT - 2 - (highest === 0n ? 0 : ((HEIGHT - 6) * Number(records)) / Number(highest))).toFixed(1);
  const lines = stretches(thinned(points)).map((stretch) => stretch.map(({ at, records }) => `${x(at)},${y(records)}`));
  const marked = asOf !== null && asOf >= first.at && asOf <= last.at;
  return html`<figure class="lag"><figcaption>Lag over ${span}: ${text}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Lag over time, ${text}">
${lines.map((line) =>
  line.length === 1
    ? html`<circle class="line" cx="${line[0]?.split(',')[0] ?? ''}" cy="${line[0]?.split(',')[1] ?? ''}" r="1.5"/>`
    : html`<polyline class="line" points="${line.join(' ')}"/>`,
)}${marked ? html`<line class="mark" x1="${x(asOf)}" x2="${x(asOf)}" y1="0" y2="${HEIGHT}"/>` : null}</svg></figure>`;
}

/** Stretches in which the lag is known. */
function stretches(points: readonly LagPoint[]): { readonly at: number; readonly records: bigint }[][] {
  const all: { at: number; records: bigint }[][] = [[]];
  for (const { at, records } of points) {
    if (records === null) all.push([]);
    else all.at(-1)?.push({ at, records });
  }
  return all.filter((stretch) => stretch.length > 0);
}

/** Of each few neighbours the worst, which is one that is unknown: neither a short peak nor a gap must vanish. */
function thinned(points: readonly LagPoint[]): readonly LagPoint[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  if (step === 1) return points;
  return Array.from({ length: Math.ceil(points.length / step) }, (_, index) => {
    const some = points.slice(index * step, (index + 1) * step);
    return some.reduce((worst, point) =>
      point.records === null || (worst.records !== null && point.records > worst.records) ? point : worst,
    );
  });
}
