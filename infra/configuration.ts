import { join } from 'node:path';
import type { KafkaConnection } from '../shared/config/connection/kafka-connection.ts';
import type { Secret } from '../shared/config/connection/secret.ts';
import type { TidemarkConfig } from '../shared/config/tidemark-config.ts';
import { loadTidemarkYaml } from '../shared/config/yaml/tidemark-yaml.ts';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { flowName } from '../shared/domain/model/flow.ts';
import type { Settings } from './settings.ts';

/** Stands in for every secret while the stack is synthesized; looks like PEM, for where a certificate is wanted. */
const PLACEHOLDER = '-----BEGIN PLACEHOLDER-----';

/** An environment that has whatever is asked for. */
const EVERY_VARIABLE: Readonly<Record<string, string>> = new Proxy({}, { get: () => PLACEHOLDER });

/**
 * Loads the configuration as the function will, with placeholders for its secrets, so that what is wrong with it stops
 * the deployment rather than the audits.
 * @returns the names of the flows
 * @throws ConfigurationError; TidemarkError where a secret would be deployed along with the configuration
 */
export function configuredFlows(settings: Pick<Settings, 'configFolder' | 'secrets'>): readonly string[] {
  const environment = Object.fromEntries(Object.keys(settings.secrets).map((name) => [name, PLACEHOLDER]));
  // Lambda sets the Region itself; which one does not matter here.
  const file = join(settings.configFolder, 'tidemark.yaml');
  const { config } = loadTidemarkYaml(file, { ...environment, AWS_REGION: 'us-east-1' });
  // The function follows no reference of a writer, and needs none of their secrets; their files would be deployed too.
  refuseDeployedSecrets(loadTidemarkYaml(file, EVERY_VARIABLE, { writers: true }).config);
  return config.flows.map(flowName);
}

function refuseDeployedSecrets(config: TidemarkConfig): void {
  const exposed = [...config.clusters.values()]
    .filter((connection) =>
      [connection, connection.writer ?? {}].flatMap(secretsOf).some((secret) => secret.reveal() !== PLACEHOLDER),
    )
    .map((connection) => connection.alias);
  if (exposed.length === 0) return;
  throw new TidemarkError(
    'SECRET_IN_CONFIGURATION',
    `the configuration holds secrets of ${exposed.join(', ')}, which would be deployed in the clear`,
    {
      remedy:
        'Refer to them as { env: NAME } in tidemark.yaml, and give NAME a Secrets Manager secret in the settings.',
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
