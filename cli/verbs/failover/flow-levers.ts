import type { KafkaConnection } from '../../../shared/config/connection/kafka-connection.ts';
import type { FailoverConfig, HookConfig, NameHealthCheck } from '../../../shared/config/failover/failover-config.ts';
import type { StepName } from '../../../shared/domain/failover/step-name.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import type { Lever, MirrorControl, NameLookup, NameSwitch, WriteFence } from '../../../shared/ports.ts';
import type { HistoryPlace } from '../../history/history-place.ts';
import { UsageError } from '../../output/usage-error.ts';

export async function mirrorOf({ mirrorControl }: FailoverConfig, flow: Flow): Promise<MirrorControl | null> {
  if (mirrorControl === null) return null;
  if (mirrorControl.kind === 'hook') {
    const { createHookMirrorControl } = await import('../../../shared/adapters/hook/hook-lever.ts');
    return createHookMirrorControl(mirrorControl.hook, flowName(flow));
  }
  const { createConnectMirrorControl } = await import(
    '../../../shared/adapters/connect-rest/connect-mirror-control.ts'
  );
  return createConnectMirrorControl(mirrorControl.connection, flow);
}

export async function fenceOf(
  { fence }: FailoverConfig,
  source: KafkaConnection,
  flow: string,
): Promise<WriteFence | null> {
  if (fence === null) return null;
  if (fence.kind === 'hook') {
    const { createHookFence } = await import('../../../shared/adapters/hook/hook-lever.ts');
    return createHookFence(fence.hook, flow);
  }
  const { createAclFence } = await import('../../../shared/adapters/kafka/fencing/acl-fence.ts');
  return createAclFence(source, fence);
}

export async function nameSwitchOf(
  { dns }: FailoverConfig,
  flow: Flow,
  place: HistoryPlace,
): Promise<NameSwitch | null> {
  if (dns === null) return null;
  if (dns.by.kind === 'hook') return await leverOf(dns.by.hook, flowName(flow), 'switch-name');
  if (dns.by.kind === 'healthCheck') return await healthCheckSwitchOf(dns.by.healthCheck, flow, place);
  if (dns.by.kind === 'routingControl') {
    const { createRoutingControlNameSwitch } = await import(
      '../../../shared/adapters/routing-control/routing-control-name-switch.ts'
    );
    const { createRoutingControlClient } = await import('./routing-control-client.ts');
    return createRoutingControlNameSwitch(createRoutingControlClient, dns.by.controls);
  }
  const { createRoute53NameSwitch } = await import('../../../shared/adapters/route53/route53-name-switch.ts');
  const { createRoute53Client } = await import('./route53-client.ts');
  return createRoute53NameSwitch(createRoute53Client(), dns.by.record);
}

/** The audits of a deployment publish what is in its table: a file of this machine would move nothing. */
async function healthCheckSwitchOf(healthCheck: NameHealthCheck, flow: Flow, place: HistoryPlace): Promise<NameSwitch> {
  const { deployment, record } = healthCheck;
  if (deployment === null || place.kind !== 'dynamodb') {
    throw new UsageError(
      `the health check of ${record.name} follows a deployment in AWS`,
      'write dns: { healthCheck: { deployment: NAME } }, and name its table: --history dynamodb:TABLE; or switch the name by another way',
    );
  }
  const { createHealthCheckSwitch } = await import('../../../shared/failover/health-check-switch.ts');
  const { createDynamoDbNameSideStore } = await import('../../../shared/adapters/dynamodb/dynamodb-name-side-store.ts');
  const { createNameSignal } = await import('../../../shared/adapters/cloudwatch/name-signal.ts');
  const { createDynamoDbClient } = await import('../../history/dynamodb-client.ts');
  const { createCloudWatchClient } = await import('./cloudwatch-client.ts');
  const { SYSTEM_CLOCK: clock } = await import('../../../shared/adapters/system/system-clock.ts');
  return createHealthCheckSwitch({
    healthCheck,
    deployment,
    target: flow.target,
    sides: createDynamoDbNameSideStore(createDynamoDbClient(), place.table),
    signal: createNameSignal(createCloudWatchClient(), deployment),
    clock,
  });
}

export async function lookupOf({ dns }: FailoverConfig): Promise<NameLookup | null> {
  if (dns === null || dns.lookup === null) return null;
  const { createNameLookup } = await import('../../../shared/adapters/dns/name-lookup.ts');
  return createNameLookup(dns.lookup);
}

export async function leverOf(hook: HookConfig | null, flow: string, step: StepName): Promise<Lever | null> {
  if (hook === null) return null;
  const { createHookLever } = await import('../../../shared/adapters/hook/hook-lever.ts');
  return createHookLever(hook, flow, step);
}
