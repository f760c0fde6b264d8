import type { KafkaConnection, SaslSettings, TlsSettings } from '../shared/config/connection/kafka-connection.ts';
import { Secret } from '../shared/config/connection/secret.ts';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { type BrokerAddress, bootstrapOf, type ClientListener } from './listeners.ts';
import { type ClusterSecurity, passwordJaas } from './security.ts';

/** One way to log in to a secured cluster. `password` is the user's real one by default; tests can give a wrong one. */
export type Access =
  | {
      readonly listener: 'SASL_PLAINTEXT' | 'SASL_SSL';
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly user: string;
      readonly password?: string;
    }
  | { readonly listener: 'SASL_PLAINTEXT' | 'SASL_SSL'; readonly mechanism: 'OAUTHBEARER'; readonly token: string }
  | { readonly listener: 'SSL' }
  | { readonly listener: 'MTLS'; readonly user: string }
  | { readonly listener: 'PLAINTEXT' };

export interface AccessSetting {
  readonly alias: string;
  readonly addresses: readonly BrokerAddress[];
  readonly security: ClusterSecurity;
}

/** Tidemark's connection settings for an access. */
export function connectionFor(access: Access, setting: AccessSetting): KafkaConnection {
  const { alias, security } = setting;
  const base = { alias, bootstrapServers: servers(access.listener, setting), clientId: 'tidemark-lab' };
  const tls = tlsFor(access, security);
  const sasl = saslFor(access, security);
  return { ...base, ...(tls === undefined ? {} : { tls }), ...(sasl === undefined ? {} : { sasl }) };
}

/** Settings of Java clients for an access. MM2 uses them with the alias before each key. */
export function clientPropertiesFor(access: Access, setting: AccessSetting): Record<string, string> {
  const { security } = setting;
  const settings: Record<string, string> = {
    'bootstrap.servers': servers(access.listener, setting).join(','),
    'security.protocol': security.protocolOf(access.listener),
  };
  if (access.listener === 'SSL' || access.listener === 'MTLS' || access.listener === 'SASL_SSL') {
    settings['ssl.truststore.type'] = 'PEM';
    settings['ssl.truststore.location'] = security.certificates?.caFile ?? '';
  }
  if (access.listener === 'MTLS') {
    settings['ssl.keystore.type'] = 'PEM';
    settings['ssl.keystore.location'] = security.certificates?.forClient(access.user).keystoreFile ?? '';
  }
  if (access.listener === 'SASL_PLAINTEXT' || access.listener === 'SASL_SSL') {
    settings['sasl.mechanism'] = access.mechanism;
    settings['sasl.jaas.config'] =
      access.mechanism === 'OAUTHBEARER'
        ? 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="lab";'
        : passwordJaas(access.mechanism, access.user, passwordOf(access, security));
  }
  return settings;
}

function servers(listener: ClientListener, setting: AccessSetting): string[] {
  const found = bootstrapOf(setting.addresses, listener);
  if (found.length > 0) return found;
  throw new TidemarkError('LAB_NO_SUCH_LISTENER', `cluster ${setting.alias} has no ${listener} listener`);
}

function tlsFor(access: Access, security: ClusterSecurity): TlsSettings | undefined {
  if (access.listener === 'PLAINTEXT' || access.listener === 'SASL_PLAINTEXT') return undefined;
  const base = { ca: security.certificates?.ca ?? '', verifyHostname: true };
  if (access.listener !== 'MTLS') return base;
  const pair = security.certificates?.forClient(access.user);
  return pair === undefined ? base : { ...base, cert: pair.cert, key: new Secret(pair.key) };
}

function saslFor(access: Access, security: ClusterSecurity): SaslSettings | undefined {
  if (access.listener !== 'SASL_PLAINTEXT' && access.listener !== 'SASL_SSL') return undefined;
  const { mechanism } = access;
  if (mechanism === 'OAUTHBEARER') return { kind: 'token', mechanism, token: new Secret(access.token) };
  return {
    kind: 'password',
    mechanism,
    username: access.user,
    password: new Secret(passwordOf(access, security)),
  };
}

function passwordOf(access: { user: string; password?: string }, security: ClusterSecurity): string {
  const password = access.password ?? security.options?.users[access.user];
  if (password !== undefined) return password;
  throw new TidemarkError('LAB_NO_SUCH_USER', `the lab's cluster has no user "${access.user}"`);
}

/**
 * An unsigned JSON Web Token (RFC 7515 appendix A.5) for a user, which Kafka's unsecured validator accepts. A negative
 * `expiresInSeconds` makes an expired one.
 */
export function unsignedToken(user: string, expiresInSeconds = 3_600): string {
  const now = Math.floor(Date.now() / 1_000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const issued = Math.min(now, now + expiresInSeconds - 60);
  return `${part({ alg: 'none' })}.${part({ sub: user, iat: issued, exp: now + expiresInSeconds })}.`;
}
