import { type Html, html } from '../../../shared/domain/markup/html.ts';
import { grouped, plural } from '../../../shared/domain/model/figures.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import type { Verdict } from '../../../shared/domain/model/report.ts';
import type { FlowPeriod, Standing, Stretch } from './flow-period.ts';

const WIDTH = 1_000;
const STRIP = 28;
const HEIGHT = 160;

interface Period {
  readonly from: number;
  readonly to: number;
}

/** A strip of time, coloured by what was so; the text beside it says the same. */
export function strip(all: readonly Stretch<Verdict | Standing>[], { from, to }: Period, says: string): Html {
  const bars = all.map((one) => {
    const [x, end] = [place(one.from, from, to), place(one.to, from, to)];
    return html`<rect class="${one.is}" x="${x.toFixed(1)}" y="0" width="${(end - x).toFixed(1)}" height="${STRIP}"><title>${one.is}: ${iso(one.from)} to ${iso(one.to)}</title></rect>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${STRIP}" preserveAspectRatio="none" class="strip" role="img" aria-label="${says}">${bars}</svg>`;
}

/** Records that a failover would have lost, in steps from audit to audit, with the objective as a line. Gaps are unknown. */
export function lossPlot({ losses }: FlowPeriod, { from, to }: Period, rpoRecords: bigint | null): Html {
  const known = losses.flatMap(({ records }) => (records === null ? [] : [records]));
  const highest = [...known, rpoRecords ?? 0n].reduce((most, records) => (records > most ? records : most), 1n);
  const y = (records: bigint): string => (HEIGHT - 4 - ((HEIGHT - 12) * Number(records)) / Number(highest)).toFixed(1);
  const paths: string[] = [];
  for (const [index, { at, records }] of losses.entries()) {
    if (records === null) continue;
    const end = losses[index + 1]?.at ?? to;
    const before = losses[index - 1]?.records ?? null;
    const begin = `${place(at, from, to).toFixed(1)} ${y(records)}`;
    paths.push(`${before === null ? 'M' : 'L'}${begin} L${place(end, from, to).toFixed(1)} ${y(records)}`);
  }
  const most = known.reduce((a, b) => (b > a ? b : a), 0n);
  const unknown = losses.length - known.length;
  const highestText = known.length === 0 ? 'unknown in every audit' : `highest ${plural(most, 'record')}`;
  const text =
    known.length === 0
      ? highestText
      : `${highestText}${unknown === 0 ? '' : `, unknown in ${grouped(unknown)} of ${plural(losses.length, 'audit')}`}`;
  const objective =
    rpoRecords === null
      ? null
      : html`<line class="objective" x1="0" x2="${WIDTH}" y1="${y(rpoRecords)}" y2="${y(rpoRecords)}"/>`;
  return html`<figure><figcaption>Records that a failover would have lost: ${text}${rpoRecords === null ? null : html`; dashed: the objective, ${grouped(rpoRecords)}`}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" class="plot" role="img" aria-label="Loss over time, ${text}"><path class="line" d="${paths.join(' ')}"/>${objective}</svg></figure>`;
}

function place(time: number, from: number, to: number): number {
  return to === from ? 0 : (WIDTH * (Math.min(to, Math.max(from, time)) - from)) / (to - from);
}
