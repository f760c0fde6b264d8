import {
  createServer,
  type IncomingMessage,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from 'node:http';
import { freePorts } from '../../free-port.ts';
import { HOST } from '../../listeners.ts';

/**
 * - `throttled`: every request is answered with 429.
 * - `pretends`: a stop is answered with 204, and Connect never hears of it.
 * - `silent`: requests are taken, and not answered.
 * - `unreachable`: nobody listens.
 */
export type FrontMood = 'forwards' | 'throttled' | 'pretends' | 'silent' | 'unreachable';

/** Stands before the REST API of Kafka Connect, as a gateway does. Only Tidemark uses it. */
export class ConnectFront {
  readonly url: string;
  /** Called when Connect has got a command and answered it, before the answer is passed on. */
  onCommand: (() => void) | null = null;
  readonly #port: number;
  readonly #upstream: string;
  #server: Server | null = null;
  #mood: FrontMood = 'forwards';

  private constructor(port: number, upstream: string) {
    this.#port = port;
    this.#upstream = upstream;
    this.url = `http://${HOST}:${port}`;
  }

  static async start(upstream: string): Promise<ConnectFront> {
    const [port = 0] = await freePorts(1);
    const front = new ConnectFront(port, upstream);
    await front.#listen();
    return front;
  }

  async become(mood: FrontMood): Promise<void> {
    const before = this.#mood;
    this.#mood = mood;
    if (mood === 'unreachable') return await this.stop();
    // What waits for an answer gets none.
    if (before === 'silent') this.#server?.closeAllConnections();
    if (this.#server === null) await this.#listen();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  async #listen(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, HOST, () => resolve());
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '' } = request;
    if (this.#mood === 'silent') return;
    if (this.#mood === 'throttled') return void response.writeHead(429).end();
    if (this.#mood === 'pretends' && method === 'PUT' && url.endsWith('/stop')) {
      return void response.writeHead(204).end();
    }
    const { host: _, connection: __, ...headers } = request.headers;
    const sent = requestHttp(`${this.#upstream}${url}`, { method, headers, agent: false }, (answer) => {
      if (method !== 'GET') this.onCommand?.();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  }
}
