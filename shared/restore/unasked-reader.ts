import { ClusterUnreachableError } from '../domain/model/errors.ts';
import type { ClusterReader } from '../ports.ts';

/**
 * A reader of a cluster that is known to be dead: it asks nobody, and says at once that the cluster does not answer. To find
 * that out of a black hole takes seconds, at every connection.
 */
export function unaskedReader(alias: string): ClusterReader {
  const unreachable = async (): Promise<never> => {
    throw new ClusterUnreachableError(alias, 'NOT_ASKED', `cluster ${alias} is known to be dead, and was not asked`);
  };
  return {
    alias,
    requirePermissions: unreachable,
    metadata: unreachable,
    offsets: unreachable,
    firstRecords: unreachable,
    epochEnds: unreachable,
    groups: unreachable,
    commits: unreachable,
    topicConfigs: unreachable,
    scan: unreachable,
    peek: unreachable,
    requestsSent: () => new Map(),
    close: async () => undefined,
  };
}
