import { RequestWriter } from './request-writer.ts';
import { ResponseReader } from './response-reader.ts';

/** Name of a request in Kafka's protocol guide. */
export type ApiName = ReadingApiName | WritingApiName;

/** Requests that write. Only `writing/` may send them; an audit never does. */
export type WritingApiName = 'OffsetCommit' | 'OffsetDelete';

type ReadingApiName =
  | 'Fetch'
  | 'ListOffsets'
  | 'Metadata'
  | 'OffsetFetch'
  | 'FindCoordinator'
  | 'DescribeGroups'
  | 'ListGroups'
  | 'DescribeConfigs'
  | 'DescribeCluster'
  | 'ConsumerGroupDescribe'
  | 'OffsetForLeaderEpoch';

/** One kind of request, in all versions that we support. */
export interface Api<Request, Answer> {
  readonly key: number;
  readonly name: ApiName;
  readonly oldest: number;
  readonly newest: number;
  /** First flexible version (KIP-482). Both headers and all compact types follow from it. */
  readonly flexibleFrom: number;
  write(writer: RequestWriter, request: Request, version: number): void;
  read(reader: ResponseReader, version: number): Answer;
}

/** The versions of one kind of request that a broker reports. */
export interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** Newest versions to use per request, below what client and broker share. Tests use it to imitate old brokers. */
export type VersionLimits = Readonly<Partial<Record<ApiName, number>>>;

/**
 * The newest version that both sides support, or null if there is none. Never send a version outside the broker's
 * range: the broker closes the connection, and every request in flight on it fails.
 */
export function commonVersion(
  api: Api<never, unknown>,
  offered: VersionRange | undefined,
  limits: VersionLimits = {},
): number | null {
  if (offered === undefined) return null;
  const newest = Math.min(api.newest, offered.maxVersion, limits[api.name] ?? api.newest);
  return newest < Math.max(api.oldest, offered.minVersion) ? null : newest;
}

/**
 * The body of a request, which follows the header that kafkajs writes. That header is version 1. A flexible request
 * needs version 2, which adds tagged fields at the end. Our body begins with them.
 */
export function encodeRequest<Request>(api: Api<Request, unknown>, request: Request, version: number): Buffer {
  const writer = new RequestWriter(version >= api.flexibleFrom);
  writer.tags();
  api.write(writer, request, version);
  return writer.bytes;
}

/** Decodes what follows the correlation id. In response header version 1, tagged fields come first. */
export function decodeResponse<Answer>(
  api: Api<never, Answer>,
  bytes: Buffer,
  version: number,
  names?: Map<string, string>,
): { readonly answer: Answer; readonly throttleTimeMs: number } {
  const reader = new ResponseReader(bytes, version >= api.flexibleFrom, names);
  reader.tags();
  const answer = api.read(reader, version);
  reader.end();
  return { answer, throttleTimeMs: reader.throttleTimeMs };
}
