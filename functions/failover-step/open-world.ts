import { randomUUID } from 'node:crypto';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Route53Client } from '@aws-sdk/client-route-53';
import { Route53RecoveryClusterClient } from '@aws-sdk/client-route53-recovery-cluster';
import { createNameSignal } from '../../shared/adapters/cloudwatch/name-signal.ts';
import { createConnectMirrorControl } from '../../shared/adapters/connect-rest/connect-mirror-control.ts';
import { createConnectMirrorOffsets } from '../../shared/adapters/connect-rest/connect-mirror-offsets.ts';
import { createConnectorReader } from '../../shared/adapters/connect-rest/connector-reader.ts';
import { createNameLookup } from '../../shared/adapters/dns/name-lookup.ts';
import { createDynamoDbAcknowledgementStore } from '../../shared/adapters/dynamodb/dynamodb-acknowledgement-store.ts';
import { createDynamoDbNameSideStore } from '../../shared/adapters/dynamodb/dynamodb-name-side-store.ts';
import { createDynamoDbPlanStore } from '../../shared/adapters/dynamodb/dynamodb-plan-store.ts';
import { createDynamoDbSnapshotStore } from '../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { createHookFence, createHookLever, createHookMirrorControl } from '../../shared/adapters/hook/hook-lever.ts';
import { createClusterReader } from '../../shared/adapters/kafka/cluster-reader.ts';
import { createAclFence } from '../../shared/adapters/kafka/fencing/acl-fence.ts';
import { createCanaryWriter } from '../../shared/adapters/kafka/fencing/canary-writer.ts';
import { createOffsetWriter } from '../../shared/adapters/kafka/offset-writer.ts';
import { createRoute53NameSwitch } from '../../shared/adapters/route53/route53-name-switch.ts';
import { createRoutingControlNameSwitch } from '../../shared/adapters/routing-control/routing-control-name-switch.ts';
import { runAudit } from '../../shared/audit/run-audit.ts';
import type { KafkaConnection } from '../../shared/config/connection/kafka-connection.ts';
import {
  type FailoverConfig,
  type HookConfig,
  NO_FAILOVER,
  type RoutingEndpoint,
} from '../../shared/config/failover/failover-config.ts';
import type { TidemarkConfig } from '../../shared/config/tidemark-config.ts';
import type { StepName } from '../../shared/domain/failover/step-name.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import { type ClusterRole, type Flow, flowName, oppositeOf } from '../../shared/domain/model/flow.ts';
import type { FlowReport } from '../../shared/domain/model/report.ts';
import type { Join } from '../../shared/domain/restore/join.ts';
import { FailoverRefusedError } from '../../shared/failover/failover-errors.ts';
import { failoverToTakeBack } from '../../shared/failover/failover-to-take-back.ts';
import { createHealthCheckSwitch } from '../../shared/failover/health-check-switch.ts';
import type { StoredRun } from '../../shared/failover/run-entry-schema.ts';
import { runOf } from '../../shared/failover/run-in-parts.ts';
import type { RunStore } from '../../shared/failover/run-store.ts';
import { DEFAULT_PATIENCE, type FailoverPatience } from '../../shared/failover/step.ts';
import { pointOf } from '../../shared/failover/way-back.ts';
import { type WayBackParts, wayBackOf } from '../../shared/failover/way-back-of.ts';
import { HistoryRecorder } from '../../shared/history/history-recorder.ts';
import type { Clock, Lever, MirrorControl, MirrorOffsets, NameSwitch, WriteFence } from '../../shared/ports.ts';
import { unmirroredAtPoint } from '../../shared/reconcile/unmirrored-at-point.ts';
import { createGroupPlacement } from '../../shared/restore/group-placement.ts';
import { landingByBoth } from '../../shared/restore/way-back-landing.ts';
import { DEFAULT_VERIFY_BYTES } from '../../shared/survey/verify-positions.ts';
import { AWS_CLIENT_SETTINGS } from '../runtime/aws-client-settings.ts';
import type { OpenWorld, TakesBack, TaskHands } from './do-task.ts';

/** How long one audit, and one use of a connection, may take. */
const AUDIT_MS = 60_000;
/** How long this invocation keeps the history for its next audit, and may take to record one. */
const LEASE_MS = 31_000;
/** A drain and its proof fit into one invocation; the state machine repeats the step. */
const PATIENCE: FailoverPatience = { ...DEFAULT_PATIENCE, drainMs: 300_000 };

export interface WorldSources {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Name of the deployment. */
  readonly deployment: string;
  readonly clock: Clock;
  readonly runs: RunStore;
  readonly load: (options: { readonly writers: boolean }) => Promise<TidemarkConfig>;
}

/** Opens everything that a failover of a flow works on, from the deployed configuration. */
export function createWorldOpener(sources: WorldSources): TaskHands['openWorld'] {
  const { client, table, clock, runs, load } = sources;
  const plans = createDynamoDbPlanStore(client, table);
  const acknowledgements = createDynamoDbAcknowledgementStore(client, table);
  return async (name, options): Promise<OpenWorld> => {
    const loaded = await load(options);
    const flow = flowOf(loaded, name);
    const forward = options.takesBack.kind === 'none' ? null : forwardOf(loaded, flow);
    const origin = forward === null ? null : await originOf(runs, flowName(forward), options.takesBack);
    const config = loaded.failover?.get(name) ?? NO_FAILOVER;
    const history = createDynamoDbSnapshotStore(client, table);
    const recorder = new HistoryRecorder({
      store: history,
      owner: `failover:${randomUUID()}`,
      retention: DEFAULT_RETENTION,
      leaseMs: LEASE_MS,
      clock,
    });
    const connectionOf = (alias: string): KafkaConnection => {
      const connection = loaded.clusters.get(alias);
      if (connection === undefined) throw new Error(`cluster ${alias} of a flow has no connection`);
      return connection;
    };
    const readerOf = (alias: string) => createClusterReader(connectionOf(alias), { deadlineMs: AUDIT_MS });
    const reader = (role: ClusterRole) => readerOf(flow[role]);
    const audit = async (): Promise<FlowReport> => {
      const end = clock.now() + AUDIT_MS;
      const limits = () => ({ deadlineMs: Math.max(1, end - clock.now()) });
      const { flows } = await runAudit({
        config: loaded,
        clock,
        reader: (alias) => createClusterReader(connectionOf(alias), limits()),
        connectors: (of) => {
          const connection = loaded.connect?.get(of);
          return connection === undefined ? null : createConnectorReader(connection, limits());
        },
        filter: { flow: (one) => one === name },
        history: recorder,
        acknowledgements,
      });
      const [report] = flows;
      if (report === undefined) throw new Error('an audit of one flow has one report');
      return report;
    };
    const canary = config.fence?.kind === 'acl' ? config.fence.canary : null;
    return {
      world: {
        flow,
        clock,
        reader,
        audit,
        groups: createGroupPlacement({
          flow,
          opposite: oppositeOf(flow, loaded.flows),
          policy: loaded.policy,
          stores: { history, plans },
          clock,
          reader,
          writer: () => createOffsetWriter(connectionOf(flow.target), { deadlineMs: AUDIT_MS }),
          verify: { positions: 'open', budgetBytes: DEFAULT_VERIFY_BYTES },
          ...(forward !== null && {
            landBack: async (joins: readonly Join[], groups: readonly string[]) =>
              await landingByBoth(
                {
                  flow: forward,
                  opposite: flow,
                  policy: loaded.policy,
                  history,
                  clock,
                  reader: (role) => readerOf(forward[role]),
                },
                joins,
                groups,
              ),
          }),
        }),
        mirror: mirrorOf(config, flow),
        fence: fenceOf(config, connectionOf(flow.source), name),
        canary: canary === null ? null : createCanaryWriter(canary.connection, canary.topic),
        stopConsumers: leverOf(config.stopConsumers, name, 'stop-consumers'),
        name: nameSwitchOf(config, flow, sources),
        lookup: config.dns?.lookup ? createNameLookup(config.dns.lookup) : null,
        cutter: leverOf(config.cutConnections, name, 'cut-connections'),
        rpoRecords: config.rpoRecords,
        rtoSeconds: config.rtoSeconds,
        patience: PATIENCE,
        ...(forward !== null &&
          origin !== null && {
            back: await wayBackOf({
              runs,
              origin,
              back: flow,
              levers: leversOf(loaded, { back: flow, forward }, connectionOf),
              reader: readerOf,
              unmirrored: async (one) => await unmirroredAtPoint(forward, pointOf(one), readerOf),
            }),
          }),
      },
      // A lease that could not be given back ends by itself; what was recorded stays.
      close: () => recorder.release().catch(() => undefined),
    };
  };
}

function flowOf({ flows }: TidemarkConfig, name: string): Flow {
  const flow = flows.find((one) => flowName(one) === name);
  if (flow !== undefined) return flow;
  const known = flows.map(flowName).join(', ');
  const reason = `the configuration has no flow ${name}`;
  throw new FailoverRefusedError('FLOW_UNKNOWN', [reason], `Name one of: ${known}.`);
}

/** The flow that was failed over. */
function forwardOf({ flows }: TidemarkConfig, back: Flow): Flow {
  const forward = oppositeOf(back, flows);
  if (forward !== null) return forward;
  const reason = `the configuration has no flow ${back.target}->${back.source}`;
  const remedy = 'A failback needs both directions: enable it, and add its flows[].connect and flows[].failover.';
  throw new FailoverRefusedError('FLOW_UNKNOWN', [reason], remedy);
}

async function originOf(runs: RunStore, flow: string, takesBack: TakesBack): Promise<StoredRun> {
  if (takesBack.kind === 'assessed') return await runOf(runs, takesBack.run);
  const found = await failoverToTakeBack(runs, flow, takesBack.kind === 'named' ? takesBack.run : null);
  if (found.kind === 'found') return found.stored;
  throw new FailoverRefusedError('FAILOVER_UNKNOWN', [found.reason], `${found.remedy}.`);
}

function leversOf(
  config: TidemarkConfig,
  { back, forward }: { readonly back: Flow; readonly forward: Flow },
  connectionOf: (alias: string) => KafkaConnection,
): WayBackParts['levers'] {
  const configOf = (flow: Flow): FailoverConfig => config.failover?.get(flowName(flow)) ?? NO_FAILOVER;
  return {
    offsets: offsetsOf(configOf(back), back),
    forwardOffsets: offsetsOf(configOf(forward), forward),
    forwardMirror: mirrorOf(configOf(forward), forward),
    targetFence: fenceOf(configOf(forward), connectionOf(forward.source), flowName(forward)),
  };
}

/** Offsets can be set where the mirror is controlled by Kafka Connect. */
function offsetsOf({ mirrorControl }: FailoverConfig, flow: Flow): MirrorOffsets | null {
  return mirrorControl?.kind === 'connect' ? createConnectMirrorOffsets(mirrorControl.connection, flow) : null;
}

function mirrorOf({ mirrorControl }: FailoverConfig, flow: Flow): MirrorControl | null {
  if (mirrorControl === null) return null;
  if (mirrorControl.kind === 'hook') return createHookMirrorControl(mirrorControl.hook, flowName(flow));
  return createConnectMirrorControl(mirrorControl.connection, flow);
}

function fenceOf({ fence }: FailoverConfig, source: KafkaConnection, flow: string): WriteFence | null {
  if (fence === null) return null;
  return fence.kind === 'hook' ? createHookFence(fence.hook, flow) : createAclFence(source, fence);
}

function nameSwitchOf({ dns }: FailoverConfig, flow: Flow, sources: WorldSources): NameSwitch | null {
  if (dns === null) return null;
  if (dns.by.kind === 'hook') return createHookLever(dns.by.hook, flowName(flow), 'switch-name');
  if (dns.by.kind === 'healthCheck') {
    const { client, table, clock, deployment } = sources;
    return createHealthCheckSwitch({
      healthCheck: dns.by.healthCheck,
      deployment,
      target: flow.target,
      sides: createDynamoDbNameSideStore(client, table),
      signal: createNameSignal(new CloudWatchClient(AWS_CLIENT_SETTINGS), deployment),
      clock,
    });
  }
  if (dns.by.kind === 'routingControl') {
    // An endpoint that does not answer is left for the next one.
    const clientOf = ({ url, region }: RoutingEndpoint) =>
      new Route53RecoveryClusterClient({ ...AWS_CLIENT_SETTINGS, maxAttempts: 1, endpoint: url, region });
    return createRoutingControlNameSwitch(clientOf, dns.by.controls);
  }
  return createRoute53NameSwitch(new Route53Client({ ...AWS_CLIENT_SETTINGS, maxAttempts: 5 }), dns.by.record);
}

function leverOf(hook: HookConfig | null, flow: string, step: StepName): Lever | null {
  return hook === null ? null : createHookLever(hook, flow, step);
}
