import type { TlsSettings } from './kafka-connection.ts';
import type { Secret } from './secret.ts';

/** How to reach the REST API of the Kafka Connect cluster that runs a flow's connectors. */
export interface ConnectConnection {
  /** `http:` or `https:`, without login, query, or slash at its end. Messages may print it. */
  readonly url: string;
  /** For basic authentication. */
  readonly login?: { readonly username: string; readonly password: Secret } | undefined;
  /** Only of an `https:` URL; the system's certificate authorities if absent. */
  readonly tls?: TlsSettings | undefined;
}

/** How to reach the exporters beside the workers that run a flow's connectors, one for each worker. */
export interface MetricsConnection extends Pick<ConnectConnection, 'login' | 'tls'> {
  /** As `ConnectConnection.url`, with the path of the page. */
  readonly urls: readonly string[];
  /** Name of the MirrorSourceConnector, if it is not one that MM2 or Strimzi gives. */
  readonly connector?: string | undefined;
}
