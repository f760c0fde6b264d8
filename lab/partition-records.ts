import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IsolationLevel } from '../shared/domain/model/cluster.ts';
import { readRange } from './agent-schemas.ts';
import type { ClusterAdmin } from './cluster-admin.ts';

/** All data records of a partition in offset order, as parallel arrays, because there may be millions. */
export interface PartitionRecords {
  /** Log start offset. */
  readonly start: bigint;
  /** Where the read ended: the high watermark, or the last stable offset with read_committed. */
  readonly end: bigint;
  readonly offsets: Float64Array;
  /** The `id` header; empty for a record that the lab did not write. */
  readonly ids: readonly string[];
  /** Base64; empty for a record without a key. */
  readonly keys: readonly string[];
  /** Leader epoch of the batch that has the record. */
  readonly leaderEpochs: Int32Array;
}

/** Reads every data record of a partition with Kafka's own consumer. Offsets of a lab stay below 2^53. */
export async function readPartition(
  admin: ClusterAdmin,
  topic: string,
  partition: number,
  isolation: IsolationLevel = 'read_uncommitted',
): Promise<PartitionRecords> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-records-'));
  try {
    const file = join(folder, 'records.tsv');
    const range = await admin.call('readRecords', { topic, partition, isolation, file }, readRange);
    const lines = readFileSync(file, 'utf8').split('\n');
    lines.pop();
    const offsets = new Float64Array(lines.length);
    const ids: string[] = [];
    const keys: string[] = [];
    const leaderEpochs = new Int32Array(lines.length);
    for (const [index, line] of lines.entries()) {
      const [offset = '', id = '', key = '', leaderEpoch = ''] = line.split('\t');
      offsets[index] = Number(offset);
      ids.push(id);
      keys.push(key);
      leaderEpochs[index] = Number(leaderEpoch);
    }
    return { ...range, offsets, ids, keys, leaderEpochs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
