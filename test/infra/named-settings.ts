import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../infra/settings.ts';

export const NAME = 'kafka.example.com';
export const PAIR = { primary: ['a.example.com'], secondary: ['b.example.com'], zone: 'Z0123', ttlSeconds: 5 };
const FAILOVER = { approvalSeconds: 3_600, approvalLink: false, secrets: {}, policyArns: {} };

export interface NamedSettings {
  readonly parts: Pick<Settings, 'configFolder'> & { readonly failover: NonNullable<Settings['failover']> };
  remove(): void;
}

/**
 * Settings whose configuration switches a name between A and B by its health check, in both directions.
 * @param more is added to `dns` of A->B
 */
export function namedSettings(
  names: NonNullable<Settings['failover']>['names'] = { [NAME]: PAIR },
  more = '',
): NamedSettings {
  const configFolder = mkdtempSync(join(tmpdir(), 'tidemark-names-'));
  const flow = (of: string, leadsTo: string, also = '') => [
    `  - flow: ${of}`,
    '    topics: [orders]',
    `    failover: { dns: { name: ${NAME}, leadsTo: [${leadsTo}], resolvers: [10.0.0.2]${also} } }`,
  ];
  const clusters = ['clusters:', '  A: { bootstrapServers: "a:9092" }', '  B: { bootstrapServers: "b:9092" }'];
  const flows = [...flow('A->B', 'b.example.com', more), ...flow('B->A', 'a.example.com')];
  writeFileSync(join(configFolder, 'tidemark.yaml'), [...clusters, 'flows:', ...flows, ''].join('\n'));
  return {
    parts: { configFolder, failover: { ...FAILOVER, names } },
    remove: () => rmSync(configFolder, { recursive: true, force: true }),
  };
}
