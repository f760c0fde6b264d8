import type { ConnectConnection } from '../connection/connect-connection.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';

/** A program that does something for Tidemark. It is started without a shell. */
export interface HookConfig {
  /** The program and its arguments. */
  readonly apply: readonly string[];
  /** Undoes it; absent if nothing can. */
  readonly putBack?: readonly string[] | undefined;
  /** Exits 0 if it is in effect, 1 if it is not, and with anything else if that is not known. */
  readonly check?: readonly string[] | undefined;
  /** Variables of Tidemark's environment that it gets, by name. Their values are masked in its output. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface AclFenceConfig {
  readonly kind: 'acl';
  /** Principals of the applications, such as `User:orders-service`. */
  readonly principals: readonly string[];
  /** MirrorMaker's principal: a later failback mirrors to the fenced topics. Null if it is not named. */
  readonly mirrorPrincipal: string | null;
  /** What `allow.everyone.if.no.acl.found` of the brokers is; null to find out. */
  readonly everyoneWithoutAcl: boolean | null;
  /** Writes one record to a topic as an ordinary application, which must be refused; null for no such attempt. */
  readonly canary: { readonly topic: string; readonly connection: KafkaConnection } | null;
}

/** The record that clients find their cluster by, once it leads to the target. */
export interface NameRecord {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME';
  /** Addresses, or one host name. */
  readonly leadsTo: readonly string[];
}

/** How the name of the clients is switched, and where it is looked up afterwards. */
export interface DnsConfig {
  readonly by:
    | { readonly kind: 'hook'; readonly hook: HookConfig }
    | { readonly kind: 'healthCheck'; readonly healthCheck: NameHealthCheck }
    | { readonly kind: 'routingControl'; readonly controls: RoutingControls }
    | { readonly kind: 'route53'; readonly record: Route53Record };
  /** Null if nobody looks it up. */
  readonly lookup: { readonly record: NameRecord; readonly resolvers: readonly string[] } | null;
}

/** The two clusters between which a name is switched. */
export interface NamePair {
  /** Where the name leads as long as nobody has switched it. */
  readonly primary: string;
  readonly secondary: string;
}

/** A failover record pair of Amazon Route 53, whose health check follows a metric of a deployment. */
export interface NameHealthCheck extends NamePair {
  readonly record: NameRecord;
  /** The name of the deployment; null for the one that does it. */
  readonly deployment: string | null;
}

/** Routing controls of one cluster of Amazon Application Recovery Controller, by ARN. */
export interface RoutingControls {
  /** Those that lead the name to the target, and those that lead it elsewhere. */
  readonly turnOn: readonly string[];
  readonly turnOff: readonly string[];
  readonly endpoints: readonly RoutingEndpoint[];
}

export interface RoutingEndpoint {
  readonly url: string;
  /** Requests are signed for it. */
  readonly region: string;
}

/** A record of a hosted zone of Amazon Route 53. */
export interface Route53Record extends NameRecord {
  /** The zone's id, such as `Z0123456789ABCDEFGHIJ`. */
  readonly zone: string;
  readonly ttlSeconds: number;
}

/** How one flow fails over. What is null is not configured. */
export interface FailoverConfig {
  /** The most records that may be lost, and the longest time from the approval to the end, in seconds. */
  readonly rpoRecords: bigint | null;
  readonly rtoSeconds: number | null;
  readonly mirrorControl:
    | { readonly kind: 'connect'; readonly connection: ConnectConnection }
    | { readonly kind: 'hook'; readonly hook: HookConfig }
    | null;
  readonly fence: AclFenceConfig | { readonly kind: 'hook'; readonly hook: HookConfig } | null;
  readonly stopConsumers: HookConfig | null;
  readonly dns: DnsConfig | null;
  readonly cutConnections: HookConfig | null;
}

export const NO_FAILOVER: FailoverConfig = {
  rpoRecords: null,
  rtoSeconds: null,
  mirrorControl: null,
  fence: null,
  stopConsumers: null,
  dns: null,
  cutConnections: null,
};
