import { join } from 'node:path';
import { loadTidemarkYaml } from '../shared/config/yaml/tidemark-yaml.ts';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { EVERY_VARIABLE, type NameSwitches } from './configuration.ts';
import type { EndpointService } from './network-settings.ts';
import type { Settings } from './settings.ts';

type Configured = Pick<Settings, 'configFolder' | 'secrets' | 'failover'>;

/** The services of AWS that the functions of a configuration call from inside their VPC, besides DynamoDB. */
export function configuredServices(settings: Configured): readonly EndpointService[] {
  const { secrets, failover } = settings;
  const config = loadEvery(settings);
  const logins = [...config.clusters.values()].flatMap(({ sasl, writer }) => [sasl, writer?.sasl]);
  const assumesRole = logins.some((sasl) => sasl?.kind === 'aws-iam' && sasl.identity?.kind === 'role');
  const hasSecrets = Object.keys({ ...secrets, ...failover?.secrets }).length > 0;
  return [
    'monitoring',
    'events',
    ...(hasSecrets ? ['secretsmanager' as const] : []),
    ...(assumesRole ? ['sts' as const] : []),
  ];
}

/**
 * The same for a VPC that reaches nothing else.
 * @throws TidemarkError if the configuration needs what has no endpoint
 */
export function isolatedServices(settings: Configured, { routingControls }: NameSwitches): readonly EndpointService[] {
  const { clusters, failover } = loadEvery(settings);
  const faults: string[] = [];
  for (const [alias, { sasl }] of clusters) {
    if (sasl?.kind === 'client-credentials') faults.push(`${alias} gets its tokens from ${sasl.tokenEndpoint}`);
  }
  if (settings.failover !== undefined) {
    if (routingControls.length > 0) faults.push('failovers switch routing controls of ARC');
    for (const [flow, { dns }] of failover ?? []) {
      if (dns?.by.kind === 'route53') faults.push(`the failover of ${flow} changes a record of Route 53`);
    }
  }
  if (faults.length === 0) return configuredServices(settings);
  throw new TidemarkError(
    'SETTINGS_INVALID',
    `isolatedVpc: nothing in it reaches the Internet, and ${faults.join('; ')}`,
    {
      remedy:
        'Use vpc with subnets that have a way there. For names of clients, a health check needs none (dns.healthCheck).',
    },
  );
}

function loadEvery({ configFolder }: Pick<Settings, 'configFolder'>) {
  return loadTidemarkYaml(join(configFolder, 'tidemark.yaml'), EVERY_VARIABLE, { writers: true }).config;
}
