import { randomBytes } from 'node:crypto';

const PASSWORD_VARIABLE = 'TIDEMARK_DRILL_PASSWORD';
const USERS = ['mm2', 'app', 'auditor', 'fencer'];

/** A policy under which MirrorMaker keeps the names of topics. */
export const IDENTITY = { 'replication.policy.class': 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy' };

/** The users of a drill's clusters, which can be fenced by ACLs: one login for all clusters, so that clients keep their settings when they are led elsewhere. */
export class Logins {
  readonly #password = randomBytes(12).toString('hex');

  /** The configuration of the command line reads the password from the environment. */
  constructor() {
    process.env[PASSWORD_VARIABLE] = this.#password;
  }

  /** Options of a cluster that has these users. */
  get cluster() {
    const users = Object.fromEntries(USERS.map((user) => [user, this.#password]));
    return { security: { users }, authorizer: true, config: { 'allow.everyone.if.no.acl.found': 'true' } };
  }

  /** How an application logs in, with kafkajs. */
  get application() {
    return { mechanism: 'scram-sha-512', username: 'app', password: this.#password } as const;
  }

  /** A login in tidemark.yaml. */
  sasl(username: 'app' | 'auditor' | 'fencer') {
    return { mechanism: 'SCRAM-SHA-512', username, password: { env: PASSWORD_VARIABLE } };
  }

  /** A cluster's own settings in tidemark.yaml: who reads, and who writes. */
  get own() {
    return { sasl: this.sasl('auditor'), writer: { sasl: this.sasl('fencer') } };
  }

  /** The fence in tidemark.yaml. @param everyoneWithoutAcl what it says of the brokers; the truth is `true` */
  fence(everyoneWithoutAcl = true) {
    const canary = { topic: 'orders', sasl: this.sasl('app') };
    return { acl: { principals: ['User:app'], mirrorPrincipal: 'User:mm2', everyoneWithoutAcl, canary } };
  }

  /** @throws if a text of the command line has the password */
  requireSecret(printed: string): void {
    if (printed.includes(this.#password)) throw new Error('the password was printed');
  }
}
