import type { ChainEntry } from '../../domain/failover/evidence-chain.ts';
import type { RunRecord } from '../../domain/failover/run-record.ts';
import type { StepName } from '../../domain/failover/step-name.ts';
import { type Html, html } from '../../domain/markup/html.ts';
import type { Json } from '../../domain/model/canonical-json.ts';
import { plural } from '../../domain/model/figures.ts';
import type { LogEnds } from '../ends-by-topic.ts';
import { drained } from '../steps/drain.ts';
import { failoverPoints } from '../steps/record-points.ts';
import { restored, type WrittenPosition } from '../steps/restore-groups.ts';
import { tableOf, word } from './table-html.ts';

/** Where every group was on the target before, where it was put, and what that costs it; or why that is not known. */
export function positionsTable({ steps }: RunRecord, entries: readonly ChainEntry[]): Html {
  const evidence = lastEvidence(entries, 'restore-groups');
  if (evidence === null) return unknown('step restore-groups, which writes the positions, was not completed');
  const parsed = restored.safeParse(evidence);
  if (!parsed.success) return unknown('its entry has a form that this version does not know');
  const { positions, written, plan, hash, readAt } = parsed.data;
  if (written === null) {
    return unknown(
      `${plural(positions, 'position')} are too many for one entry; tidemark restore show ${plan ?? ''} has them as long as the history is kept`,
    );
  }
  if (written === undefined) return unknown('the version of Tidemark that carried it out did not record them');
  if (written.length === 0) return html`<p>There was no consumer group to place.</p>`;
  const state = steps.get('restore-groups')?.kind;
  const isUndone = state === 'undone' || state === 'undoing';
  const after = isUndone ? html` ${word('They were put back later', 'warn')}: see the undo in the timeline.` : null;
  return html`<p>${plural(written.length, 'position')}, each of them read back from the target as it is here under "after". Written by the restore plan
<span class="name">${plan ?? 'unknown'}</span> with the hash <code>${hash ?? 'unknown'}</code>, from what the groups had reached on the source at ${readAt ?? 'an unknown time'}.${after}</p>
${tableOf(
  'Positions of consumer groups',
  [
    ['Group'],
    ['Partition on the target'],
    ['on the source', 'number'],
    ['before', 'number'],
    ['after', 'number'],
    ['reads again, at most', 'number'],
    ['never reads, at most', 'number'],
    ['Proof'],
  ],
  written.map(positionRow),
)}
<p>All together read at most ${plural(sumOf(written, 'rereadAtMost'), 'record')} again, and at most ${plural(sumOf(written, 'skipAtMost'), 'record')} are never read by a group.</p>
<p class="quiet">A position is the offset of the next record that a group reads. "on the source" is the one that the group had reached there, and "after" is what stands for it on the
target. "before" is what the group had on the target when the positions were planned, mostly from MirrorMaker; "none": it had no position there. Proof: "verified" was compared record by record, "exact" follows from the offsets, "bounded" and "conservative" can only make a group read records again.</p>`;
}

function sumOf(written: readonly WrittenPosition[], of: 'rereadAtMost' | 'skipAtMost'): bigint {
  return written.reduce((sum, one) => sum + (/^\d+$/.test(one[of]) ? BigInt(one[of]) : 0n), 0n);
}

function positionRow(position: WrittenPosition): Html {
  const { group, topic, partition, committed, from, to, rereadAtMost, skipAtMost, proof, reason } = position;
  const number = (text: string) => html`<td class="number">${text}</td>`;
  return html`<tr><th scope="row" class="name">${group}</th><td class="name">${topic}-${partition}</td>${number(committed ?? 'unknown')}${number(from ?? 'none')}${number(to)}${number(rereadAtMost)}${number(skipAtMost)}<td class="name">${reason == null ? proof : `${proof}: ${reason}`}</td></tr>`;
}

/** Where both logs of every partition ended. */
export function pointsTable({ subject }: RunRecord, entries: readonly ChainEntry[]): Html {
  const points = failoverPoints.safeParse(lastEvidence(entries, 'record-points'));
  const source = drained.safeParse(lastEvidence(entries, 'drain'));
  const rows = subject.topics.flatMap(({ topic, targetTopic, partitions }) =>
    Array.from({ length: Math.min(partitions, MOST_PARTITIONS) }, (_, partition) => {
      const ended = source.success ? endOf(source.data.sourceEnds, topic, partition) : null;
      const point = points.success ? endOf(points.data.targetEnds, targetTopic, partition) : null;
      return html`<tr><th scope="row" class="name">${topic}-${partition}</th><td class="number">${ended ?? 'unknown'}</td><td class="name">${targetTopic}-${partition}</td><td class="number">${point ?? 'unknown'}</td></tr>`;
    }),
  );
  return html`${points.success ? null : unknown('step record-points, which records them, was not completed')}
${source.success ? null : html`<p>Where the source ended is unknown, because step drain, which reads it, was not completed or was left out.</p>`}
${tableOf('Failover points', [['Partition on the source'], ['ended at', 'number'], ['Partition on the target'], ['failover point', 'number']], rows)}
<p class="quiet">The failover point is where the partition of the target ended before any application could write there. The two numbers of a row are of two logs, and need not be
equal: MirrorMaker copies records, not offsets.</p>`;
}

/** More than Kafka has of one topic anywhere: a number in a file must not fill the memory. */
const MOST_PARTITIONS = 100_000;

function endOf(ends: LogEnds, topic: string, partition: number): string | null {
  return (Object.hasOwn(ends, topic) ? ends[topic]?.[partition] : undefined) ?? null;
}

/** The last evidence of a step, also if the step was undone later: it happened. */
function lastEvidence(entries: readonly ChainEntry[], step: StepName): Json | null {
  const found = entries.findLast(({ event }) => event.kind === 'done' && event.step === step)?.event;
  return found?.kind === 'done' ? found.evidence : null;
}

function unknown(why: string): Html {
  return html`<p><strong>Unknown</strong>, because ${why}.</p>`;
}
