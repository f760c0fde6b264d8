import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Mechanism, SASLOptions } from 'kafkajs';
import './kafkajs-idle-timer.ts';
import { type Api, commonVersion, decodeResponse, encodeRequest, type VersionLimits } from '../wire/api.ts';
import { BrokerFailure, type Phase, refusesClientCertificate, socketFailure, thrownText } from './broker-failure.ts';
import { PEER_CLOSED, socketFactory } from './broker-socket.ts';
import type { Deadline } from './deadline.ts';
import {
  certificateRefused,
  loginFailure,
  malformed,
  type Peer,
  requestFailure,
  saslRequired,
  silence,
  tooSlow,
} from './explained-failure.ts';
import { guardFrames, type IncomingFrame, SlowAnswers } from './frame-guard.ts';
import {
  assertKafkajsShape,
  Broker,
  type Connection,
  ConnectionPool,
  limitThrottle,
  silentLogger,
} from './kafkajs-internals.ts';
import { printAddress, type ServerAddress } from './server-address.ts';

/** What all connections of one cluster have in common. */
export interface ConnectionSettings {
  readonly alias: string;
  readonly clientId: string;
  readonly tls: ConnectionOptions | null;
  readonly sasl: (() => SASLOptions | Mechanism) | null;
  /** Our user as messages print it: `user "audit" (SCRAM-SHA-512)`. */
  readonly identity: string;
  /** For TCP and TLS together, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a broker may stay silent while an answer is due, in milliseconds. */
  readonly requestTimeoutMs: number;
  readonly maxInFlight: number;
  readonly deadline: Deadline;
  readonly versionLimits: VersionLimits;
  /** Names that occur often, stored once for the cluster. */
  readonly names: Map<string, string>;
}

/**
 * Index of the connection that kafkajs keeps for Fetch, so that large answers with records do not delay other requests.
 */
const FETCH_CONNECTION = 1;
const FETCH_KEY = 1;

/**
 * The connections to one broker. kafkajs does TCP, TLS, SASL, framing, correlation and throttling. The first failure
 * ends the object for every request. To continue, open a new one.
 */
export class BrokerConnection {
  readonly address: string;
  readonly #settings: ConnectionSettings;
  readonly #pool: ConnectionPool;
  readonly #broker: Broker;
  readonly #sockets = new Map<Socket, number>();
  readonly #waiting = new Set<(failure: Error) => void>();
  readonly #busySince = new Map<Connection, number>();
  readonly #incoming = new Map<Connection, { frame(): IncomingFrame | null; readonly slow: SlowAnswers }>();
  readonly #watchdog: NodeJS.Timeout;
  readonly #watchMs: number;
  #fetchConnection: Promise<unknown> | undefined;
  #failure: Error | undefined;
  /** Whether the broker has answered any request of ours, not counting those that kafkajs makes itself. */
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
      // Our timeouts come first. They also end requests that kafkajs's would leave open: a timed-out request in kafkajs
      // blocks the next ones.
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
      limitThrottle(connection);
      const incoming = guardFrames(connection, (why) => {
        // A socket that recognized TLS has already ended itself and reports that next.
        if (connection.socket?.destroyed !== true) this.#end(malformed(this.#peer, 'a request', why));
      });
      this.#incoming.set(connection, { frame: incoming, slow: new SlowAnswers() });
      this.#countRequests(connection);
    }
    this.#watchMs = Math.max(20, Math.min(250, settings.requestTimeoutMs / 4));
    this.#watchdog = setInterval(() => this.#endIfSilent(), this.#watchMs);
    this.#watchdog.unref();
    settings.deadline.signal.addEventListener('abort', this.#onDeadline, { once: true });
  }

  /**
   * Connects, gets the broker's API versions and authenticates.
   *
   * @param onSent called for every request, including kafkajs's own for versions and SASL
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
      throw connection.#end(loginFailure(connection.#peer, error));
    }
  }

  /** Why this connection ended; undefined while it is open. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The version to use for a request to this broker, or null if broker and client have none in common. */
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
    const bytes = this.#encoded(api, request, version);
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
      throw requestFailure(this.#peer, error, `${api.name} v${version}`);
    });
  }

  /** Requests contain values from brokers' answers. An offset that is no int64 must fail only its own request. */
  #encoded<Request>(api: Api<Request, unknown>, request: Request, version: number): Buffer {
    try {
      return encodeRequest(api, request, version);
    } catch (cause) {
      if (thrownText(cause, 'code') !== 'ERR_OUT_OF_RANGE') throw cause;
      throw new BrokerFailure(
        'MALFORMED_RESPONSE',
        `${api.name} to ${this.address} cannot be encoded: a number is too large`,
        {
          cause,
        },
      );
    }
  }

  get #peer(): Peer {
    const { alias, identity } = this.#settings;
    return { alias, identity, address: this.address };
  }

  /** Ends everything at once, even a connection that hangs, and rejects all pending requests. */
  destroy(failure: BrokerFailure): void {
    this.#end(failure);
  }

  /** kafkajs opens one socket for each request that finds the connection closed, so await the first. */
  async #openFetchConnection(): Promise<void> {
    this.#fetchConnection ??= this.#pool.getConnection(FETCH_CONNECTION);
    try {
      await this.#guarded(this.#fetchConnection);
    } catch (error) {
      throw this.#end(loginFailure(this.#peer, error));
    }
  }

  /** Settles with the promise or with the end of this connection, because some promises of kafkajs never settle. */
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
          // The socket's own error is more precise than the error that kafkajs derives from it.
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

  /** A broker that sends nothing while an answer is due counts as hung, however long the connection stays open. */
  #endIfSilent(): void {
    for (const connection of this.#pool.pool) {
      if (connection.requestQueue.inflight.size === 0) continue;
      const heard = connection.socket === undefined ? 0 : (this.#sockets.get(connection.socket) ?? 0);
      const since = Math.max(heard, this.#busySince.get(connection) ?? 0);
      if (Date.now() - since > this.#settings.requestTimeoutMs) {
        this.#end(silence(this.address, this.#settings.requestTimeoutMs));
        return;
      }
      const { frame, slow } = this.#incoming.get(connection) ?? {};
      if (slow?.isTooSlow(frame?.() ?? null, this.#watchMs, this.#settings.requestTimeoutMs)) {
        this.#end(tooSlow(this.address, this.#settings.requestTimeoutMs));
        return;
      }
    }
  }

  readonly #onDeadline = (): void => {
    this.#end(this.#settings.deadline.failure ?? new BrokerFailure('READER_CLOSED', 'the reader was closed'));
  };

  #socketFailed(socket: Socket, error: unknown, phase: Phase): void {
    this.#sockets.delete(socket);
    const tls = this.#settings.tls !== null;
    if (this.#wantsSasl(error)) this.#end(saslRequired(this.#peer));
    else if (tls && refusesClientCertificate(error)) this.#end(certificateRefused(this.#peer));
    else this.#end(socketFailure(this.address, error, phase, tls));
  }

  /**
   * A SASL listener answers ApiVersions to any client. At the next request it closes the connection in order, without
   * an error.
   */
  #wantsSasl(error: unknown): boolean {
    const orderly = thrownText(error, 'code') === PEER_CLOSED;
    return (
      orderly &&
      this.#settings.sasl === null &&
      this.#broker.versions !== null &&
      !this.#answered &&
      this.#bytesHeard === 0
    );
  }

  #end(failure: Error): Error {
    if (this.#failure !== undefined) return this.#failure;
    this.#failure = failure;
    clearInterval(this.#watchdog);
    this.#settings.deadline.signal.removeEventListener('abort', this.#onDeadline);
    for (const reject of this.#waiting) reject(failure);
    this.#waiting.clear();
    // Pass an error: without one kafkajs does not notice the end, and waits.
    for (const socket of this.#sockets.keys()) socket.destroy(failure);
    for (const connection of this.#pool.pool) connection.requestQueue.destroy();
    return failure;
  }
}
