import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from 'node:http';
import { HOST } from '../listeners.ts';

/** A deployed function that runs in this process. It throws an error whose name Step Functions knows it by. */
export type LocalFunction = (event: unknown) => Promise<unknown>;

const INVOCATION = /^\/2015-03-31\/functions\/[^/]+\/invocations/;

/**
 * Stands before moto where moto looks for AWS: answers invocations of functions by local handlers, as Lambda answers, and passes
 * everything else on. Without a request id in an answer moto dies.
 */
export class LambdaFront {
  readonly #server: Server;
  readonly #functions: LocalFunction;
  /** Where moto itself answers. */
  #upstream: string | null = null;

  private constructor(server: Server, run: LocalFunction) {
    this.#server = server;
    this.#functions = run;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  /** @param run what all functions do: deployed ones differ in their rights, and not in code */
  static async start(port: number, run: LocalFunction): Promise<LambdaFront> {
    const server = createServer();
    const front = new LambdaFront(server, run);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, HOST, () => resolve());
    });
    return front;
  }

  passOnTo(upstream: string): void {
    this.#upstream = upstream;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (!INVOCATION.test(decodeURIComponent(request.url ?? ''))) this.#pass(request, response);
    else void this.#invoke(request, response).catch(() => response.destroy());
  }

  async #invoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const event: unknown = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const headers = { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() };
    try {
      const result = await this.#functions(event);
      response.writeHead(200, headers).end(JSON.stringify(result ?? null));
    } catch (error) {
      const { name: errorType, message: errorMessage } = error instanceof Error ? error : new Error(String(error));
      const told = JSON.stringify({ errorType, errorMessage, trace: [] });
      response.writeHead(200, { ...headers, 'x-amz-function-error': 'Unhandled' }).end(told);
    }
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '', headers } = request;
    const sent = requestHttp(`${this.#upstream}${url}`, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  }
}
