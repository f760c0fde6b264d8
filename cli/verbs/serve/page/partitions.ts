import { type Html, html } from '../../../../shared/domain/markup/html.ts';
import { grouped, plural } from '../../../../shared/domain/model/figures.ts';
import type { FlowReport, PartitionReport } from '../../../../shared/domain/model/report.ts';
import { partitionName } from '../../../../shared/domain/model/topic-partition.ts';
import { tally } from '../../../output/text.ts';
import { lagOf, missingOf, worstPartitionsFirst } from '../../../output/worst-first.ts';
import { type Asked, linkTo } from './links.ts';
import { more } from './more.ts';

const SHOWN = 10;
const kept = new WeakMap<FlowReport, readonly PartitionReport[]>();

/** The partitions of a flow in the order in which they are shown. */
export function partitionsWorstFirst(flow: FlowReport): readonly PartitionReport[] {
  const all = kept.get(flow) ?? flow.partitions.toSorted(worstPartitionsFirst);
  kept.set(flow, all);
  return all;
}

/** How far each partition is replicated, worst first. Its name leads to its mapping over time. */
export function partitionsSection(flow: FlowReport, asked: Asked): Html | null {
  if (flow.partitions.length === 0) return null;
  const all = partitionsWorstFirst(flow);
  const shown = all.slice(0, SHOWN);
  // A dead broker gives all of them the same reason: only the first shows it.
  const rows = shown.map((one, index) => row(one, reasonOf(shown[index - 1]), asked));
  return html`<section><h3>${plural(all.length, 'partition')}, worst first</h3><p class="quiet">${tally(all.map(state))}. The name of a partition leads to its mapping over time.</p>
<form class="find" method="get" action="/#mapping"><input type="hidden" name="flow" value="${flow.flow}">${
    asked.asOf === null ? null : html`<input type="hidden" name="as-of" value="${asked.asOf}">`
  }<label>Mapping of partition <input name="partition" value="${asked.partition ?? ''}" placeholder="orders-0" autocomplete="off" spellcheck="false"></label>
<button>Show</button></form>
<table><thead><tr><th scope="col">partition</th><th scope="col">source end</th><th scope="col">replicated to</th><th scope="col">lag</th><th scope="col">missing</th></tr></thead>
<tbody>${rows}</tbody></table>${more(all.length - rows.length, 'partition')}</section>`;
}

function reasonOf(one: PartitionReport | undefined): string | null {
  return one?.lag.kind === 'unknown' ? one.lag.reason : null;
}

function row(one: PartitionReport, said: string | null, asked: Asked): Html {
  const cells = {
    'source end': one.sourceEnd,
    'replicated to': one.replicatedTo,
    lag: lagOf(one),
    missing: missingOf(one),
  };
  const name = partitionName(one.topic, one.partition);
  const reason = reasonOf(one) === said ? null : reasonOf(one);
  return html`<tr><th scope="row"><a href="${linkTo({ ...asked, partition: name })}#mapping">${name}</a>${reason === null ? null : html`<br><span class="quiet">${reason}</span>`}</th>
${Object.entries(cells).map(([label, value]) => html`<td data-label="${label}"${label === 'missing' && one.missing > 0n ? html` class="bad"` : null}>${value === null ? 'unknown' : grouped(value)}</td>`)}</tr>`;
}

function state(one: PartitionReport): string {
  const lag = lagOf(one);
  if (lag === null) return 'unknown';
  return lag === 0n ? 'up to date' : 'behind';
}
