import type { KafkaConnection } from '../../../shared/config/connection/kafka-connection.ts';
import { type FailoverConfig, NO_FAILOVER } from '../../../shared/config/failover/failover-config.ts';
import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import { type ClusterRole, type Flow, flowName, oppositeOf } from '../../../shared/domain/model/flow.ts';
import type { FlowReport } from '../../../shared/domain/model/report.ts';
import type { Join } from '../../../shared/domain/restore/join.ts';
import type { StoredRun } from '../../../shared/failover/run-entry-schema.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import { DEFAULT_PATIENCE, type FailoverWorld } from '../../../shared/failover/step.ts';
import { pointOf } from '../../../shared/failover/way-back.ts';
import { connectorsOf, readerOf } from '../../connect.ts';
import { openHistoryStores, openRunStore } from '../../history/history-stores.ts';
import { type KeptHistory, keepHistory } from '../../history/keep-history.ts';
import type { ConfigOptions } from '../../options/config-options.ts';
import { type HistoryOptions, historyPlace } from '../../options/history-options.ts';
import type { Terminal } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';
import { fenceOf, leverOf, lookupOf, mirrorOf, nameSwitchOf } from './flow-levers.ts';

/** How long one audit, and one use of a connection, may take, in seconds. */
const AUDIT_SECONDS = 60;
/**
 * How long the history is kept for the next audit, in seconds. If this process is killed, the one that continues waits for
 * the end of that, and for the time that an audit may take to be recorded.
 */
const LEASE_SECONDS = 1;

export interface OpenWorld {
  readonly world: FailoverWorld;
  readonly config: FailoverConfig;
  close(): Promise<void>;
}

/** The failover that a failback takes back, and where the runs are kept. */
export interface TakesBack {
  readonly runs: RunStore;
  readonly origin: StoredRun;
}

/** Opens the runs of failovers. @throws UsageError if there is no place to keep them in */
export async function openRuns(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
): Promise<{ readonly runs: RunStore; close(): Promise<void> }> {
  const place = historyPlace(options, terminal.environment);
  if (place !== null) return await openRunStore(place);
  throw new UsageError('the history is off', 'name a place to keep the record and the positions in: --history FILE');
}

/**
 * Everything that a failover of the flow works on, from the configuration; or its failback, if `takesBack` is the failover
 * that it takes back: the flow is then the one that leads back. The caller closes it.
 */
export async function openWorld(
  loaded: TidemarkConfig,
  flow: Flow,
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
  takesBack: TakesBack | null = null,
): Promise<OpenWorld> {
  const { SYSTEM_CLOCK: clock } = await import('../../../shared/adapters/system/system-clock.ts');
  const { DEFAULT_VERIFY_BYTES } = await import('../../../shared/survey/verify-positions.ts');
  const place = historyPlace(options, terminal.environment);
  if (place === null)
    throw new UsageError('a failover needs the history, and it is off', 'name its place: --history FILE');
  const name = flowName(flow);
  const config = loaded.failover?.get(name) ?? NO_FAILOVER;
  const stores = await openHistoryStores(place);
  const kept = await keepHistory(options, terminal, LEASE_SECONDS);
  const clusterOf = (alias: string): KafkaConnection => {
    const connection = loaded.clusters.get(alias);
    if (connection === undefined) throw new Error(`a cluster of ${name} has no connection`);
    return connection;
  };
  const connectionOf = (role: ClusterRole) => clusterOf(flow[role]);
  const { createClusterReader } = await import('../../../shared/adapters/kafka/cluster-reader.ts');
  const { createOffsetWriter } = await import('../../../shared/adapters/kafka/offset-writer.ts');
  const readerOfCluster = (alias: string) =>
    createClusterReader(clusterOf(alias), { deadlineMs: AUDIT_SECONDS * 1000 });
  const reader = (role: ClusterRole) => readerOfCluster(flow[role]);
  const { createCanaryWriter } = await import('../../../shared/adapters/kafka/fencing/canary-writer.ts');
  const { createGroupPlacement } = await import('../../../shared/restore/group-placement.ts');
  const { landingByBoth } = await import('../../../shared/restore/way-back-landing.ts');
  const { flowsOf, leversOfWayBack } = await import('./way-back.ts');
  const { wayBackOf } = await import('../../../shared/failover/way-back-of.ts');
  const forward = takesBack === null ? null : flowsOf(loaded, takesBack.origin.record.subject.flow).forward;
  const { fence } = config;
  const canary = fence?.kind === 'acl' ? fence.canary : null;
  const world: FailoverWorld = {
    flow,
    clock,
    reader,
    audit: () => auditOf(loaded, flow, kept),
    groups: createGroupPlacement({
      flow,
      opposite: oppositeOf(flow, loaded.flows),
      policy: loaded.policy,
      stores,
      clock,
      reader,
      writer: () => createOffsetWriter(connectionOf('target'), { deadlineMs: AUDIT_SECONDS * 1000 }),
      verify: { positions: 'open', budgetBytes: DEFAULT_VERIFY_BYTES },
      ...(forward === null
        ? {}
        : {
            landBack: async (joins: readonly Join[], names: readonly string[]) =>
              await landingByBoth(
                {
                  flow: forward,
                  opposite: flow,
                  policy: loaded.policy,
                  history: stores.history,
                  clock,
                  reader: (role) => readerOfCluster(forward[role]),
                },
                joins,
                names,
              ),
          }),
    }),
    mirror: await mirrorOf(config, flow),
    fence: await fenceOf(config, connectionOf('source'), name),
    canary: canary === null ? null : createCanaryWriter(canary.connection, canary.topic),
    stopConsumers: await leverOf(config.stopConsumers, name, 'stop-consumers'),
    name: await nameSwitchOf(config, flow, place),
    lookup: await lookupOf(config),
    cutter: await leverOf(config.cutConnections, name, 'cut-connections'),
    rpoRecords: config.rpoRecords,
    rtoSeconds: config.rtoSeconds,
    patience: DEFAULT_PATIENCE,
    ...(takesBack === null || forward === null
      ? {}
      : {
          back: await wayBackOf({
            ...takesBack,
            back: flow,
            levers: await leversOfWayBack(loaded, { back: flow, forward }, clusterOf),
            reader: readerOfCluster,
            unmirrored: async (origin) => {
              const { unmirroredAtPoint } = await import('../../../shared/reconcile/unmirrored-at-point.ts');
              return await unmirroredAtPoint(forward, pointOf(origin), readerOfCluster);
            },
          }),
        }),
  };
  return { world, config, close: async () => void (await Promise.all([kept.close(), stores.close()])) };
}

/** Audits the flow as `tidemark audit` does, and keeps the result in the history. */
async function auditOf(config: TidemarkConfig, flow: Flow, kept: KeptHistory): Promise<FlowReport> {
  const { runAudit } = await import('../../../shared/audit/run-audit.ts');
  const { SYSTEM_CLOCK: clock } = await import('../../../shared/adapters/system/system-clock.ts');
  const { flows } = await runAudit({
    config,
    reader: await readerOf(config, AUDIT_SECONDS),
    connectors: await connectorsOf(config, AUDIT_SECONDS),
    clock,
    filter: { flow: (name) => name === flowName(flow) },
    ...(kept.history === null ? {} : { history: kept.history }),
    ...(kept.acknowledgements === null ? {} : { acknowledgements: kept.acknowledgements }),
  });
  const [report] = flows;
  if (report === undefined) throw new Error('an audit of one flow has one report');
  return report;
}
