import { randomBytes } from 'node:crypto';
import type { Certificates, KeyPair } from './certificates.ts';
import type { Listener } from './listeners.ts';

/** Who may log in to a cluster. */
export interface SecurityOptions {
  /** Passwords by user name, for PLAIN and both SCRAM mechanisms. Each user can also get a client certificate. */
  readonly users: Readonly<Record<string, string>>;
  /** Names in the brokers' certificate; `IP:127.0.0.1` and `DNS:localhost` by default. */
  readonly serverNames?: readonly string[];
}

const KAFKA = 'org.apache.kafka.common.security';
const PLAIN = `${KAFKA}.plain.PlainLoginModule`;
const SCRAM = `${KAFKA}.scram.ScramLoginModule`;
const OAUTH = `${KAFKA}.oauthbearer.OAuthBearerLoginModule`;

/** The lab's own principal: a super user on the INTERNAL listener. */
const SUPER_USER = 'lab';

/** The broker settings that require clients to log in, and the lab's own super user. */
export class ClusterSecurity {
  readonly options: SecurityOptions | undefined;
  readonly certificates: Certificates | undefined;
  readonly #authorizer: boolean;
  readonly #password = randomBytes(16).toString('hex');
  readonly #server: KeyPair | undefined;

  constructor(options: SecurityOptions | undefined, authorizer: boolean, certificates: Certificates | undefined) {
    this.options = options;
    this.certificates = certificates;
    this.#authorizer = authorizer;
    this.#server = certificates?.forServer(options?.serverNames ?? ['IP:127.0.0.1', 'DNS:localhost']);
  }

  /** Whether brokers and the lab must log in, too: with an authorizer an anonymous broker could do nothing. */
  get guarded(): boolean {
    return this.options !== undefined || this.#authorizer;
  }

  protocolOf(name: Listener['name']): string {
    if (name === 'INTERNAL' || name === 'CONTROLLER') return this.guarded ? 'SASL_PLAINTEXT' : 'PLAINTEXT';
    return name === 'MTLS' ? 'SSL' : name;
  }

  /** Arguments for `kafka-storage format`, which stores SCRAM credentials in the cluster's metadata. */
  formatArguments(): string[] {
    return Object.entries(this.options?.users ?? {}).flatMap(([name, password]) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${name},password=${password}]`,
      ]),
    );
  }

  brokerSettings(): Record<string, string> {
    if (!this.guarded) return {};
    const own = `${PLAIN} required username="${SUPER_USER}" password="${this.#password}" user_${SUPER_USER}="${this.#password}";`;
    const settings: Record<string, string> = {
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'sasl.mechanism.controller.protocol': 'PLAIN',
    };
    for (const listener of ['internal', 'controller']) {
      settings[`listener.name.${listener}.sasl.enabled.mechanisms`] = 'PLAIN';
      settings[`listener.name.${listener}.plain.sasl.jaas.config`] = own;
    }
    if (this.options !== undefined) Object.assign(settings, this.#clientListeners(this.options));
    if (this.#authorizer) {
      settings['authorizer.class.name'] = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer';
      settings['super.users'] = `User:${SUPER_USER}`;
      settings['allow.everyone.if.no.acl.found'] = 'false';
    }
    return settings;
  }

  /** Java client settings for the INTERNAL listener. */
  superUserSettings(): Record<string, string> {
    if (!this.guarded) return {};
    return {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': `${PLAIN} required username="${SUPER_USER}" password="${this.#password}";`,
    };
  }

  #clientListeners(options: SecurityOptions): Record<string, string> {
    const users = Object.entries(options.users).map(([name, password]) => `user_${name}="${password}"`);
    const settings: Record<string, string> = {};
    for (const listener of ['sasl_plaintext', 'sasl_ssl']) {
      const prefix = `listener.name.${listener}`;
      settings[`${prefix}.sasl.enabled.mechanisms`] = 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER';
      settings[`${prefix}.plain.sasl.jaas.config`] = `${PLAIN} required ${users.join(' ')};`;
      settings[`${prefix}.scram-sha-256.sasl.jaas.config`] = `${SCRAM} required;`;
      settings[`${prefix}.scram-sha-512.sasl.jaas.config`] = `${SCRAM} required;`;
      // Without a configured validator Kafka accepts unsigned tokens and still checks expiry and subject.
      settings[`${prefix}.oauthbearer.sasl.jaas.config`] =
        `${OAUTH} required unsecuredLoginStringClaim_sub="${SUPER_USER}";`;
    }
    settings['ssl.keystore.type'] = 'PEM';
    settings['ssl.keystore.location'] = this.#server?.keystoreFile ?? '';
    settings['ssl.truststore.type'] = 'PEM';
    settings['ssl.truststore.location'] = this.certificates?.caFile ?? '';
    settings['listener.name.mtls.ssl.client.auth'] = 'required';
    settings['listener.name.mtls.ssl.principal.mapping.rules'] = 'RULE:^CN=([^,]+).*$/$1/';
    return settings;
  }
}

/** The JAAS configuration of a client that logs in with a password. */
export function passwordJaas(mechanism: string, username: string, password: string): string {
  return `${mechanism === 'PLAIN' ? PLAIN : SCRAM} required username="${username}" password="${password}";`;
}
