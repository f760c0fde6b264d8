import type { IsolationLevel } from '../shared/domain/model/cluster.ts';
import type { ClusterAdmin } from './cluster-admin.ts';
import { readPartition } from './partition-records.ts';
import { PartitionTruth } from './partition-truth.ts';

export interface TruthRequest {
  readonly source: { readonly admin: ClusterAdmin };
  readonly target: { readonly admin: ClusterAdmin };
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  /** Which source records count: all data records by default, like MM2's default. */
  readonly isolation?: IsolationLevel;
  /** An earlier truth of the same source topic (same topic id), for records that the source has deleted since. */
  readonly previous?: PartitionTruth | undefined;
}

/** Reads every record of a partition on both sides: the truth with which an audit's claims are compared. */
export async function readTruth(request: TruthRequest): Promise<PartitionTruth> {
  const { topic, targetTopic, partition, isolation } = request;
  // Read the target first: records mirrored in between then have a known source record.
  const target = await readPartition(request.target.admin, targetTopic, partition);
  const source = await readPartition(request.source.admin, topic, partition, isolation);
  return new PartitionTruth(source, target, request.previous);
}
