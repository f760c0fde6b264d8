import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { done } from './agent-schemas.ts';
import type { LabCluster } from './cluster.ts';

const connectKey = z.tuple([z.string(), z.object({ topic: z.string(), partition: z.number() })]);

/** All topics on the target in which the Connect worker of a dedicated MM2 keeps what it knows. */
export function connectTopics(sourceAlias: string): string[] {
  return ['offsets', 'configs', 'status'].map((what) => `mm2-${what}.${sourceAlias}.internal`);
}

/**
 * Sets the offset of the last record that MM2 believes to have mirrored, or removes it with null, as
 * `connect-offsets` of a Connect cluster does. MM2 must be down: it reads the topic at its start.
 */
export async function setConnectOffset(
  target: LabCluster,
  sourceAlias: string,
  topic: string,
  offset: bigint | null,
): Promise<void> {
  const offsets = `mm2-offsets.${sourceAlias}.internal`;
  const { partition, key } = await keyOf(target, offsets, topic);
  const value = offset === null ? '' : Buffer.from(JSON.stringify({ offset: Number(offset) })).toString('base64');
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-connect-offsets-'));
  try {
    const file = join(folder, 'offset.tsv');
    writeFileSync(file, `${[offsets, partition, Date.now(), key.toString('base64'), value].join('\t')}\n`);
    await target.admin.call('produceFile', { file }, done);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The key under which MM2 stores the position of partition 0 of a topic. */
async function keyOf(target: LabCluster, offsets: string, topic: string): Promise<{ partition: number; key: Buffer }> {
  for (const { partition } of await target.admin.listOffsets(offsets)) {
    for (const { key } of await target.admin.readRaw(offsets, partition)) {
      const parsed = key === null ? undefined : connectKey.safeParse(JSON.parse(key.toString())).data;
      if (key !== null && parsed?.[1].topic === topic && parsed[1].partition === 0) return { partition, key };
    }
  }
  throw new Error(`${offsets} has no offset of ${topic}-0`);
}
