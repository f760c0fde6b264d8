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
