import * as z from 'zod';
import { decodeCheckpoint } from '../../../shared/domain/mirror/records/checkpoint.ts';
import type { LabCluster } from '../../cluster.ts';

/** Commits on a source by group and `topic-partition`. */
export type Commits = ReadonlyMap<string, ReadonlyMap<string, bigint>>;

const audited = z.object({
  flows: z.array(
    z.object({
      groups: z.array(
        z.object({
          group: z.string(),
          topic: z.string(),
          partition: z.number(),
          committed: z.string().transform(BigInt),
        }),
      ),
    }),
  ),
});

export async function commitsOn({ admin }: LabCluster, groups: readonly string[]): Promise<Commits> {
  const commits = new Map<string, ReadonlyMap<string, bigint>>();
  for (const group of groups) {
    const rows = await admin.groupOffsets(group);
    commits.set(group, new Map(rows.map((row) => [`${row.topic}-${row.partition}`, row.offset])));
  }
  return commits;
}

/** What an audit has read, from its JSON. */
export function auditedCommits(stdout: string): Commits {
  const rows = audited.parse(JSON.parse(stdout)).flows.flatMap(({ groups }) => groups);
  return newest(
    rows.map(({ group, topic, partition, committed: at }) => ({ group, where: `${topic}-${partition}`, at })),
  );
}

/**
 * The newest commits that anybody can know of once the source is lost: those of the last audit, or of a checkpoint that MM2
 * has written since. Groups have committed more, and only the source has that.
 */
export async function knownCommits(audit: Commits, source: string, { admin }: LabCluster): Promise<Commits> {
  const rows = [...audit].flatMap(([group, all]) => [...all].map(([where, at]) => ({ group, where, at })));
  const prefix = `${source}.`;
  for (const { key, value } of await admin.readRaw(`${source}.checkpoints.internal`, 0)) {
    if (key === null || value === null) continue;
    const { group, topic, partition, upstream } = decodeCheckpoint(key, value);
    const name = topic.startsWith(prefix) ? topic.slice(prefix.length) : topic;
    rows.push({ group, where: `${name}-${partition}`, at: upstream });
  }
  return newest(rows);
}

/** In the drills no group goes back. */
function newest(rows: readonly { readonly group: string; readonly where: string; readonly at: bigint }[]): Commits {
  const commits = new Map<string, Map<string, bigint>>();
  for (const { group, where, at } of rows) {
    const of = commits.get(group) ?? new Map<string, bigint>();
    commits.set(group, of);
    const before = of.get(where);
    if (before === undefined || before < at) of.set(where, at);
  }
  return commits;
}
