import { type Html, html } from '../../../../shared/domain/markup/html.ts';
import type { Break } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { grouped, plural } from '../../../../shared/domain/model/figures.ts';
import { iso } from '../../../../shared/domain/model/iso-time.ts';
import { distanceOf, type MappedOffset, type MappingStretch } from '../mapping-stretches.ts';
import { more } from './more.ts';

/** The mapping of the partition that was asked for. */
export type ShownMapping =
  | {
      readonly kind: 'known';
      /** `orders-0` */
      readonly partition: string;
      /** Oldest first. */
      readonly stretches: readonly MappingStretch[];
    }
  | { readonly kind: 'unknown'; readonly partition: string; readonly reason: string };

const WIDTH = 300;
const HEIGHT = 60;
const SHOWN = 20;
/** More would only make the page larger. */
const MOST_DRAWN = 300;

const BREAK_WORDS: Readonly<Record<Break, string>> = {
  newSource: 'the source topic was recreated',
  newTarget: 'the target topic was recreated',
  hole: 'offset syncs are missing',
  refuted: 'records did not match what was known',
};

/** How the offsets of a partition on source and target have corresponded over time, from the offset syncs in the history. */
export function mappingSection(mapping: ShownMapping): Html {
  const title = html`<h3>Mapping of <span class="name">${mapping.partition}</span> over time</h3>`;
  if (mapping.kind === 'unknown') return html`<section id="mapping">${title}<p>${mapping.reason}</p></section>`;
  const { stretches } = mapping;
  if (stretches.length === 0) {
    return html`<section id="mapping">${title}<p>The history has no offset sync of this partition.</p></section>`;
  }
  const newest = stretches.toReversed();
  const rows = newest.slice(0, SHOWN).map((stretch, index) => row(stretch, newest[index + 1]));
  return html`<section id="mapping">${title}
<p class="quiet">MirrorMaker's offset syncs say which target offset a source offset has. Within a stretch, both sides advanced by the same number of offsets. How well a position of a group is proven, the table of groups says.</p>
${chart(stretches)}
<table><caption class="quiet">${plural(stretches.length, 'stretch', 'stretches')}, newest first</caption>
<thead><tr><th scope="col">first to last sync</th><th scope="col">source offsets</th><th scope="col">target offsets</th><th scope="col">target less source</th><th scope="col" class="words">what happened before</th></tr></thead>
<tbody>${rows}</tbody></table>${more(stretches.length - rows.length, 'stretch', 'stretches')}</section>`;
}

function row(stretch: MappingStretch, before: MappingStretch | undefined): Html {
  const { from, to } = stretch;
  const times = from.at === to.at ? timeOf(from) : `${timeOf(from)} to ${timeOf(to)}`;
  const range = (side: 'source' | 'target'): string =>
    from[side] === to[side] ? grouped(to[side]) : `${grouped(from[side])} to ${grouped(to[side])}`;
  return html`<tr><th scope="row">${times}</th><td data-label="source offsets">${range('source')}</td>
<td data-label="target offsets">${range('target')}</td><td data-label="target less source">${grouped(distanceOf(stretch))}</td>
<td class="words" data-label="what happened before">${happened(stretch, before)}</td></tr>`;
}

function timeOf({ at }: MappedOffset): string {
  // The history keeps whole seconds.
  return at === null ? 'unknown' : `${iso(at).slice(0, 19).replace('T', ' ')} UTC`;
}

/** Why a stretch is not the continuation of the one before. */
function happened(stretch: MappingStretch, before: MappingStretch | undefined): string {
  if (before === undefined) return 'the oldest that is known';
  if (stretch.breaks.length > 0) return stretch.breaks.map((what) => BREAK_WORDS[what]).join(', ');
  if (stretch.from.target <= before.to.target) return 'the target log began again';
  if (stretch.from.source <= before.to.source) return 'MirrorMaker mirrored source offsets once more';
  const change = distanceOf(stretch) - distanceOf(before);
  return change > 0n
    ? `the target got ${plural(change, 'offset')} more: records written twice, markers of transactions, or foreign records`
    : `the source has ${plural(-change, 'offset')} more: without a record, or not mirrored`;
}

/** The distance over time, as a line with a step wherever it changed. A break is a gap in it. */
function chart(all: readonly MappingStretch[]): Html | null {
  const timed = all.filter(({ from, to }) => from.at !== null && to.at !== null).slice(-MOST_DRAWN);
  const times = timed.flatMap(({ from, to }) => [from.at ?? 0, to.at ?? 0]);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (timed.length === 0 || first === last) return null;
  const distances = timed.map(distanceOf);
  const lowest = distances.reduce((a, b) => (b < a ? b : a));
  const highest = distances.reduce((a, b) => (b > a ? b : a));
  const x = (at: number | null): string => ((WIDTH * ((at ?? first) - first)) / (last - first)).toFixed(1);
  const y = (distance: bigint): string =>
    (lowest === highest
      ? HEIGHT / 2
      : HEIGHT - 4 - ((HEIGHT - 8) * Number(distance - lowest)) / Number(highest - lowest)
    ).toFixed(1);
  const lines: string[][] = [];
  for (const stretch of timed) {
    const points = [stretch.from, stretch.to].map(({ at }) => `${x(at)},${y(distanceOf(stretch))}`);
    if (stretch.breaks.length > 0 || lines.length === 0) lines.push(points);
    else lines.at(-1)?.push(...points);
  }
  const text =
    lowest === highest
      ? `always ${grouped(lowest)}`
      : `from ${grouped(lowest)} to ${grouped(highest)}, last ${grouped(distances.at(-1) ?? 0n)}`;
  const span = `${timeOf({ at: first, source: 0n, target: 0n })} to ${timeOf({ at: last, source: 0n, target: 0n })}`;
  return html`<figure><figcaption>Target offset less source offset, ${span}: ${text}</figcaption>
<svg class="tall" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Target offset less source offset over time, ${text}">
${lines.map((line) => html`<polyline class="line" points="${line.join(' ')}"/>`)}</svg></figure>`;
}
