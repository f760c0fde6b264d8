import type { Api } from './api.ts';
import { toldOperations } from './authorized-operations.ts';

export interface ClusterPermissions {
  readonly error: number;
  /** Our permissions on the cluster, as a set of bits; null if the broker does not report them. */
  readonly operations: number | null;
}

/** DescribeCluster (KIP-700), to get our own permissions. The request itself needs no permission. */
export const DESCRIBE_CLUSTER: Api<null, ClusterPermissions> = {
  key: 60,
  name: 'DescribeCluster',
  oldest: 0,
  newest: 2,
  flexibleFrom: 0,
  write(writer, _request, version) {
    writer.boolean(true);
    if (version >= 1) writer.int8(1); // brokers
    if (version >= 2) writer.boolean(false);
    writer.tags();
  },
  read(reader, version) {
    reader.throttle();
    const error = reader.int16();
    reader.nullableString();
    if (version >= 1) reader.int8();
    reader.string(); // cluster_id
    reader.int32(); // controller_id
    reader.skipArray((r) => {
      r.int32();
      r.string();
      r.int32();
      r.nullableString();
      if (version >= 2) r.boolean();
      r.tags();
    });
    const operations = toldOperations(reader.int32());
    reader.tags();
    return { error, operations };
  },
};
