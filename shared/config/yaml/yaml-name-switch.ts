import type { Flow } from '../../domain/model/flow.ts';
import type { DnsConfig, HookConfig, NamePair, NameRecord, RoutingControls } from '../failover/failover-config.ts';
import type { DnsYaml } from './tidemark-yaml-schema.ts';
import type { FaultAt } from './yaml-connection.ts';
import type { YamlPath } from './yaml-document.ts';

/** Clients ask again after this time: the shortest that a switch can take. */
const DEFAULT_TTL_SECONDS = 5;
const WAYS = ['healthCheck', 'routingControl', 'route53', 'hook'] as const;

/** The clusters between which a name is switched; null after a fault. */
export type PairOf = (name: string, primary?: string) => NamePair | null;

/** How `flows[].failover.dns` switches the name. Null after a fault. */
export function wayFromYaml(
  yaml: DnsYaml,
  record: NameRecord | null,
  path: YamlPath,
  of: { readonly hookOf: (yaml: NonNullable<DnsYaml['hook']>) => HookConfig; readonly pairOf: PairOf },
  faultAt: FaultAt,
): DnsConfig['by'] | null {
  const named = WAYS.filter((way) => yaml[way] !== undefined);
  if (named.length > 1) {
    return faultAt(path, { message: `has ${named.join(' and ')}`, remedy: 'keep one way to switch the name' });
  }
  const { hook, routingControl, route53 } = yaml;
  if (hook !== undefined) return { kind: 'hook', hook: of.hookOf(hook) };
  if (routingControl !== undefined) return { kind: 'routingControl', controls: controlsFromYaml(routingControl) };
  if (record === null) {
    return faultAt(path, {
      message: 'needs name and leadsTo: they are the record that Route 53 has for the target',
      remedy:
        'write name: kafka.example.com, and leadsTo: with the addresses or the one host name of the target; or hook: { apply: [PROGRAM] }',
    });
  }
  if (route53 !== undefined) {
    const { zone, ttlSeconds = DEFAULT_TTL_SECONDS } = route53;
    return { kind: 'route53', record: { ...record, zone, ttlSeconds } };
  }
  return healthCheckFromYaml(yaml, record, path, of.pairOf, faultAt);
}

function controlsFromYaml({
  turnOn,
  turnOff = [],
  endpoints,
}: NonNullable<DnsYaml['routingControl']>): RoutingControls {
  return { turnOn, turnOff, endpoints: Object.entries(endpoints).map(([region, url]) => ({ region, url })) };
}

function healthCheckFromYaml(
  { healthCheck = {}, resolvers = [] }: DnsYaml,
  record: NameRecord,
  path: YamlPath,
  pairOf: PairOf,
  faultAt: FaultAt,
): DnsConfig['by'] | null {
  if (resolvers.length === 0) {
    return faultAt(path, {
      message:
        'needs resolvers: a health check takes minutes, and nothing else shows when the name leads to the target',
      remedy: 'write resolvers: with the DNS servers that clients ask, such as [10.0.0.2]',
    });
  }
  const pair = pairOf(record.name, healthCheck.primary);
  if (pair === null) return null;
  return { kind: 'healthCheck', healthCheck: { ...pair, record, deployment: healthCheck.deployment ?? null } };
}

/**
 * The clusters of a name. Flows in both directions have the same name, and must agree on where it leads when nobody has
 * switched it: to the source of the first of them, if none says anything else.
 */
export function pairOfName(
  { name, primary, flow }: { readonly name: string; readonly primary: string | undefined; readonly flow: Flow },
  known: Map<string, NamePair>,
  path: YamlPath,
  faultAt: FaultAt,
): NamePair | null {
  const { source, target } = flow;
  const first = known.get(name);
  const chosen = primary ?? first?.primary ?? source;
  if (chosen !== source && chosen !== target) {
    const remedy = `write primary: ${source} or primary: ${target}, or another name`;
    return faultAt(path, { message: `has the primary ${chosen}, which is not a cluster of this flow`, remedy });
  }
  const pair = { primary: chosen, secondary: chosen === source ? target : source };
  if (first !== undefined && (first.primary !== pair.primary || first.secondary !== pair.secondary)) {
    return faultAt(path, {
      message: `switches ${name} between ${pair.primary} and ${pair.secondary}, and another flow between ${first.primary} and ${first.secondary}`,
      remedy: 'write the same primary for both flows of a name: the cluster to which it leads in normal operation',
    });
  }
  known.set(name, pair);
  return pair;
}
