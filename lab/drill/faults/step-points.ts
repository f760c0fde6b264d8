import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ALL_STEP_NAMES, type StepName } from '../../../shared/domain/failover/step-name.ts';
import type { Order, StepPoint } from './order.ts';

export type Arrived = (step: StepName, at: StepPoint) => Promise<Order>;

const CONTINUE: Order = { kind: 'continue' };

/** Where the steps of a process report. They wait for the answer. */
export class StepPoints {
  /** What to answer; null to let all continue. */
  arrived: Arrived | null = null;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<StepPoints> {
    const server = createServer();
    const points = new StepPoints(server);
    server.on('request', (request, response) => {
      void points
        .#answer(request.url ?? '')
        .then((order) => response.end(JSON.stringify(order)))
        .catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return points;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(path: string): Promise<Order> {
    const [, name, at] = path.split('/');
    const step = ALL_STEP_NAMES.find((one) => one === name);
    if (step === undefined || (at !== 'before' && at !== 'after')) throw new Error(`no step reports at ${path}`);
    return (await this.arrived?.(step, at)) ?? CONTINUE;
  }
}
