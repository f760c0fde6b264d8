import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DONE, NOT_IN_EFFECT } from './hook-status.ts';

/** What a hook does. A check that answers false exits with 1: what it asks for is not in effect. */
export type HookAction = () => Promise<unknown>;

const HOOK = join(import.meta.dirname, 'hook.ts');

/** Lets hooks, which are processes of their own, work on what this process has: clusters, consumers, the name. */
export class HookServer {
  readonly #server: Server;
  readonly #actions = new Map<string, HookAction>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<HookServer> {
    const server = createServer();
    const hooks = new HookServer(server);
    server.on('request', (request, response) => {
      void hooks
        .#run(request.url ?? '')
        .then((inEffect) => response.writeHead(inEffect === false ? NOT_IN_EFFECT : DONE).end())
        .catch((error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : ''));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return hooks;
  }

  /** The command line of a hook that does this. */
  argv(name: string, action: HookAction): readonly string[] {
    this.#actions.set(`/${name}`, action);
    const { port } = this.#server.address() as AddressInfo;
    return [process.execPath, HOOK, `http://127.0.0.1:${port}/${name}`];
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #run(path: string): Promise<unknown> {
    const action = this.#actions.get(path);
    if (action === undefined) throw new Error(`the drill has no hook ${path}`);
    return await action();
  }
}
