/**
 * The parts of kafkajs 2.2.4 that its public API hides and that our requests use. kafkajs has no `exports` map, and its
 * version is pinned exactly. `kafkajs-internals.ts` compares the real objects with this at every connection.
 */
declare module 'kafkajs/src/broker/index.js' {
  import type { InternalLogger } from 'kafkajs/src/loggers/index.js';
  import type ConnectionPool from 'kafkajs/src/network/connectionPool.js';

  export default class Broker {
    constructor(options: {
      readonly connectionPool: ConnectionPool;
      readonly logger: InternalLogger;
      readonly nodeId: number | null;
      readonly versions: null;
      readonly authenticationTimeout: number;
      readonly allowAutoTopicCreation: false;
    });
    /** By API key, once connected. */
    readonly versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>> | null;
    connect(): Promise<void>;
  }
}

declare module 'kafkajs/src/network/connectionPool.js' {
  import type { Socket } from 'node:net';
  import type { ConnectionOptions } from 'node:tls';
  import type { ISocketFactory, Mechanism, SASLOptions } from 'kafkajs';
  import type { InternalLogger } from 'kafkajs/src/loggers/index.js';

  export interface RequestQueue {
    readonly pending: readonly unknown[];
    /** By correlation id, in the order of sending. */
    readonly inflight: ReadonlyMap<number, { readonly entry: { readonly apiKey: number } }>;
    readonly throttledUntil: number;
    maybeThrottle(milliseconds: number | null | undefined): void;
    scheduleCheckPendingRequests(this: RequestQueue): void;
    push(request: object): void;
    destroy(): void;
  }

  export interface Connection {
    readonly requestQueue: RequestQueue;
    readonly socket?: Socket;
    /** Set while kafkajs awaits an answer without a frame: SASL as in Kafka before 1.0. */
    readonly authHandlers: object | null;
    /** Processes data from the socket. */
    processData(data: Buffer): void;
    isConnected(): boolean;
  }

  export default class ConnectionPool {
    constructor(options: {
      readonly host: string;
      readonly port: number;
      readonly rack: null;
      readonly ssl: ConnectionOptions | null;
      readonly sasl: SASLOptions | Mechanism | null;
      readonly clientId: string;
      readonly socketFactory: ISocketFactory;
      readonly connectionTimeout: number;
      readonly requestTimeout: number;
      readonly enforceRequestTimeout: boolean;
      readonly maxInFlightRequests: number | null;
      readonly reauthenticationThreshold: number;
      readonly logger: InternalLogger;
    });
    /** The first is for everything but Fetch, the second for Fetch. */
    readonly pool: readonly Connection[];
    getConnection(index?: number): Promise<Connection>;
    send<T>(protocol: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
      };
      readonly response: {
        decode(payload: Buffer): Promise<{ readonly clientSideThrottleTime: number; readonly answer: T }>;
        parse(decoded: { readonly answer: T }): Promise<T>;
      };
      readonly logResponseError: boolean;
    }): Promise<T>;
  }
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  import type { RequestQueue } from 'kafkajs/src/network/connectionPool.js';

  const queue: { readonly prototype: RequestQueue };
  export default queue;
}

declare module 'kafkajs/src/loggers/index.js' {
  export interface InternalLogger {
    namespace(name: string): InternalLogger;
  }
  const loggers: {
    readonly LEVELS: { readonly NOTHING: number };
    createLogger(options: { level: number; logCreator: () => (entry: object) => void }): InternalLogger;
  };
  export default loggers;
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram256.js' {
  export { default } from 'kafkajs/src/broker/saslAuthenticator/scram512.js';
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram512.js' {
  import type { AuthenticationProviderArgs, Authenticator } from 'kafkajs';

  export default function provider(credentials: {
    readonly username: string;
    readonly password: string;
  }): (args: AuthenticationProviderArgs) => Authenticator;
}
