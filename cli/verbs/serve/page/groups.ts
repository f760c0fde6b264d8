import { type Html, html } from '../../../../shared/domain/markup/html.ts';
import { grouped, plural } from '../../../../shared/domain/model/figures.ts';
import {
  costOf,
  type FlowReport,
  type GroupReport,
  type Mm2Position,
  offsetOf,
  proofOf,
  type TidemarkPosition,
} from '../../../../shared/domain/model/report.ts';
import { partitionName } from '../../../../shared/domain/model/topic-partition.ts';
import { matcher } from '../../../options/name-patterns.ts';
import { type GroupSummary, groupSummaries, type SummedCost } from './group-summary.ts';
import { type Asked, linkTo } from './links.ts';
import { more } from './more.ts';

const SHOWN = 20;
const SHOWN_PARTITIONS = 50;

/** Where each group would continue: MM2's landing beside Tidemark's. Of one group, partition by partition. */
export function groupsSection(flow: FlowReport, asked: Asked): Html {
  const all = groupSummaries(flow);
  if (all.length === 0) {
    return html`<section><h3>Groups</h3><p>No group that MM2 mirrors has a position on a mirrored topic.</p></section>`;
  }
  const found = chosen(all, asked.group);
  const [only] = found;
  const isOne = asked.group !== null && found.length === 1 && only !== undefined;
  const title = snapshotTense(flow, all.length);
  return html`<section id="groups"><h3>${title}</h3>
<form class="find" method="get" action="/"><input type="hidden" name="flow" value="${flow.flow}">${
    asked.asOf === null ? null : html`<input type="hidden" name="as-of" value="${asked.asOf}">`
  }<label>Group <input name="group" value="${asked.group ?? ''}" placeholder="name or billing-*" autocomplete="off" spellcheck="false"></label>
<button>Find</button>${asked.group === null ? null : html` <a href="${linkTo({ ...asked, group: null })}">all groups</a>`}</form>
${found.length === 0 ? html`<p>No audited group matches “${asked.group}”.</p>` : isOne ? partitionsTable(only) : groupsTable(found, asked)}
</section>`;
}

function snapshotTense({ snapshot }: FlowReport, count: number): string {
  const verb = snapshot === null ? 'would continue' : 'would have continued';
  return `Where ${plural(count, 'group')} ${verb}, worst first`;
}

function chosen(all: readonly GroupSummary[], pattern: string | null): readonly GroupSummary[] {
  if (pattern === null) return all;
  const exact = all.filter(({ group }) => group === pattern);
  const matches = matcher([pattern]);
  return exact.length > 0 ? exact : all.filter(({ group }) => matches?.(group));
}

function groupsTable(found: readonly GroupSummary[], asked: Asked): Html {
  const rows = found.slice(0, SHOWN).map((one) => {
    const link = linkTo({ ...asked, group: one.group });
    return html`<tr><th scope="row"><a href="${link}#groups">${nameOf(one.group)}</a> <span class="quiet">${where(one)}</span></th>
${costCells(one.mm2, 'MM2')}${costCells(one.tidemark, 'Tidemark')}<td class="words" data-label="proof">${one.proof}</td></tr>`;
  });
  return html`<table><caption class="quiet">Records that a group would read twice or never, at most: where MM2 left it, and where Tidemark would put it</caption>
<thead><tr><th scope="col">group</th><th scope="col">MM2 re-reads</th><th scope="col">MM2 skips</th><th scope="col">Tidemark re-reads</th><th scope="col">Tidemark skips</th><th scope="col" class="words">proof</th></tr></thead>
<tbody>${rows}</tbody></table>${more(found.length - rows.length, 'group')}`;
}

function where({ entries }: GroupSummary): string {
  const [first] = entries;
  if (entries.length > 1) return plural(entries.length, 'partition');
  const [mm2, tidemark] = [offsetOf(first.mm2), offsetOf(first.tidemark)].map((at) =>
    at === null ? 'unknown' : grouped(at),
  );
  return `${partitionName(first.topic, first.partition)} at ${grouped(first.committed)} → MM2 at ${mm2}, Tidemark at ${tidemark}`;
}

function costCells({ rereadAtMost, skipAtMost, unknown }: SummedCost, who: string): Html {
  const text = (value: bigint): string => {
    if (unknown === 0) return grouped(value);
    return value === 0n ? 'unknown' : `${grouped(value)} + unknown`;
  };
  return html`<td data-label="${who} re-reads">${text(rereadAtMost)}</td>
<td data-label="${who} skips"${skipAtMost > 0n ? html` class="bad"` : null}>${text(skipAtMost)}</td>`;
}

function partitionsTable({ group, entries }: GroupSummary): Html {
  const rows = entries.slice(0, SHOWN_PARTITIONS).map((entry) => positionRow(entry));
  return html`<table><caption class="quiet">Positions of ${nameOf(group)} on the target, and what standing there costs in records</caption>
<thead><tr><th scope="col">partition</th><th scope="col">committed</th><th scope="col">MM2 at</th><th scope="col">re-reads</th><th scope="col">skips</th><th scope="col">Tidemark at</th><th scope="col">re-reads</th><th scope="col">skips</th><th scope="col" class="words">proof</th></tr></thead>
<tbody>${rows}</tbody></table>${more(entries.length - rows.length, 'partition')}`;
}

function positionRow({ topic, partition, committed, mm2, tidemark }: GroupReport): Html {
  const reason = tidemark.reason ?? null;
  return html`<tr><th scope="row">${nameOf(partitionName(topic, partition))}</th><td data-label="committed">${grouped(committed)}</td>
${positionCells(mm2, 'MM2')}${positionCells(tidemark, 'Tidemark')}
<td class="words" data-label="proof">${proofOf(tidemark)}${reason === null ? null : html`<br><span class="quiet">${reason}</span>`}</td></tr>`;
}

function positionCells(position: Mm2Position | TidemarkPosition, who: string): Html {
  const at = offsetOf(position);
  const cost = costOf(position);
  const none = position.kind === 'none' ? 'no offset' : 'unknown';
  const skips = cost?.skipAtMost ?? null;
  return html`<td data-label="${who} at">${at === null ? none : grouped(at)}</td>
<td data-label="${who} re-reads">${cost === null ? 'unknown' : grouped(cost.rereadAtMost)}</td>
<td data-label="${who} skips"${skips !== null && skips > 0n ? html` class="bad"` : null}>${skips === null ? 'unknown' : grouped(skips)}</td>`;
}

/** Kafka allows an empty name, which nobody could read or click. */
function nameOf(name: string): string {
  return name === '' ? '(empty name)' : name;
}
