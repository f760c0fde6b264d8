import type { KafkaConnection, SaslSettings } from '../../../config/connection/kafka-connection.ts';
import { TidemarkError } from '../../../domain/model/errors.ts';
import type { VersionLimits } from '../wire/api.ts';
import type { ConnectionSettings } from './broker-connection.ts';
import type { Deadline } from './deadline.ts';
import { saslOptions } from './sasl-options.ts';
import { parseAddress, type ServerAddress } from './server-address.ts';
import { tlsOptions } from './tls-options.ts';

/** Timeouts and limits of connections, to override the defaults. */
export interface ConnectionOptions {
  /** Milliseconds for a broker to accept a connection, TLS included. */
  readonly connectTimeoutMs?: number;
  /**
   * Milliseconds that a broker may stay silent while an answer is due. A slow answer that is arriving is not silence.
   */
  readonly requestTimeoutMs?: number;
  /** The most requests in flight on one connection. */
  readonly maxInFlight?: number;
  /** Newest version to use of each request. Tests set it to read newer clusters the way Tidemark reads older ones. */
  readonly versionLimits?: VersionLimits;
}

const DEFAULTS = { connectTimeoutMs: 4_000, requestTimeoutMs: 6_000, maxInFlight: 32 };

/** What all connections to one cluster share. @throws TidemarkError TLS_INVALID_MATERIAL */
export function connectionSettings(
  connection: KafkaConnection,
  options: ConnectionOptions,
  deadline: Deadline,
): ConnectionSettings {
  const { alias, clientId, tls, sasl } = connection;
  return {
    alias,
    clientId,
    tls: tls === undefined ? null : tlsOptions(alias, tls),
    sasl: sasl === undefined ? null : saslOptions(alias, sasl, deadline),
    identity: identityOf(sasl),
    connectTimeoutMs: options.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs,
    requestTimeoutMs: options.requestTimeoutMs ?? DEFAULTS.requestTimeoutMs,
    maxInFlight: options.maxInFlight ?? DEFAULTS.maxInFlight,
    deadline,
    versionLimits: options.versionLimits ?? {},
    names: new Map(),
  };
}

/** @throws TidemarkError BOOTSTRAP_SERVERS_INVALID */
export function seedsOf({ alias, bootstrapServers }: KafkaConnection): ServerAddress[] {
  const seeds = bootstrapServers.map((text) => ({ text, address: parseAddress(text) }));
  const wrong = seeds.filter(({ address }) => address === null);
  if (wrong.length > 0 || seeds.length === 0) {
    const which = seeds.length === 0 ? 'there are none' : wrong.map(({ text }) => `"${text}"`).join(', ');
    throw new TidemarkError('BOOTSTRAP_SERVERS_INVALID', `cluster ${alias}: not a bootstrap server: ${which}`, {
      remedy: 'write host:port, with an IPv6 address in brackets',
    });
  }
  return seeds.flatMap(({ address }) => address ?? []);
}

/** Our user as messages print it; never a secret. */
function identityOf(sasl: SaslSettings | undefined): string {
  if (sasl === undefined) return 'us';
  if (sasl.kind === 'password') return `user "${sasl.username}" (${sasl.mechanism})`;
  return `our token (${sasl.mechanism})`;
}
