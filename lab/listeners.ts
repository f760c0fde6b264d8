import { freePorts } from './free-port.ts';

/** The kinds of client listeners of a lab broker. MTLS is SSL with a required client certificate. */
export type ClientListener = 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SASL_SSL' | 'SSL' | 'MTLS';

/** One listener of one broker: the port that it binds, and the port that the broker advertises to clients. */
export interface Listener {
  /** The lab uses INTERNAL as super user, without proxies. Brokers also use it to talk to each other. */
  readonly name: ClientListener | 'INTERNAL' | 'CONTROLLER';
  readonly port: number;
  readonly advertisedPort: number;
}

export interface BrokerAddress {
  readonly nodeId: number;
  /** Client listeners first, then INTERNAL if it exists, CONTROLLER last. */
  readonly listeners: readonly Listener[];
}

export const HOST = '127.0.0.1';

const SECURED: readonly ClientListener[] = ['SASL_PLAINTEXT', 'SASL_SSL', 'SSL', 'MTLS'];

export interface ListenerPlan {
  readonly secured: boolean;
  readonly internal: boolean;
  readonly throughProxy: boolean;
}

/** Chooses the ports of one broker. */
export async function planListeners(nodeId: number, plan: ListenerPlan): Promise<BrokerAddress> {
  const clients = plan.secured ? SECURED : (['PLAINTEXT'] as const);
  const listeners: Listener[] = [];
  for (const name of clients) {
    const [port = 0] = await freePorts(1);
    const [advertisedPort = port] = plan.throughProxy ? await freePorts(1) : [];
    listeners.push({ name, port, advertisedPort });
  }
  for (const name of plan.internal ? (['INTERNAL', 'CONTROLLER'] as const) : (['CONTROLLER'] as const)) {
    const [port = 0] = await freePorts(1);
    listeners.push({ name, port, advertisedPort: port });
  }
  return { nodeId, listeners };
}

/** `host:port` of a listener of every broker, as advertised to clients. */
export function bootstrapOf(brokers: readonly BrokerAddress[], name: Listener['name']): string[] {
  return brokers.flatMap(({ listeners }) =>
    listeners.filter((listener) => listener.name === name).map((listener) => `${HOST}:${listener.advertisedPort}`),
  );
}
