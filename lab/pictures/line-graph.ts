import { type Html, html } from '../../shared/text/html.ts';

export interface GraphLine {
  readonly label: string;
  readonly color: string;
  /** One value a minute; null if the metric has none. */
  readonly values: readonly (number | null)[];
}

export interface Graph {
  readonly lines: readonly GraphLine[];
  readonly stacked: boolean;
  readonly unit: string;
  readonly limits: readonly { readonly value: number; readonly label: string; readonly color: string }[];
  readonly width: number;
  readonly height: number;
}

const MARGIN = { left: 56, right: 12, top: 10, bottom: 22 } as const;
/** Steps between the lines of an axis: 1, 2 or 5 times a power of ten. */
const STEPS = [1, 2, 5, 10] as const;
const MOST_STEPS = 5;

/** A graph over the minutes of the schedule. A minute without a value is a gap, as in CloudWatch. */
export function lineGraph({ lines, stacked, unit, limits, width, height }: Graph): Html {
  const minutes = Math.max(2, ...lines.map(({ values }) => values.length));
  const drawn = stacked ? onTopOfEachOther(lines) : lines.map((line) => ({ ...line, below: null }));
  const values = drawn.flatMap((line) => line.values.flatMap((value) => value ?? []));
  const highest = Math.max(0, ...values, ...limits.map(({ value }) => value));
  const step = stepOf(highest === 0 ? 1 : highest);
  const top = Math.max(step, Math.ceil(highest / step) * step);
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const x = (minute: number) => MARGIN.left + ((right - MARGIN.left) * minute) / (minutes - 1);
  const y = (value: number) => bottom - ((bottom - MARGIN.top) * value) / top;

  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step).map(
    (value) => html`<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/>
      <text class="tick" x="${MARGIN.left - 6}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text>`,
  );
  const every = stepOf(minutes);
  const times = Array.from({ length: minutes }, (_, minute) => minute)
    .filter((minute) => minute % every === 0)
    .map(
      (minute) => html`<text class="tick" x="${x(minute)}" y="${height - 6}" text-anchor="middle">${minute} min</text>`,
    );
  const marks = limits.map(
    ({
      value,
      label,
      color,
    }) => html`<line x1="${MARGIN.left}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="${color}" stroke-width="1.5"/>
      <text class="limit" x="${right - 4}" y="${y(value) < MARGIN.top + 14 ? y(value) + 14 : y(value) - 4}" text-anchor="end" fill="${color}">${label}</text>`,
  );
  const paths = drawn.flatMap(({ values: ofLine, below, color }) =>
    stretches(ofLine).map((stretch) => {
      const points = stretch.map((minute) => `${x(minute)},${y(ofLine[minute] ?? 0)}`);
      const [first] = points;
      if (below !== null) {
        const back = stretch.toReversed().map((minute) => `${x(minute)},${y(below[minute] ?? 0)}`);
        return html`<polygon points="${[...points, ...back].join(' ')}" fill="${color}" stroke="none"/>`;
      }
      if (points.length > 1)
        return html`<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`;
      const [cx = '', cy = ''] = (first ?? '').split(',');
      return html`<circle cx="${cx}" cy="${cy}" r="2.5" fill="${color}"/>`;
    }),
  );
  return html`<svg width="${width}" height="${height}" role="img">
    <text class="tick" x="12" y="${(bottom + MARGIN.top) / 2}" text-anchor="middle" transform="rotate(-90 12 ${(bottom + MARGIN.top) / 2})">${unit}</text>
    ${grid}${times}${paths}${marks}</svg>`;
}

/** Each line begins where the sum of those before it ends. */
function onTopOfEachOther(lines: readonly GraphLine[]) {
  let below: readonly number[] = [];
  return lines.map((line) => {
    const start = below;
    const values = line.values.map((value, minute) => (value === null ? null : value + (start[minute] ?? 0)));
    below = line.values.map((value, minute) => (value ?? 0) + (start[minute] ?? 0));
    return { ...line, values, below: start };
  });
}

/** Minutes that have a value, as long as they follow each other. */
function stretches(values: readonly (number | null)[]): readonly (readonly number[])[] {
  const found: number[][] = [];
  values.forEach((value, minute) => {
    if (value === null) return;
    const last = found.at(-1);
    if (last?.at(-1) === minute - 1) last.push(minute);
    else found.push([minute]);
  });
  return found;
}

function stepOf(highest: number): number {
  const least = highest / MOST_STEPS;
  const power = 10 ** Math.floor(Math.log10(least));
  return (STEPS.find((one) => one * power >= least) ?? 10) * power;
}

function short(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000}M`;
  if (value >= 1_000) return `${value / 1_000}K`;
  return String(Number(value.toFixed(2)));
}
