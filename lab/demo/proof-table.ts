import * as z from 'zod';
import type { PartitionTruth } from '../partition-truth.ts';

const offset = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : BigInt(text)));
const costs = { rereadAtMost: offset, skipAtMost: offset };

/** The part of `tidemark audit --format json` that the demo uses. */
export const auditJson = z.object({
  flows: z.array(
    z.object({
      verdict: z.string(),
      loss: z.union([
        z.object({ kind: z.literal('known'), records: z.string() }),
        z.object({ kind: z.literal('unknown'), reason: z.string() }),
      ]),
      groups: z.array(
        z.object({
          group: z.string(),
          topic: z.string(),
          partition: z.number(),
          committed: z.string().transform(BigInt),
          mm2: z.object({ position: offset, ...costs }),
          tidemark: z.object({ position: offset, proof: z.string(), ...costs }),
        }),
      ),
    }),
  ),
});
export type AuditJson = z.infer<typeof auditJson>;

export interface Proof {
  readonly lines: readonly string[];
  readonly held: boolean;
}

/** Compares every position of the audit, Tidemark's and MM2's, with the records of both clusters. */
export function provePositions(
  flow: AuditJson['flows'][number],
  truthOf: (topic: string, partition: number) => PartitionTruth | undefined,
): Proof {
  const header = ['group', 'partition', 'audit: at most', 'Tidemark: actual', 'MM2: actual', ''];
  const rows: string[][] = [];
  let held = true;
  for (const { group, topic, partition, committed, mm2, tidemark } of flow.groups) {
    const truth = truthOf(topic, partition);
    if (truth === undefined) continue;
    const cost = (position: bigint | null) =>
      position === null
        ? null
        : { rereads: truth.rereads(position, committed), skips: truth.skips(position, committed) };
    const ours = cost(tidemark.position);
    const theirs = cost(mm2.position);
    const ok =
      ours === null ||
      (ours.rereads <= (tidemark.rereadAtMost ?? ours.rereads) && ours.skips <= (tidemark.skipAtMost ?? ours.skips));
    held &&= ok;
    rows.push([
      group,
      `${topic}-${partition}`,
      tidemark.rereadAtMost === null ? 'unknown' : `${tidemark.rereadAtMost} re-read`,
      costText(ours),
      costText(theirs),
      ok ? `held (${tidemark.proof})` : 'BROKEN',
    ]);
  }
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return { lines: [header, ...rows].map(line), held };
}

function costText(cost: { readonly rereads: bigint; readonly skips: bigint } | null): string {
  if (cost === null) return 'no position';
  return cost.skips > 0n ? `${cost.rereads} re-read, ${cost.skips} skipped` : `${cost.rereads} re-read`;
}
