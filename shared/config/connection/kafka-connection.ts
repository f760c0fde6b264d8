import type { Secret } from './secret.ts';

/** How to reach one cluster: what the Kafka adapter needs, and nothing about MM2. */
export interface KafkaConnection {
  /** The cluster's alias in MM2's configuration. */
  readonly alias: string;
  /** `host:port` seeds, tried in turn, with IPv6 literals in brackets. */
  readonly bootstrapServers: readonly string[];
  readonly clientId: string;
  readonly tls?: TlsSettings | undefined;
  readonly sasl?: SaslSettings | undefined;
  /**
   * Credentials for writing offsets, if they differ from the audit's. Loaded only by commands that write; reads never
   * use them.
   */
  readonly writer?: WriterCredentials | undefined;
}

/** Everything that the writer of a cluster connects with. It takes nothing from the cluster's own credentials. */
export type WriterCredentials = Pick<KafkaConnection, 'clientId' | 'tls' | 'sasl'>;

/** The connection for writing offsets: with the writer's credentials if there are any, else the cluster's own. */
export function writingConnection({ writer, ...own }: KafkaConnection): KafkaConnection {
  if (writer === undefined) return own;
  const { alias, bootstrapServers } = own;
  return { alias, bootstrapServers, ...writer };
}

export interface TlsSettings {
  /** PEM text of the certificate authorities to trust; the system's if absent. */
  readonly ca?: string | undefined;
  /** PEM text of the client certificate chain, for mTLS. */
  readonly cert?: string | undefined;
  /** PEM text of the client key, for mTLS. */
  readonly key?: Secret | undefined;
  readonly keyPassphrase?: Secret | undefined;
  /** False only if `ssl.endpoint.identification.algorithm` is the empty string. */
  readonly verifyHostname: boolean;
}

export type SaslSettings =
  | {
      readonly kind: 'password';
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: Secret;
    }
  /** A token that another process refreshes. */
  | { readonly kind: 'token'; readonly mechanism: 'OAUTHBEARER'; readonly token: Secret }
  /** OAuth 2 client credentials (RFC 6749 section 4.4). */
  | {
      readonly kind: 'client-credentials';
      readonly mechanism: 'OAUTHBEARER';
      readonly tokenEndpoint: string;
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly scope?: string | undefined;
    }
  /** AWS IAM for MSK: a signed token over OAUTHBEARER. */
  | {
      readonly kind: 'aws-iam';
      readonly mechanism: 'AWS_MSK_IAM';
      readonly region: string;
      /** Whose credentials sign: those that the AWS SDK finds in the environment if absent. */
      readonly identity?: AwsIdentity | undefined;
    };

export type AwsIdentity =
  /** A profile of AWS's shared config and credentials files. */
  | { readonly kind: 'profile'; readonly profile: string }
  /** A role that STS lets the credentials of the environment assume. */
  | {
      readonly kind: 'role';
      readonly roleArn: string;
      /** How CloudTrail names the session; `tidemark` if absent. */
      readonly sessionName?: string | undefined;
      readonly externalId?: string | undefined;
      /** Region of STS; that of the cluster if absent. */
      readonly stsRegion?: string | undefined;
    };
