import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { LabCluster } from './cluster.ts';

const FIRST_SEGMENT = '00000000000000000000.log';

/** A place in a partition's log, at the end of a batch, to which the log can be cut. */
export interface LogMark {
  readonly file: string;
  readonly bytes: number;
}

/** The present end of a partition's log. Valid while the log has a single segment. */
export function markLogEnd(cluster: LabCluster, topic: string, partition = 0): LogMark {
  const file = join(cluster.dataFolder(1), `${topic}-${partition}`, FIRST_SEGMENT);
  return { file, bytes: statSync(file).size };
}

/**
 * Cuts logs of a one-broker cluster back to marks, as an unclean leader election does: the topic ids stay, the ends
 * go back and the leader epoch rises. Kills the broker and starts it again: it takes the shorter logs for what was
 * on its disk before a crash.
 */
export async function cutLogs(cluster: LabCluster, ...marks: readonly LogMark[]): Promise<void> {
  await cluster.kill(1);
  for (const { file, bytes } of marks) truncateSync(file, bytes);
  await cluster.restart(1);
}
