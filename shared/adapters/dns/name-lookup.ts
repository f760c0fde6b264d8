import { Resolver } from 'node:dns/promises';
import type { NameRecord } from '../../config/failover/failover-config.ts';
import type { NameAnswer, NameLookup } from '../../ports.ts';

/** How long one resolver may take for one try, in milliseconds, and how often it is asked. */
const ANSWER_WITHIN_MS = 1_500;
const TRIES = 2;
/** DNS answers that say: there is no such record. */
const NO_RECORD = new Set(['ENOTFOUND', 'ENODATA']);

export interface LookedUpName {
  readonly record: NameRecord;
  /** `address:port` each. */
  readonly resolvers: readonly string[];
}

/** Asks each resolver itself, past the cache and the settings of this machine. */
export function createNameLookup({ record, resolvers }: LookedUpName): NameLookup {
  const { name, leadsTo } = record;
  return {
    describe: () => `asks ${resolvers.join(' and ')} whether ${name} leads to ${leadsTo.join(', ')}`,
    ask: async () => await Promise.all(resolvers.map((resolver) => askOne(record, resolver))),
  };
}

async function askOne(record: NameRecord, server: string): Promise<NameAnswer> {
  const resolver = new Resolver({ timeout: ANSWER_WITHIN_MS, tries: TRIES });
  try {
    resolver.setServers([server]);
    const found = (await valuesOf(record, resolver)).map(comparable);
    const wanted = new Set(record.leadsTo.map(comparable));
    const isTarget = found.length > 0 && found.every((one) => wanted.has(one)) && new Set(found).size === wanted.size;
    return isTarget
      ? { kind: 'target', resolver: server }
      : { kind: 'elsewhere', resolver: server, leadsTo: found.toSorted() };
  } catch (error) {
    const code = codeOf(error);
    if (NO_RECORD.has(code)) return { kind: 'elsewhere', resolver: server, leadsTo: [] };
    return { kind: 'unread', resolver: server, reason: code };
  }
}

async function valuesOf({ name, type }: NameRecord, resolver: Resolver): Promise<readonly string[]> {
  if (type === 'A') return await resolver.resolve4(name);
  if (type === 'AAAA') return await resolver.resolve6(name);
  return await resolver.resolveCname(name);
}

/** One text for each way to write a name or an address. */
function comparable(value: string): string {
  const text = value.toLowerCase().replace(/\.$/, '');
  return text.includes(':') ? new URL(`http://[${text}]`).hostname : text;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
}
