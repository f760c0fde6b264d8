import type { KafkaConnection } from '../config/connection/kafka-connection.ts';
import type { TidemarkConfig } from '../config/tidemark-config.ts';
import { flowName } from '../domain/model/flow.ts';
import type { ClusterReader } from '../ports.ts';
import type { Check, DoctorReport } from './check.ts';
import type { Examined } from './cluster-checks.ts';
import { checkDistinct, checkPermissions, examineCluster } from './cluster-checks.ts';
import { examineFlow } from './flow-checks.ts';
import { requiredPermissions } from './permissions.ts';

export interface DiagnoseOptions {
  readonly config: TidemarkConfig;
  /** Opens a reader; it sends nothing before its first read. */
  readonly connect: (connection: KafkaConnection) => ClusterReader;
  /** Called before each part, for progress. */
  readonly onStep?: (what: string) => void;
}

/**
 * Checks everything that an audit relies on: connections, permissions, MM2's topics, the assumptions of the
 * configuration. It continues after a failure, so that one run shows all problems. It only reads.
 */
export async function diagnose({ config, connect, onStep }: DiagnoseOptions): Promise<DoctorReport> {
  const aliases = new Set(config.flows.flatMap((flow) => [flow.source, flow.target]));
  const connections = [...config.clusters.values()].filter(({ alias }) => aliases.has(alias));
  const readers = connections.map(connect);
  const checks: Check[] = [];
  const permissions = requiredPermissions(config);
  try {
    onStep?.(`checking ${connections.map(({ alias }) => alias).join(', ')}`);
    const clusters = new Map<string, Examined>();
    const ofClusters = await Promise.all(
      readers.map(async (reader) => {
        const found: Check[] = [];
        const examined = await examineCluster(reader, (check) => found.push(check));
        await checkPermissions(examined, permissions.get(reader.alias) ?? [], (check) => found.push(check));
        return { examined, found };
      }),
    );
    for (const { examined, found } of ofClusters) {
      clusters.set(examined.reader.alias, examined);
      checks.push(...found);
    }
    checkDistinct(clusters, (check) => checks.push(check));
    for (const flow of config.flows) {
      onStep?.(`checking ${flowName(flow)}`);
      await examineFlow(flow, clusters, (check) => checks.push(check));
    }
    return { checks, permissions };
  } finally {
    await Promise.allSettled(readers.map((reader) => reader.close()));
  }
}
