/** How a listener of a lab broker talks; MTLS is SSL that insists on a client certificate. */
export type ListenerName = 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SASL_SSL' | 'SSL' | 'MTLS';

/** One listener of one broker: where it binds, and the port that the broker tells clients to use. */
export interface Listener {
  readonly name: ListenerName | 'INTERNAL' | 'CONTROLLER';
  readonly port: number;
  readonly advertisedPort: number;
}

export interface BrokerAddress {
  readonly nodeId: number;
  /** Client listeners first, then INTERNAL where there is one, CONTROLLER last. */
  readonly listeners: readonly Listener[];
}

export const HOST = '127.0.0.1';

/** `host:port` of a listener as clients are told it. */
export function advertised(broker: BrokerAddress, name: Listener['name']): string | undefined {
  const listener = broker.listeners.find((candidate) => candidate.name === name);
  return listener === undefined ? undefined : `${HOST}:${listener.advertisedPort}`;
}
