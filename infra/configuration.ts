import { join } from 'node:path';
import type { KafkaConnection } from '../shared/config/connection/kafka-connection.ts';
import type { Secret } from '../shared/config/connection/secret.ts';
import type { NamePair, NameRecord } from '../shared/config/failover/failover-config.ts';
import type { TidemarkConfig } from '../shared/config/tidemark-config.ts';
import { loadTidemarkYaml } from '../shared/config/yaml/tidemark-yaml.ts';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { flowName } from '../shared/domain/model/flow.ts';
import { secretsInFolder } from './deployed-secrets.ts';
import type { NamePairRecords, Settings } from './settings.ts';

/** Replaces every secret during synthesis. It looks like PEM, so that it passes for a certificate or key. */
const PLACEHOLDER = '-----BEGIN PLACEHOLDER-----';

/** An environment in which every variable is set. */
export const EVERY_VARIABLE: Readonly<Record<string, string>> = new Proxy(
  {},
  {
    get: () => PLACEHOLDER,
    getOwnPropertyDescriptor: () => ({ value: PLACEHOLDER, enumerable: true, configurable: true }),
  },
);

/**
 * Loads the configuration like the function, with placeholders for its secrets. A wrong configuration then stops the
 * deployment, not the audits.
 * @returns the names of the flows
 * @throws ConfigurationError; TidemarkError if the deployment would contain a secret
 */
export function configuredFlows(
  settings: Pick<Settings, 'configFolder' | 'secrets'> & Pick<Partial<Settings>, 'failover'>,
): readonly string[] {
  const { failover } = settings;
  const placeholders = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, PLACEHOLDER]));
  const environment = placeholders(Object.keys(settings.secrets));
  // In Lambda the Region is always set; any value will do here.
  const file = join(settings.configFolder, 'tidemark.yaml');
  const { config } = loadTidemarkYaml(file, { ...environment, AWS_REGION: 'us-east-1' });
  if (failover !== undefined) {
    const more = placeholders(Object.keys(failover.secrets));
    loadTidemarkYaml(file, { ...environment, ...more, AWS_REGION: 'us-east-1' }, { writers: true });
  }
  // The audit function never reads a writer's secrets, but secret files in the folder would be deployed: check writers, too.
  refuseDeployedSecrets(loadTidemarkYaml(file, EVERY_VARIABLE, { writers: true }).config);
  refuseSecretFiles(settings.configFolder);
  return config.flows.map(flowName);
}

/** A name of clients that the stack leads to one cluster or the other. */
export interface ClientName extends NamePair {
  readonly name: string;
  readonly type: NameRecord['type'];
  /** Its failover record pair; undefined if the stack does not make it. */
  readonly records: NamePairRecords | undefined;
}

/** What the functions of failovers switch in AWS. */
export interface NameSwitches {
  /** By a health check. */
  readonly names: readonly ClientName[];
  /** ARNs. */
  readonly routingControls: readonly string[];
}

/**
 * What the failovers of the configuration switch in AWS.
 * @throws ConfigurationError; TidemarkError where the settings say something else of a name
 */
export function configuredSwitches(
  settings: Pick<Settings, 'configFolder' | 'secrets' | 'deployment'> & Pick<Partial<Settings>, 'failover'>,
): NameSwitches {
  if (settings.failover === undefined) return { names: [], routingControls: [] };
  const { config } = loadTidemarkYaml(join(settings.configFolder, 'tidemark.yaml'), EVERY_VARIABLE);
  const pairs = settings.failover.names;
  const names = new Map<string, ClientName>();
  const controls = new Set<string>();
  for (const [flow, { dns }] of config.failover ?? []) {
    if (dns?.by.kind === 'routingControl') {
      for (const arn of [...dns.by.controls.turnOn, ...dns.by.controls.turnOff]) controls.add(arn);
    }
    if (dns?.by.kind !== 'healthCheck') continue;
    const { record, primary, secondary, deployment } = dns.by.healthCheck;
    const records = pairs[record.name];
    if (deployment !== null && deployment !== settings.deployment.name) {
      throw nameError(
        `${record.name} is switched by the deployment ${deployment}, and this one is ${settings.deployment.name}`,
      );
    }
    const wanted = flow.endsWith(`->${primary}`) ? records?.primary : records?.secondary;
    if (wanted !== undefined && !isSame(wanted, record.leadsTo)) {
      throw nameError(`${record.name} leads to ${wanted.join(', ')}, and in ${flow} to ${record.leadsTo.join(', ')}`);
    }
    names.set(record.name, { name: record.name, type: record.type, primary, secondary, records });
  }
  const unknown = Object.keys(pairs).filter((name) => !names.has(name));
  if (unknown.length > 0) throw nameError(`no flow switches ${unknown.join(', ')} by a health check`);
  return { names: [...names.values()], routingControls: [...controls] };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join().toLowerCase() === other.toSorted().join().toLowerCase();
}

function nameError(what: string): TidemarkError {
  return new TidemarkError('SETTINGS_INVALID', `failover.names: ${what}`, {
    remedy: 'Write the same in the settings and in flows[].failover.dns of tidemark.yaml.',
  });
}

function refuseDeployedSecrets(config: TidemarkConfig): void {
  const exposed = [...config.clusters.values()]
    .filter((connection) =>
      [connection, connection.writer ?? {}].flatMap(secretsOf).some((secret) => secret.reveal() !== PLACEHOLDER),
    )
    .map((connection) => connection.alias);
  for (const [flow, { login, tls }] of config.connect ?? []) {
    const secrets = [login?.password, ...secretsOf({ tls, sasl: undefined })];
    if (secrets.some((secret) => secret !== undefined && secret.reveal() !== PLACEHOLDER)) {
      exposed.push(`the Connect cluster of ${flow}`);
    }
  }
  if (exposed.length === 0) return;
  throw new TidemarkError(
    'SECRET_IN_CONFIGURATION',
    `the configuration folder contains secrets of ${exposed.join(', ')}, which would be deployed in plain text`,
    {
      remedy:
        'Refer to each as { env: NAME } in tidemark.yaml, and map NAME to a Secrets Manager secret in the settings.',
    },
  );
}

function refuseSecretFiles(folder: string): void {
  const places = secretsInFolder(folder);
  if (places.length === 0) return;
  const all = places.length > 10 ? [...places.slice(0, 10), `${places.length - 10} more`] : places;
  throw new TidemarkError(
    'SECRET_IN_CONFIGURATION',
    `the whole configuration folder is deployed, and it contains what looks like secrets in plain text: ${all.join(', ')}`,
    {
      remedy:
        'Take them out of the folder. Refer to a secret that an audit needs as { env: NAME } in tidemark.yaml, and map NAME to a Secrets Manager secret in the settings.',
    },
  );
}

function secretsOf({ tls, sasl }: Pick<KafkaConnection, 'tls' | 'sasl'>): Secret[] {
  return [tls?.key, tls?.keyPassphrase, secretOfSasl(sasl)].filter((secret) => secret !== undefined);
}

function secretOfSasl(sasl: KafkaConnection['sasl']): Secret | undefined {
  switch (sasl?.kind) {
    case 'password':
      return sasl.password;
    case 'token':
      return sasl.token;
    case 'client-credentials':
      return sasl.clientSecret;
    case 'aws-iam':
    case undefined:
      return undefined;
  }
}
