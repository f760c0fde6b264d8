import { type Flow, flowName } from '../../domain/model/flow.ts';
import type { ConnectConnection } from '../connection/connect-connection.ts';
import { type KafkaConnection, writingConnection } from '../connection/kafka-connection.ts';
import { resolveReference } from '../connection/secret-source.ts';
import { withWriter } from '../connection/writer-credentials.ts';
import type { AclFenceConfig, FailoverConfig, HookConfig, NamePair } from '../failover/failover-config.ts';
import type { LoadContext } from '../setting.ts';
import type { AclFenceYaml, DnsYaml, FlowFailoverYaml, FlowYaml, HookYaml } from './tidemark-yaml-schema.ts';
import { trimmedName } from './yaml-connect.ts';
import { type FaultAt, writerFromYaml } from './yaml-connection.ts';
import { dnsFromYaml } from './yaml-dns.ts';
import type { YamlPath } from './yaml-document.ts';
import { milliseconds } from './yaml-flow.ts';
import { pairOfName } from './yaml-name-switch.ts';

const DEFAULT_HOOK_TIMEOUT_MS = 60_000;

/** What the rest of the file says. */
interface Known {
  readonly flows: readonly Flow[];
  readonly clusters: ReadonlyMap<string, KafkaConnection>;
  readonly connect: ReadonlyMap<string, ConnectConnection>;
  /** Whether to resolve references: only commands that write need them. */
  readonly writers: boolean;
}

interface KnownOfFlows extends Known {
  /** By name: the clusters of the flow that named it first. */
  readonly pairs: Map<string, NamePair>;
}

/** `flows[].failover` by the name of its flow. Flows without it are absent. */
export function failoverFromYaml(
  flows: readonly FlowYaml[],
  known: Known,
  context: LoadContext,
  faultAt: FaultAt,
): ReadonlyMap<string, FailoverConfig> {
  const byFlow = new Map<string, FailoverConfig>();
  const pairs = new Map<string, NamePair>();
  for (const [index, { flow, failover }] of flows.entries()) {
    if (failover === undefined) continue;
    const name = trimmedName(flow);
    const reader = new FailoverReader(name, ['flows', index, 'failover'], { ...known, pairs }, context, faultAt);
    byFlow.set(name, reader.read(failover));
  }
  return byFlow;
}

/** Reads the failover of one flow. */
class FailoverReader {
  readonly #flow: string;
  readonly #path: YamlPath;
  readonly #known: KnownOfFlows;
  readonly #context: LoadContext;
  readonly #faultAt: FaultAt;

  constructor(flow: string, path: YamlPath, known: KnownOfFlows, context: LoadContext, faultAt: FaultAt) {
    this.#flow = flow;
    this.#path = path;
    this.#known = known;
    this.#context = context;
    this.#faultAt = faultAt;
  }

  read({ objectives, mirrorControl, fence, dns, ...levers }: FlowFailoverYaml): FailoverConfig {
    const hookOf = (key: keyof typeof levers): HookConfig | null => {
      const lever = levers[key];
      return lever === undefined ? null : this.#hook(lever.hook, [key, 'hook']);
    };
    return {
      rpoRecords: objectives?.rpoRecords === undefined ? null : BigInt(objectives.rpoRecords),
      rtoSeconds: objectives?.rtoSeconds ?? null,
      mirrorControl: this.#mirrorControl(mirrorControl),
      fence: this.#fence(fence),
      stopConsumers: hookOf('stopConsumers'),
      dns: dns === undefined ? null : this.#dns(dns),
      cutConnections: hookOf('cutConnections'),
    };
  }

  #dns(yaml: DnsYaml): FailoverConfig['dns'] {
    const hookOf = (hook: HookYaml) => this.#hook(hook, ['dns', 'hook']);
    const path = [...this.#path, 'dns'];
    const flow = this.#known.flows.find((one) => flowName(one) === this.#flow);
    const pairOf = (name: string, primary?: string) =>
      // Without its flow the configuration has another fault.
      flow === undefined ? null : pairOfName({ name, primary, flow }, this.#known.pairs, path, this.#faultAt);
    return dnsFromYaml(yaml, path, { hookOf, pairOf }, this.#faultAt);
  }

  #mirrorControl(yaml: FlowFailoverYaml['mirrorControl']): FailoverConfig['mirrorControl'] {
    if (yaml === undefined) return null;
    if (yaml !== 'connect') return { kind: 'hook', hook: this.#hook(yaml.hook, ['mirrorControl', 'hook']) };
    const connection = this.#known.connect.get(this.#flow);
    if (connection !== undefined) return { kind: 'connect', connection };
    return this.#faultAt([...this.#path, 'mirrorControl'], {
      message: 'needs the REST API of Kafka Connect',
      remedy: 'add connect: { url: http://connect:8083 } to the flow, or stop MirrorMaker by a hook',
    });
  }

  #fence(yaml: FlowFailoverYaml['fence']): FailoverConfig['fence'] {
    if (yaml === undefined) return null;
    if ('hook' in yaml) return { kind: 'hook', hook: this.#hook(yaml.hook, ['fence', 'hook']) };
    return this.#aclFence(yaml.acl, ['fence', 'acl']);
  }

  #aclFence({ principals, mirrorPrincipal, everyoneWithoutAcl, canary }: AclFenceYaml, at: YamlPath): AclFenceConfig {
    for (const [index, principal] of principals.entries()) {
      const problem = problemOf(principal, mirrorPrincipal);
      if (problem !== null) this.#faultAt([...this.#path, ...at, 'principals', index], problem);
    }
    return {
      kind: 'acl',
      principals,
      mirrorPrincipal: mirrorPrincipal ?? null,
      everyoneWithoutAcl: everyoneWithoutAcl ?? null,
      canary: canary === undefined ? null : this.#canary(canary, [...at, 'canary']),
    };
  }

  /** Connects to the source's brokers with the canary's own credentials. */
  #canary({ topic, ...credentials }: NonNullable<AclFenceYaml['canary']>, at: YamlPath): AclFenceConfig['canary'] {
    const flow = this.#known.flows.find((one) => flowName(one) === this.#flow);
    const cluster = this.#known.clusters.get(flow?.source ?? '');
    // Without its cluster the configuration has another fault.
    if (cluster === undefined) return null;
    const { alias, bootstrapServers, clientId } = cluster;
    // A command that does not write names the canary, and could not log in as it.
    if (!this.#known.writers) return { topic, connection: { alias, bootstrapServers, clientId } };
    const path = [...this.#path, ...at];
    const own = writerFromYaml(credentials, cluster.bootstrapServers, path, this.#context, this.#faultAt);
    return { topic, connection: writingConnection(withWriter({ ...cluster, writer: undefined }, own)) };
  }

  #hook({ environment = [], timeoutSeconds, ...argv }: HookYaml, at: YamlPath): HookConfig {
    const variables: Record<string, string> = {};
    for (const [index, name] of this.#known.writers ? environment.entries() : []) {
      const found = resolveReference({ kind: 'env', name }, this.#context.environment, this.#context.base);
      if (found.ok) variables[name] = found.value;
      else this.#faultAt([...this.#path, ...at, 'environment', index], found.problem);
    }
    return { ...argv, environment: variables, timeoutMs: milliseconds(timeoutSeconds) ?? DEFAULT_HOOK_TIMEOUT_MS };
  }
}

/** Kafka checks DENY first: a principal that stands for all of them cannot have an exemption. */
function problemOf(principal: string, mirror: string | undefined) {
  if (!/^[^:]+:.+$/.test(principal)) {
    return { message: 'is not a principal', remedy: 'write TYPE:NAME, such as User:orders-service' };
  }
  if (principal === 'User:*') {
    return {
      message: 'would fence MirrorMaker as well: no ALLOW exempts a principal from a DENY for all',
      remedy: "name the applications' principals",
    };
  }
  if (principal !== mirror) return null;
  return { message: "is MirrorMaker's own principal, which has to mirror on", remedy: 'remove it from this list' };
}
