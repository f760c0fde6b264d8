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
  /** Which source records count: all data records by default, as MM2 mirrors them by default. */
  readonly isolation?: IsolationLevel;
  /** An earlier truth of the same source topic (not of one recreated since): what it knew and the source deleted. */
  readonly previous?: PartitionTruth | undefined;
}

/** Reads every record of a partition on both sides: the truth that an audit's claims are held against. */
export async function readTruth(request: TruthRequest): Promise<PartitionTruth> {
  const { topic, targetTopic, partition, isolation } = request;
  // Target first: what is mirrored in between then has a source record that is known.
  const target = await readPartition(request.target.admin, targetTopic, partition);
  const source = await readPartition(request.source.admin, topic, partition, isolation);
  return new PartitionTruth(source, target, request.previous);
}
