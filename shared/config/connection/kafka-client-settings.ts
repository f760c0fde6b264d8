import type { LoadContext, Settings } from '../setting.ts';
import { SettingReader, shown } from '../setting.ts';
import type { KafkaConnection, TlsSettings } from './kafka-connection.ts';
import { saslFromSettings } from './sasl-settings.ts';
import { tlsFromSettings } from './tls-settings.ts';
import { type WriterOverride, withWriter } from './writer-credentials.ts';

/** Parts of a connection that another source has already set. They replace the properties. */
export interface ConnectionOverride {
  readonly bootstrapServers?: readonly string[] | undefined;
  readonly clientId?: string | undefined;
  /** Null means no TLS, whatever the properties say. */
  readonly tls?: TlsSettings | null | undefined;
  readonly sasl?: KafkaConnection['sasl'] | null | undefined;
  readonly writer?: WriterOverride | undefined;
}

const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
export const DEFAULT_CLIENT_ID = 'tidemark';

/**
 * A connection from the settings of a Java client (`bootstrap.servers`, `security.protocol`, `ssl.*`, `sasl.*`). Null
 * if there are no servers to connect to. The collector gets every fault.
 */
export function connectionFromSettings(
  alias: string,
  settings: Settings,
  context: LoadContext,
  override: ConnectionOverride = {},
): KafkaConnection | null {
  const reader = new SettingReader(settings, context.faults);
  const bootstrapServers = override.bootstrapServers ?? bootstrapFrom(alias, settings, reader, context);
  const protocol = protocolFrom(settings, reader, context);
  const wantsTls = protocol === 'SSL' || protocol === 'SASL_SSL';
  const wantsSasl = protocol === 'SASL_PLAINTEXT' || protocol === 'SASL_SSL';
  const tls = override.tls === undefined ? (wantsTls ? tlsFromSettings(settings, context) : null) : override.tls;
  const sasl =
    override.sasl === undefined
      ? wantsSasl
        ? saslFromSettings(settings, bootstrapServers, context)
        : null
      : override.sasl;
  if (bootstrapServers.length === 0) return null;
  const connection = {
    alias,
    bootstrapServers,
    clientId: override.clientId ?? DEFAULT_CLIENT_ID,
    ...(tls === null ? {} : { tls }),
    ...(sasl === null ? {} : { sasl }),
  };
  return withWriter(connection, override.writer);
}

function protocolFrom(
  settings: Settings,
  reader: SettingReader,
  context: LoadContext,
): (typeof PROTOCOLS)[number] | null {
  const setting = settings.get('security.protocol');
  const protocol = reader.oneOf('security.protocol', PROTOCOLS, 'PLAINTEXT');
  if (setting === undefined) {
    const unused = settings.get('sasl.jaas.config') ?? settings.get('ssl.truststore.location');
    if (unused !== undefined) {
      context.faults.warn({
        file: settings.file,
        key: settings.keyFor('security.protocol'),
        line: null,
        message: `is not set, so the connection is PLAINTEXT and ${unused.key} is not used; MirrorMaker does the same`,
      });
    }
  }
  return protocol;
}

function bootstrapFrom(
  alias: string,
  settings: Settings,
  reader: SettingReader,
  context: LoadContext,
): readonly string[] {
  const setting = settings.get('bootstrap.servers');
  const key = settings.keyFor('bootstrap.servers');
  if (setting === undefined || setting.value.trim() === '') {
    context.faults.fault({
      file: settings.file,
      key,
      line: setting?.line ?? null,
      message: `cluster ${alias} has no bootstrap servers`,
      remedy: `add ${key}=host:9092`,
    });
    return [];
  }
  const servers: string[] = [];
  for (const written of reader.list('bootstrap.servers', [])) {
    const server = parseServer(written);
    if (server !== null) servers.push(server);
    else {
      context.faults.fault({
        file: settings.file,
        key: setting.key,
        line: setting.line,
        message: `${shown({ ...setting, value: written })} is not host:port`,
        remedy: 'write each broker as host:port, with IPv6 addresses in brackets, separated by commas',
      });
    }
  }
  return servers;
}

/** `host:port`, parsed like Kafka's `ClientUtils` (it drops a listener name before the host), or null. */
export function parseServer(written: string): string | null {
  const match = /^(?:[0-9a-zA-Z\-%._]*:\/\/)?(\[[0-9a-fA-F:.%]+\]|[0-9a-zA-Z\-%._]+|[0-9a-fA-F:]+):([0-9]+)$/.exec(
    written.trim(),
  );
  if (match?.[1] === undefined) return null;
  const port = Number(match[2]);
  if (port < 1 || port > 65535) return null;
  const host = match[1].includes(':') && !match[1].startsWith('[') ? `[${match[1]}]` : match[1];
  return `${host}:${port}`;
}
