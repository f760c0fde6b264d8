import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Mechanism, SASLOptions } from 'kafkajs';
import { AuthenticationError } from '../../../errors.ts';
import { type Api, commonVersion, decodeResponse, encodeRequest, type VersionLimits } from '../wire/api.ts';
import { MalformedResponseError } from '../wire/response-reader.ts';
import { BrokerFailure, type Phase, refusesClientCertificate, socketFailure, thrownText } from './broker-failure.ts';
import { socketFactory } from './broker-socket.ts';
import type { Deadline } from './deadline.ts';
import {
  assertKafkajsShape,
  Broker,
  type Connection,
  ConnectionPool,
  silentLogger,
  stopIdleTimer,
} from './kafkajs-internals.ts';
import { printAddress, type ServerAddress } from './server-address.ts';

/** What all connections of one cluster have in common. */
export interface ConnectionSettings {
  readonly alias: string;
  readonly clientId: string;
  readonly tls: ConnectionOptions | null;
  readonly sasl: (() => SASLOptions | Mechanism) | null;
  /** Who we say we are, for messages: `user "audit" (SCRAM-SHA-512)`. */
  readonly identity: string;
  /** TCP and TLS together, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a broker may stay silent while it owes an answer, in milliseconds. */
  readonly requestTimeoutMs: number;
  readonly maxInFlight: number;
  readonly deadline: Deadline;
  readonly versionLimits: VersionLimits;
  /** Names that come again and again, once for the cluster. */
  readonly names: Map<string, string>;
}

/** Position of the connection that kafkajs keeps for Fetch, so that records do not hold up everything else. */
const FETCH_CONNECTION = 1;
const FETCH_KEY = 1;

/**
 * The connections to one broker, by kafkajs: TCP, TLS, SASL, framing, correlation, throttling. Good for one life:
 * the first failure ends it for every request, and a new one has to be opened.
 */
export class BrokerConnection {
  readonly address: string;
  readonly #settings: ConnectionSettings;
  readonly #pool: ConnectionPool;
  readonly #broker: Broker;
  readonly #sockets = new Map<Socket, number>();
  readonly #waiting = new Set<(failure: Error) => void>();
  readonly #busySince = new Map<Connection, number>();
  readonly #watchdog: NodeJS.Timeout;
  #fetchConnection: Promise<unknown> | undefined;
  #failure: Error | undefined;
  /** Whether any request of ours was answered, beyond kafkajs's own. */
  #answered = false;
  #bytesHeard = 0;
  readonly #onSent: () => void;

  private constructor(address: ServerAddress, settings: ConnectionSettings, onSent: () => void) {
    this.#onSent = onSent;
    this.address = printAddress(address);
    this.#settings = settings;
    this.#pool = new ConnectionPool({
      ...address,
      rack: null,
      ssl: settings.tls,
      sasl: settings.sasl?.() ?? null,
      clientId: settings.clientId,
      socketFactory: socketFactory({
        connectTimeoutMs: settings.connectTimeoutMs,
        opened: (socket) => this.#opened(socket),
        failed: (socket, error, phase) => this.#socketFailed(socket, error, phase),
      }),
      // Ours come first, and end what kafkajs's would leave open: a timed out request there blocks the next ones.
      connectionTimeout: settings.connectTimeoutMs + 1_000,
      requestTimeout: settings.requestTimeoutMs,
      enforceRequestTimeout: false,
      maxInFlightRequests: settings.maxInFlight,
      reauthenticationThreshold: 10_000,
      logger: silentLogger,
    });
    this.#broker = new Broker({
      connectionPool: this.#pool,
      logger: silentLogger,
      nodeId: null,
      versions: null,
      authenticationTimeout: settings.requestTimeoutMs,
      allowAutoTopicCreation: false,
    });
    assertKafkajsShape(this.#pool, this.#broker);
    for (const connection of this.#pool.pool) {
      stopIdleTimer(connection);
      this.#countRequests(connection);
    }
    this.#watchdog = setInterval(() => this.#endIfSilent(), Math.max(20, Math.min(250, settings.requestTimeoutMs / 4)));
    this.#watchdog.unref();
    settings.deadline.signal.addEventListener('abort', this.#onDeadline, { once: true });
  }

  /**
   * Connects, learns the broker's versions and authenticates.
   *
   * @param onSent called for every request, kafkajs's own for versions and SASL included
   * @throws BrokerFailure, AuthenticationError
   */
  static async open(
    address: ServerAddress,
    settings: ConnectionSettings,
    onSent: () => void,
  ): Promise<BrokerConnection> {
    settings.deadline.throwIfOver();
    const connection = new BrokerConnection(address, settings, onSent);
    try {
      await connection.#guarded(connection.#broker.connect());
      connection.#bytesHeard = 0;
      return connection;
    } catch (error) {
      throw connection.#end(connection.#connectFailure(error));
    }
  }

  /** Why this connection ended, once it did. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The version that a request to this broker has; null where broker and client have none in common. */
  version(api: Api<never, unknown>): number | null {
    return commonVersion(api, this.#broker.versions?.[api.key], this.#settings.versionLimits);
  }

  /** @throws BrokerFailure, AuthenticationError */
  async send<Request, Answer>(api: Api<Request, Answer>, request: Request): Promise<Answer> {
    const version = this.version(api);
    if (version === null) {
      throw new BrokerFailure('UNSUPPORTED_BROKER_VERSION', `${this.address} has no usable version of ${api.name}`, {
        remedy: 'Tidemark needs Kafka 2.4 or newer',
      });
    }
    if (api.key === FETCH_KEY) await this.#openFetchConnection();
    const bytes = encodeRequest(api, request, version);
    return this.#guarded(
      this.#pool.send<Answer>({
        request: {
          apiKey: api.key,
          apiVersion: version,
          apiName: api.name,
          encode: async () => ({ buf: bytes, buffer: bytes }),
        },
        response: {
          decode: async (payload) => {
            this.#answered = true;
            const { answer, throttleTimeMs } = decodeResponse(api, payload, version, this.#settings.names);
            return { answer, clientSideThrottleTime: throttleTimeMs };
          },
          parse: async ({ answer }) => answer,
        },
        logResponseError: false,
      }),
    ).catch((error: unknown) => {
      throw this.#requestFailure(error, api.name, version);
    });
  }

  /** Ends everything at once, hung or not; what waits is rejected. */
  destroy(failure: BrokerFailure): void {
    this.#end(failure);
  }

  /** kafkajs opens one socket for each request that finds the connection closed: the first has to be awaited. */
  async #openFetchConnection(): Promise<void> {
    this.#fetchConnection ??= this.#pool.getConnection(FETCH_CONNECTION);
    try {
      await this.#guarded(this.#fetchConnection);
    } catch (error) {
      throw this.#end(this.#connectFailure(error));
    }
  }

  /** Settles with the promise or with the end of this connection: kafkajs leaves some of its promises open for ever. */
  #guarded<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        promise.catch(() => undefined);
        reject(this.#failure);
        return;
      }
      this.#waiting.add(reject);
      promise.then(
        (value) => {
          this.#waiting.delete(reject);
          resolve(value);
        },
        (error) => {
          this.#waiting.delete(reject);
          // The socket's own error says more than what kafkajs makes of it.
          reject(this.#failure ?? error);
        },
      );
    });
  }

  #countRequests(connection: Connection): void {
    const queue = connection.requestQueue;
    const push = queue.push.bind(queue);
    queue.push = (request) => {
      this.#onSent();
      if (queue.inflight.size === 0) this.#busySince.set(connection, Date.now());
      push(request);
    };
  }

  #opened(socket: Socket): void {
    this.#sockets.set(socket, Date.now());
    socket.on('data', (data) => {
      this.#sockets.set(socket, Date.now());
      this.#bytesHeard += data.length;
    });
    if (this.#failure !== undefined) socket.destroy(this.#failure);
  }

  /** A broker that owes an answer and sends nothing is hung, however long the connection stays open. */
  #endIfSilent(): void {
    for (const connection of this.#pool.pool) {
      if (connection.requestQueue.inflight.size === 0) continue;
      const heard = connection.socket === undefined ? 0 : (this.#sockets.get(connection.socket) ?? 0);
      const since = Math.max(heard, this.#busySince.get(connection) ?? 0);
      if (Date.now() - since > this.#settings.requestTimeoutMs) {
        this.#end(
          new BrokerFailure(
            'REQUEST_TIMED_OUT',
            `${this.address} accepted the connection and gave no answer for ${this.#settings.requestTimeoutMs} ms`,
            { remedy: 'look whether the broker hangs, or whether the port belongs to something else' },
          ),
        );
        return;
      }
    }
  }

  readonly #onDeadline = (): void => {
    this.#end(this.#settings.deadline.failure ?? new BrokerFailure('READER_CLOSED', 'the reader was closed'));
  };

  #socketFailed(socket: Socket, error: unknown, phase: Phase): void {
    this.#sockets.delete(socket);
    if (this.#failure !== undefined) return;
    const tls = this.#settings.tls !== null;
    if (tls && refusesClientCertificate(error)) {
      this.#end(
        new AuthenticationError(
          this.#settings.alias,
          `cluster ${this.#settings.alias}: ${this.address} refused our TLS client certificate`,
          {
            remedy: 'give cert and key of a client that the broker trusts (ssl.keystore.* of this cluster)',
          },
        ),
      );
      return;
    }
    if (error instanceof BrokerFailure) this.#end(this.#tlsMismatch(error));
    else if (this.#wantsSasl(error)) {
      this.#end(
        new BrokerFailure(
          'SASL_REQUIRED',
          `${this.address} ended the connection at the first request, as a listener with SASL does`,
          {
            remedy: 'set security.protocol, sasl.mechanism and sasl.jaas.config of this cluster',
          },
        ),
      );
    } else this.#end(socketFailure(this.address, error, phase, tls));
  }

  /** A SASL listener tells its versions to anybody and closes, in order and without a word, at the next request. */
  #wantsSasl(error: unknown): boolean {
    const orderly = thrownText(error, 'code') === 'PEER_CLOSED';
    return (
      orderly &&
      this.#settings.sasl === null &&
      this.#broker.versions !== null &&
      !this.#answered &&
      this.#bytesHeard === 0
    );
  }

  #tlsMismatch(failure: BrokerFailure): BrokerFailure {
    if (failure.code !== 'TLS_REQUIRED' && failure.code !== 'TLS_NOT_OFFERED') return failure;
    return new BrokerFailure(failure.code, `${this.address}: ${failure.message}`, {
      remedy: 'check that security.protocol (SSL, SASL_SSL; PLAINTEXT, SASL_PLAINTEXT) fits this port',
    });
  }

  /** What went wrong before the first request of ours. */
  #connectFailure(error: unknown): Error {
    if (error instanceof BrokerFailure || error instanceof AuthenticationError) return error;
    const { alias, identity } = this.#settings;
    const type = thrownText(error, 'type');
    if (type === 'ILLEGAL_SASL_STATE') {
      return new AuthenticationError(alias, `cluster ${alias}: the listener ${this.address} takes no SASL`, {
        remedy: 'check that security.protocol fits this port',
      });
    }
    if (type === 'UNSUPPORTED_SASL_MECHANISM' || /mechanism is not supported/.test(thrownText(error, 'message'))) {
      return new AuthenticationError(
        alias,
        `cluster ${alias}: ${this.address} does not offer the SASL mechanism of ${identity}`,
        {
          remedy: "use a mechanism of the broker's sasl.enabled.mechanisms",
        },
      );
    }
    if (thrownText(error, 'name') === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED') {
      return new AuthenticationError(alias, `cluster ${alias} refused ${identity}`, {
        remedy: 'check user, password and mechanism, and that the user exists on this cluster',
      });
    }
    return this.#requestFailure(error, 'ApiVersions', null);
  }

  #requestFailure(error: unknown, request: string, version: number | null): Error {
    if (error instanceof BrokerFailure || error instanceof AuthenticationError) return error;
    const what = version === null ? request : `${request} v${version}`;
    if (error instanceof MalformedResponseError || thrownText(error, 'name') === 'RangeError') {
      return new BrokerFailure('MALFORMED_RESPONSE', `${this.address} answered ${what} with something unintelligible`, {
        remedy: 'check that the port is a Kafka listener; if it is, report this with the version of the broker',
        cause: error,
      });
    }
    return new BrokerFailure('CONNECTION_CLOSED', `${this.address}: the connection broke during ${what}`, {
      remedy: "look at the broker's log",
      cause: error,
    });
  }

  #end(failure: Error): Error {
    if (this.#failure !== undefined) return this.#failure;
    this.#failure = failure;
    clearInterval(this.#watchdog);
    this.#settings.deadline.signal.removeEventListener('abort', this.#onDeadline);
    for (const reject of this.#waiting) reject(failure);
    this.#waiting.clear();
    // Only with an error: without one kafkajs does not notice, and waits.
    for (const socket of this.#sockets.keys()) socket.destroy(failure);
    for (const connection of this.#pool.pool) connection.requestQueue.destroy();
    return failure;
  }
}
