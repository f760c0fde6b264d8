import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

type State = 'On' | 'Off';

export interface RoutingControlEndpoints {
  /** One for each of five Regions. */
  readonly urls: readonly string[];
  readonly states: Map<string, State>;
  /** Endpoint and operation of each request, in order: `0 UpdateRoutingControlStates`. */
  readonly requests: string[];
  /** Endpoints that are being maintained. */
  readonly down: Set<number>;
  /** Name of the exception that every endpoint answers with; null for none. */
  refusal: string | null;
  /** How many readings still see the states before the last change. */
  stale: number;
  close(): Promise<void>;
}

const state = z.enum(['On', 'Off']);
const entry = z.strictObject({ RoutingControlArn: z.string(), RoutingControlState: state });
const updateSchema = z.strictObject({ UpdateRoutingControlStateEntries: z.array(entry).min(1) });
const getSchema = z.strictObject({ RoutingControlArn: z.string() });

/**
 * Serves the data plane of a cluster of routing controls as AWS does (AWS JSON 1.0) on the loopback, by five endpoints, with the
 * safety rule that at least one control is on.
 */
export async function startRoutingControlEndpoints(
  arns: Readonly<Record<string, State>>,
): Promise<RoutingControlEndpoints> {
  const shared = {
    states: new Map(Object.entries(arns)),
    requests: [] as string[],
    down: new Set<number>(),
    refusal: null as string | null,
    stale: 0,
  };
  let before = new Map(shared.states);
  const answer = (operation: string, body: unknown): readonly [status: number, body: object] => {
    const refuse = (status: number, type: string) => [status, { __type: type, message: type }] as const;
    if (shared.refusal !== null) return refuse(400, shared.refusal);
    if (operation === 'GetRoutingControlState') {
      const { RoutingControlArn } = getSchema.parse(body);
      const found = (shared.stale-- > 0 ? before : shared.states).get(RoutingControlArn);
      if (found === undefined) return refuse(404, 'ResourceNotFoundException');
      return [200, { RoutingControlArn, RoutingControlState: found }];
    }
    const entries = updateSchema.parse(body).UpdateRoutingControlStateEntries;
    const next = new Map(shared.states);
    for (const { RoutingControlArn, RoutingControlState } of entries) next.set(RoutingControlArn, RoutingControlState);
    if (![...next.values()].includes('On')) return refuse(409, 'ConflictException');
    before = new Map(shared.states);
    for (const [arn, one] of next) shared.states.set(arn, one);
    return [200, {}];
  };
  const send = (response: ServerResponse, [status, body]: readonly [number, object]) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  const servers = await Promise.all(
    Array.from({ length: 5 }, async (_, index) => {
      const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const operation = String(request.headers['x-amz-target']).replace('ToggleCustomerAPI.', '');
          shared.requests.push(`${index} ${operation}`);
          const type = 'EndpointTemporarilyUnavailableException';
          if (shared.down.has(index)) return send(response, [503, { __type: type, message: type }]);
          return send(response, answer(operation, JSON.parse(Buffer.concat(chunks).toString('utf8'))));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  return Object.assign(shared, {
    urls: servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async close(): Promise<void> {
      await Promise.all(
        servers.map((server) => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  });
}
