import type { ConnectionOverride } from '../connection/kafka-client-settings.ts';
import { parseServer } from '../connection/kafka-client-settings.ts';
import type { AwsIdentity, SaslSettings, TlsSettings } from '../connection/kafka-connection.ts';
import { awsRegionOf } from '../connection/msk.ts';
import { storeFormat } from '../connection/pem.ts';
import { Secret } from '../connection/secret.ts';
import type { Problem, SecretReference } from '../connection/secret-source.ts';
import { readBytes, resolveReference, resolveSecret } from '../connection/secret-source.ts';
import { clientPem, trustedPem } from '../connection/stores/java-store.ts';
import { fromStore, type StoreNames } from '../connection/stores/open-store.ts';
import type { JavaStore } from '../connection/stores/store-content.ts';
import type { WriterOverride } from '../connection/writer-credentials.ts';
import type { LoadContext } from '../setting.ts';
import type { ClusterYaml, CredentialsYaml, PemYaml, SaslYaml, SecretYaml, StoreYaml } from './tidemark-yaml-schema.ts';
import type { YamlPath } from './yaml-document.ts';

/** Reports a fault at a path of the document. */
export type FaultAt = (path: YamlPath, problem: Problem) => null;

/**
 * One entry of `clusters`, with its references resolved. What the entry does not set is absent. The writer's references
 * are resolved only for commands that write: an audit neither needs nor holds its secrets.
 */
export function connectionFromYaml(
  alias: string,
  cluster: ClusterYaml,
  context: LoadContext,
  faultAt: FaultAt,
  withWriters: boolean,
): ConnectionOverride {
  const path = ['clusters', alias];
  const bootstrapServers = servers(cluster, path, faultAt);
  const tls = cluster.tls === undefined ? undefined : tlsFromYaml(cluster.tls, [...path, 'tls'], context, faultAt);
  const sasl =
    cluster.sasl === undefined
      ? undefined
      : saslFromYaml(cluster.sasl, bootstrapServers ?? [], [...path, 'sasl'], context, faultAt);
  const writer =
    withWriters && cluster.writer !== undefined
      ? writerFromYaml(cluster.writer, bootstrapServers ?? [], [...path, 'writer'], context, faultAt)
      : undefined;
  return { bootstrapServers, clientId: cluster.clientId, tls, sasl, writer };
}

export function writerFromYaml(
  writer: CredentialsYaml,
  bootstrapServers: readonly string[],
  path: YamlPath,
  context: LoadContext,
  faultAt: FaultAt,
): WriterOverride {
  const { clientId, tls, sasl } = writer;
  return {
    clientId,
    tls: tls === undefined ? undefined : writersTlsFromYaml(tls, [...path, 'tls'], context, faultAt),
    sasl:
      sasl === undefined
        ? undefined
        : (saslFromYaml(sasl, bootstrapServers, [...path, 'sasl'], context, faultAt) ?? undefined),
  };
}

/** Only what the writer sets: `ca` and `verifyHostname` usually stay the cluster's, because the cluster is the same. */
function writersTlsFromYaml(
  tls: NonNullable<CredentialsYaml['tls']>,
  path: YamlPath,
  context: LoadContext,
  faultAt: FaultAt,
): Partial<TlsSettings> | null {
  const all = tlsFromYaml(tls, path, context, faultAt);
  if (all === null || tls === true || tls === false) return all === null ? null : {};
  const own = new Set([
    ...Object.keys(tls),
    ...(tls.truststore === undefined ? [] : ['ca']),
    ...(tls.keystore === undefined ? [] : ['cert', 'key']),
  ]);
  return Object.fromEntries(Object.entries(all).filter(([key]) => own.has(key)));
}

function servers(cluster: ClusterYaml, path: YamlPath, faultAt: FaultAt): readonly string[] | undefined {
  if (cluster.bootstrapServers === undefined) return undefined;
  const written =
    typeof cluster.bootstrapServers === 'string'
      ? cluster.bootstrapServers.split(',').map((server) => server.trim())
      : cluster.bootstrapServers;
  return written.flatMap((server) => {
    const parsed = parseServer(server);
    if (parsed !== null) return [parsed];
    faultAt([...path, 'bootstrapServers'], {
      message: `"${server}" is not host:port`,
      remedy: 'write each broker as host:port, with IPv6 addresses in brackets',
    });
    return [];
  });
}

export function tlsFromYaml(
  tls: NonNullable<ClusterYaml['tls']>,
  path: YamlPath,
  context: LoadContext,
  faultAt: FaultAt,
): TlsSettings | null {
  if (tls === false) return null;
  if (tls === true) return { verifyHostname: true };
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    faultAt([...path, tls.cert === undefined ? 'key' : 'cert'], {
      message: `needs tls.${tls.cert === undefined ? 'cert' : 'key'} beside it`,
      remedy: 'a client certificate needs both cert and key',
    });
  }
  for (const [store, pem] of [
    ['truststore', 'ca'],
    ['keystore', 'key'],
  ] as const) {
    if (tls[store] === undefined || tls[pem] === undefined) continue;
    faultAt([...path, store], {
      message: `tls.${store} and tls.${pem} exclude each other`,
      remedy: 'keep one of them',
    });
  }
  const client = storeAt(tls.keystore, [...path, 'keystore'], context, faultAt, clientPem);
  return {
    ca:
      pemAt(tls.ca, [...path, 'ca'], 'truststore', context, faultAt) ??
      storeAt(tls.truststore, [...path, 'truststore'], context, faultAt, trustedPem),
    cert: pemAt(tls.cert, [...path, 'cert'], 'keystore', context, faultAt) ?? client?.cert,
    key:
      secretAt(tls.key, [...path, 'key'], context, faultAt) ??
      (client === undefined ? undefined : new Secret(client.key)),
    keyPassphrase: secretAt(tls.keyPassphrase, [...path, 'keyPassphrase'], context, faultAt),
    verifyHostname: tls.verifyHostname ?? true,
  };
}

function storeAt<T>(
  written: (StoreYaml & { readonly keyPassword?: SecretYaml | undefined }) | undefined,
  path: YamlPath,
  context: LoadContext,
  faultAt: FaultAt,
  take: (store: JavaStore) => T,
): T | undefined {
  if (written === undefined) return undefined;
  const { file, password, keyPassword } = written;
  const bytes = readBytes(file, context.base);
  if (!bytes.ok) {
    faultAt([...path, 'file'], bytes.problem);
    return undefined;
  }
  const format = storeFormat(bytes.value);
  if (format === 'pem' || format === 'unknown') {
    const message = `${file} is no Java key store${format === 'pem' ? ', but PEM' : ''}`;
    faultAt([...path, 'file'], { message, remedy: 'name a JKS or PKCS12 file, or give PEM as ca, or as cert and key' });
    return undefined;
  }
  const passwords = {
    store: secretAt(password, [...path, 'password'], context, faultAt),
    key: secretAt(keyPassword, [...path, 'keyPassword'], context, faultAt),
  };
  // What could not be resolved is a fault already.
  if (
    (password !== undefined && passwords.store === undefined) ||
    (keyPassword !== undefined && passwords.key === undefined)
  )
    return undefined;
  const found = fromStore(file, bytes.value, passwords, NAMES, take);
  if (found.ok) return found.value;
  faultAt([...path, 'file'], found.problem);
  return undefined;
}

const NAMES: StoreNames = { password: 'its password', keyPassword: 'its keyPassword' };

function saslFromYaml(
  sasl: NonNullable<ClusterYaml['sasl']>,
  bootstrapServers: readonly string[],
  path: YamlPath,
  context: LoadContext,
  faultAt: FaultAt,
): SaslSettings | null {
  switch (sasl.mechanism) {
    case 'PLAIN':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512': {
      const password = secretAt(sasl.password, [...path, 'password'], context, faultAt);
      return password === undefined
        ? null
        : { kind: 'password', mechanism: sasl.mechanism, username: sasl.username, password };
    }
    case 'OAUTHBEARER': {
      const token = secretAt(sasl.token, [...path, 'token'], context, faultAt);
      if (token !== undefined) return { kind: 'token', mechanism: 'OAUTHBEARER', token };
      if (sasl.token !== undefined) return null;
      const clientSecret = secretAt(sasl.clientSecret, [...path, 'clientSecret'], context, faultAt);
      if (sasl.tokenEndpoint === undefined || sasl.clientId === undefined || sasl.clientSecret === undefined) {
        return faultAt(path, {
          message: 'OAUTHBEARER has neither a token nor all of tokenEndpoint, clientId and clientSecret',
          remedy: 'set token: { env: NAME }, or the three keys for the client credentials grant',
        });
      }
      if (clientSecret === undefined) return null;
      const { tokenEndpoint, clientId, scope } = sasl;
      return { kind: 'client-credentials', mechanism: 'OAUTHBEARER', tokenEndpoint, clientId, clientSecret, scope };
    }
    case 'AWS_MSK_IAM': {
      const { AWS_REGION, AWS_DEFAULT_REGION } = context.environment;
      const region = sasl.region ?? awsRegionOf(bootstrapServers) ?? AWS_REGION ?? AWS_DEFAULT_REGION;
      const identity = identityFromYaml(sasl, path, faultAt);
      if (identity === null) return null;
      if (region !== undefined && region !== '') {
        return { kind: 'aws-iam', mechanism: 'AWS_MSK_IAM', region, ...(identity === undefined ? {} : { identity }) };
      }
      return faultAt(path, {
        message: 'AWS_MSK_IAM needs a region',
        remedy: 'add region: eu-west-1, or set AWS_REGION',
      });
    }
  }
}

const ROLE_SETTINGS = ['roleSessionName', 'roleExternalId', 'stsRegion'] as const;

/** Undefined means the credentials of the environment; null follows a fault. */
function identityFromYaml(
  sasl: Extract<SaslYaml, { mechanism: 'AWS_MSK_IAM' }>,
  path: YamlPath,
  faultAt: FaultAt,
): AwsIdentity | undefined | null {
  const { profile, roleArn, roleSessionName: sessionName, roleExternalId: externalId, stsRegion } = sasl;
  if (profile !== undefined && roleArn !== undefined) {
    return faultAt([...path, 'profile'], {
      message: 'profile and roleArn exclude each other',
      remedy: 'keep one; a profile can itself assume a role: role_arn and source_profile in the AWS config file',
    });
  }
  if (roleArn !== undefined) return { kind: 'role', roleArn, sessionName, externalId, stsRegion };
  const unused = ROLE_SETTINGS.find((name) => sasl[name] !== undefined);
  if (unused !== undefined) {
    return faultAt([...path, unused], {
      message: 'has no effect without roleArn',
      remedy: 'add roleArn: arn:aws:iam::ACCOUNT:role/NAME, or remove it',
    });
  }
  return profile === undefined ? undefined : { kind: 'profile', profile };
}

/** In YAML, the key says which kind of reference it is. */
function referenceOf(written: SecretYaml): SecretReference {
  return 'env' in written ? { kind: 'env', name: written.env } : { kind: 'file', path: written.file };
}

export function secretAt(
  secret: SecretYaml | undefined,
  path: YamlPath,
  context: LoadContext,
  faultAt: FaultAt,
): Secret | undefined {
  if (secret === undefined) return undefined;
  const resolved = resolveSecret(referenceOf(secret), context.environment, context.base);
  if (resolved.ok) return resolved.value;
  faultAt(path, resolved.problem);
  return undefined;
}

function pemAt(
  pem: PemYaml | undefined,
  path: YamlPath,
  kind: 'truststore' | 'keystore',
  context: LoadContext,
  faultAt: FaultAt,
): string | undefined {
  if (pem === undefined || typeof pem === 'string') return pem;
  const reference = referenceOf(pem);
  if (reference.kind === 'file') {
    const bytes = readBytes(reference.path, context.base);
    const format = bytes.ok ? storeFormat(bytes.value) : null;
    if (format === 'jks' || format === 'pkcs12') {
      faultAt(path, {
        message: `${reference.path} is a Java key store, not PEM`,
        remedy: `name it as tls.${kind}: { file: ${reference.path}, password: { env: NAME } }`,
      });
      return undefined;
    }
  }
  const text = resolveReference(reference, context.environment, context.base);
  if (!text.ok) faultAt(path, text.problem);
  else if (text.value.includes('-----BEGIN ')) return text.value;
  else faultAt(path, { message: 'has no PEM block', remedy: 'give a text of BEGIN … END blocks' });
  return undefined;
}
