import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';

const service = 'GraniteServiceVersion20100801';
const mebibyte = 1024 * 1024;

/** A value that CloudWatch accepts: a finite double within ±2^360 (API reference, `MetricDatum`). */
const value = z
  .number()
  .min(-(2 ** 360))
  .max(2 ** 360);
const datumSchema = z
  .strictObject({
    MetricName: z.string().min(1).max(255),
    Dimensions: z
      .array(
        z.strictObject({
          Name: z.string().regex(/^[^:][\x20-\x7e]*$/),
          Value: z
            .string()
            .min(1)
            .max(1024)
            .regex(/^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/),
        }),
      )
      .max(30)
      .default([]),
    Timestamp: z.number(),
    Unit: z.enum(['Count', 'Seconds', 'Percent', 'None']),
    Values: z.array(value).min(1).max(150),
    Counts: z.array(value.positive()),
  })
  .refine((datum) => datum.Values.length === datum.Counts.length, 'as many Counts as Values')
  .refine((datum) => new Set(datum.Values).size === datum.Values.length, 'each value once');
const requestSchema = z.strictObject({
  Namespace: z.string().min(1),
  MetricData: z.array(datumSchema).min(1).max(1000),
});
const historySchema = z.object({ AlarmName: z.string().min(1), HistoryItemType: z.literal('StateUpdate') });

export type ReceivedDatum = z.infer<typeof datumSchema> & { readonly Namespace: string };

export interface CloudWatchEndpoint {
  /** For `AWS_ENDPOINT_URL_CLOUDWATCH`. */
  readonly url: string;
  /** All accepted data, in order. */
  readonly data: readonly ReceivedDatum[];
  /** All accepted requests with their data, and whether the body was gzipped. */
  readonly requests: readonly { readonly data: readonly ReceivedDatum[]; readonly gzipped: boolean }[];
  /** From now on calls `fault` for every request and refuses it with the returned exception; null accepts it. */
  refuse(fault: (data: readonly ReceivedDatum[]) => Fault | null): void;
  forget(): void;
  /** From now on answers DescribeAlarmHistory of an alarm so, newest first; null refuses. Until then no alarm has a history. */
  answerHistory(of: (alarmName: string) => readonly AlarmHistoryItem[] | null): void;
  close(): Promise<void>;
}

/** A change of an alarm's state, in the form of its history (API reference, `AlarmHistoryItem`). */
export interface AlarmHistoryItem {
  readonly Timestamp: number;
  readonly HistoryItemType: 'StateUpdate';
  readonly HistoryData: string;
}

export interface Fault {
  readonly status: number;
  /** Name of a CloudWatch exception: `AccessDeniedException`, `InternalServiceFault`. */
  readonly type: string;
}

/**
 * Serves CloudWatch's protocol (AWS JSON 1.0, gzip) over HTTP on the loopback interface. Keeps the data of
 * PutMetricData, answers DescribeAlarmHistory, and refuses requests beyond CloudWatch's documented limits.
 */
export async function startCloudWatchEndpoint(): Promise<CloudWatchEndpoint> {
  const requests: { data: ReceivedDatum[]; gzipped: boolean }[] = [];
  let faultOf: (data: readonly ReceivedDatum[]) => Fault | null = () => null;
  let historyOf: (alarmName: string) => readonly AlarmHistoryItem[] | null = () => [];
  const answer = (response: ServerResponse, body: object) =>
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  const server = createServer((request, response) => {
    receive(request).then(
      (received) => {
        if (received.kind === 'history') {
          const items = historyOf(received.alarmName);
          if (items === null) return refuse(response, { status: 403, type: 'AccessDenied' }, 'refused on demand');
          return answer(response, { AlarmHistoryItems: items });
        }
        const { data, gzipped } = received;
        const fault = faultOf(data);
        if (fault !== null) return refuse(response, fault, 'refused on demand');
        requests.push({ data, gzipped });
        return answer(response, {});
      },
      (error: unknown) => refuse(response, { status: 400, type: 'InvalidParameterValueException' }, String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get data() {
      return requests.flatMap((request) => request.data);
    },
    refuse(fault) {
      faultOf = fault;
    },
    forget() {
      requests.length = 0;
    },
    answerHistory(of) {
      historyOf = of;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}

type Received =
  | { readonly kind: 'data'; readonly data: ReceivedDatum[]; readonly gzipped: boolean }
  | { readonly kind: 'history'; readonly alarmName: string };

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const gzipped = request.headers['content-encoding'] === 'gzip';
  const body = gzipped ? gunzipSync(raw) : raw;
  if (body.length > mebibyte) throw new Error(`request of ${body.length} bytes, 1 MB allowed`);
  if (request.headers['content-type'] !== 'application/x-amz-json-1.0') throw new Error('not AWS JSON 1.0');
  if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) throw new Error('not signed');
  const json = JSON.parse(body.toString('utf8'));
  if (request.headers['x-amz-target'] === `${service}.DescribeAlarmHistory`) {
    return { kind: 'history', alarmName: historySchema.parse(json).AlarmName };
  }
  if (request.headers['x-amz-target'] !== `${service}.PutMetricData`) throw new Error('not a request that is known');
  const { Namespace, MetricData } = requestSchema.parse(json);
  return { kind: 'data', data: MetricData.map((datum) => ({ ...datum, Namespace })), gzipped };
}

function refuse(response: ServerResponse, fault: Fault, message: string): void {
  response.writeHead(fault.status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: `com.amazonaws.cloudwatch#${fault.type}`, message }));
}
