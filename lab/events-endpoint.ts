import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

const entrySchema = z.strictObject({
  Source: z.string().min(1),
  DetailType: z.string().min(1).max(128),
  Time: z.number(),
  Detail: z.string().transform((text): unknown => JSON.parse(text)),
});
const requestSchema = z.strictObject({ Entries: z.array(entrySchema).min(1).max(10) });

export type ReceivedEvent = z.infer<typeof entrySchema>;

export interface EventsEndpoint {
  /** For `AWS_ENDPOINT_URL_EVENTBRIDGE`. */
  readonly url: string;
  /** All accepted events, in order. */
  readonly events: readonly ReceivedEvent[];
  /** From now on: the error code for an event, or null to accept it. */
  refuse(errorOf: (event: ReceivedEvent) => string | null): void;
  /** From now on: the status of a whole request, or null to answer it. */
  fail(status: number | null): void;
  close(): Promise<void>;
}

const LARGEST_REQUEST = 262_144;

/** Serves PutEvents of EventBridge (AWS JSON 1.1) on the loopback, with an answer for each entry. */
export async function startEventsEndpoint(): Promise<EventsEndpoint> {
  const events: ReceivedEvent[] = [];
  let errorOf: (event: ReceivedEvent) => string | null = () => null;
  let failing: number | null = null;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      if (failing !== null) return answer(failing, { __type: 'InternalException', message: 'on demand' });
      const body = Buffer.concat(chunks);
      const parsed = body.length > LARGEST_REQUEST ? null : requestSchema.safeParse(JSON.parse(body.toString('utf8')));
      if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents' || parsed?.success !== true) {
        return answer(400, { __type: 'ValidationException', message: 'not a request of PutEvents within its limits' });
      }
      const Entries = parsed.data.Entries.map((event) => {
        const ErrorCode = errorOf(event);
        if (ErrorCode !== null) return { ErrorCode, ErrorMessage: 'on demand' };
        return { EventId: String(events.push(event)) };
      });
      return answer(200, { FailedEntryCount: Entries.filter((one) => 'ErrorCode' in one).length, Entries });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    refuse(next) {
      errorOf = next;
    },
    fail(status) {
      failing = status;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}
