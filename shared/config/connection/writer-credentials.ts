import type { KafkaConnection, TlsSettings } from './kafka-connection.ts';

/** The writer's own credentials. The rest is the cluster's. */
export interface WriterOverride {
  readonly clientId?: string | undefined;
  /** Null means no TLS. Otherwise what differs from the cluster's. */
  readonly tls?: Partial<TlsSettings> | null | undefined;
  readonly sasl?: KafkaConnection['sasl'] | undefined;
}

/** The connection with its writer. What the writer does not set comes from the cluster. */
export function withWriter(connection: KafkaConnection, writer: WriterOverride | undefined): KafkaConnection {
  if (writer === undefined) return connection;
  const tls = writer.tls === undefined ? connection.tls : writersTls(connection.tls, writer.tls);
  const sasl = writer.sasl ?? connection.sasl;
  return {
    ...connection,
    writer: {
      clientId: writer.clientId ?? connection.clientId,
      ...(tls === undefined ? {} : { tls }),
      ...(sasl === undefined ? {} : { sasl }),
    },
  };
}

function writersTls(own: TlsSettings | undefined, writers: Partial<TlsSettings> | null): TlsSettings | undefined {
  if (writers === null) return undefined;
  // The passphrase belongs to the key.
  const { keyPassphrase, ...rest } = own ?? { verifyHostname: true };
  const inherited = writers.key === undefined ? { ...rest, keyPassphrase } : rest;
  return { ...inherited, ...writers };
}
