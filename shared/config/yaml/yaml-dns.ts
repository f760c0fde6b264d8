import * as z from 'zod';
import type { DnsConfig, HookConfig, NameRecord } from '../failover/failover-config.ts';
import type { DnsYaml } from './tidemark-yaml-schema.ts';
import type { FaultAt } from './yaml-connection.ts';
import type { YamlPath } from './yaml-document.ts';
import { type PairOf, wayFromYaml } from './yaml-name-switch.ts';

const DNS_PORT = 53;

const ipv4 = z.ipv4();
const ipv6 = z.ipv6();
const hostName = z
  .string()
  .regex(
    /^(?=.{1,253}\.?$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?$/,
  );

/** `flows[].failover.dns`: how the name is switched, and where it is looked up. Null after a fault. */
export function dnsFromYaml(
  yaml: DnsYaml,
  path: YamlPath,
  of: { readonly hookOf: (yaml: NonNullable<DnsYaml['hook']>) => HookConfig; readonly pairOf: PairOf },
  faultAt: FaultAt,
): DnsConfig | null {
  const record = recordFromYaml(yaml, path, faultAt);
  const by = wayFromYaml(yaml, record, path, of, faultAt);
  const resolvers = resolversFromYaml(yaml, record, path, faultAt);
  if (by === null || resolvers === null) return null;
  return { by, lookup: record === null || resolvers.length === 0 ? null : { record, resolvers } };
}

function recordFromYaml({ name, leadsTo }: DnsYaml, path: YamlPath, faultAt: FaultAt): NameRecord | null {
  if (name === undefined || leadsTo === undefined) {
    if (name === leadsTo) return null;
    const [has, lacks] = name === undefined ? ['leadsTo', 'name'] : ['name', 'leadsTo'];
    return faultAt(path, { message: `has ${has} and no ${lacks}`, remedy: `add ${lacks}, or remove ${has}` });
  }
  if (!hostName.safeParse(name).success || isAddress(name)) {
    return faultAt([...path, 'name'], {
      message: 'is no DNS name',
      remedy: 'write the name that clients have in bootstrap.servers, without a port',
    });
  }
  const type = typeOf(leadsTo);
  if (type !== null) return { name: plain(name), type, leadsTo: type === 'CNAME' ? leadsTo.map(plain) : leadsTo };
  return faultAt([...path, 'leadsTo'], {
    message: 'is neither a list of IPv4 addresses, nor of IPv6 addresses, nor one host name',
    remedy: 'write what the name has to lead to on the target, without ports: one record has values of one type',
  });
}

function typeOf(leadsTo: readonly string[]): NameRecord['type'] | null {
  if (leadsTo.every((one) => ipv4.safeParse(one).success)) return 'A';
  if (leadsTo.every((one) => ipv6.safeParse(one).success)) return 'AAAA';
  const [one = ''] = leadsTo;
  return leadsTo.length === 1 && hostName.safeParse(one).success && !/^[\d.]+$/.test(one) ? 'CNAME' : null;
}

/** `address:port` each, as Node's resolver takes them; an IPv6 address is in brackets. */
function resolversFromYaml(
  { resolvers = [] }: DnsYaml,
  record: NameRecord | null,
  path: YamlPath,
  faultAt: FaultAt,
): readonly string[] | null {
  if (resolvers.length > 0 && record === null) {
    return faultAt([...path, 'resolvers'], {
      message: 'cannot be asked without name and leadsTo',
      remedy: 'add both: the name that clients use, and what it has to lead to',
    });
  }
  const read = resolvers.map((one, index) => {
    const server = serverOf(one);
    if (server !== null) return server;
    return faultAt([...path, 'resolvers', index], {
      message: 'is no address of a DNS server',
      remedy: 'write an IP address, such as 10.0.0.2, 10.0.0.2:5353 or [fd00::2]:53',
    });
  });
  return read.includes(null) ? null : read.filter((one) => one !== null);
}

function serverOf(text: string): string | null {
  if (ipv6.safeParse(text).success) return `[${text}]:${DNS_PORT}`;
  const [, bracketed, bare, port = String(DNS_PORT)] = /^(?:\[(.+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (Number(port) === 0 || Number(port) > 65_535) return null;
  if (bracketed !== undefined) return ipv6.safeParse(bracketed).success ? `[${bracketed}]:${port}` : null;
  return bare !== undefined && ipv4.safeParse(bare).success ? `${bare}:${port}` : null;
}

function isAddress(text: string): boolean {
  return ipv4.safeParse(text).success || ipv6.safeParse(text).success;
}

/** Names are equal in any case, with and without the dot of the root. */
function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
