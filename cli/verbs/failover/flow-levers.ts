import type { KafkaConnection } from '../../../shared/config/connection/kafka-connection.ts';
import type { FailoverConfig, HookConfig } from '../../../shared/config/failover/failover-config.ts';
import type { StepName } from '../../../shared/domain/failover/step-name.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import type { Lever, MirrorControl, NameLookup, NameSwitch, WriteFence } from '../../../shared/ports.ts';

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

export async function nameSwitchOf({ dns }: FailoverConfig, flow: string): Promise<NameSwitch | null> {
  if (dns === null) return null;
  if (dns.by.kind === 'hook') return await leverOf(dns.by.hook, flow, 'switch-name');
  const { createRoute53NameSwitch } = await import('../../../shared/adapters/route53/route53-name-switch.ts');
  const { createRoute53Client } = await import('./route53-client.ts');
  return createRoute53NameSwitch(createRoute53Client(), dns.by.record);
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
