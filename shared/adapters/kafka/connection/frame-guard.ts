import type { Connection } from './kafkajs-internals.ts';

/**
 * The longest answer that Tidemark accepts. The commits of 250 groups (one request) on 10,000 partitions each take
 * about 50 MB, the metadata of 200,000 partitions 20 MB. A Fetch requests 8 MiB and gets more only for a single batch
 * that is longer.
 */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
/**
 * The limit for versions and SASL, which take a few hundred bytes or a token. kafkajs decodes these without any limit.
 */
export const MAX_LOGIN_BYTES = 64 * 1024;

/** SaslHandshake, ApiVersions, SaslAuthenticate: the requests that kafkajs sends itself. */
const LOGIN_KEYS: ReadonlySet<number> = new Set([17, 18, 36]);

/** Bytes per second. A slower answer is as bad as none: it blocks all answers behind it. */
const LEAST_BYTES_PER_SECOND = 1_024;

const LENGTH_BYTES = 4;
const CORRELATION_BYTES = 4;

/**
 * Checks the length and correlation id of every answer before kafkajs, which trusts both. In kafkajs, a negative length
 * ends the process and a large one fills the memory.
 *
 * @param refuse called once, with the reason to reject an answer; later data is ignored
 * @returns the answer that is arriving, if any
 */
export function guardFrames(connection: Connection, refuse: (why: string) => void): () => IncomingFrame | null {
  const handOver = connection.processData.bind(connection);
  const header = Buffer.alloc(LENGTH_BYTES + CORRELATION_BYTES);
  let headerBytes = 0;
  let bodyBytes = 0;
  let refused = false;
  let frames = 0;
  let frameBytes = 0;
  const fail = (why: string): void => {
    refused = true;
    refuse(why);
  };
  /**
   * Consumes what belongs to the current frame. Returns where the frame ends in the data, or else the end of the data.
   */
  const advance = (data: Buffer, at: number): number => {
    if (headerBytes === header.length) {
      const taken = Math.min(bodyBytes, data.length - at);
      bodyBytes -= taken;
      frameBytes += taken;
      if (bodyBytes === 0) headerBytes = 0;
      return at + taken;
    }
    if (headerBytes === 0) {
      frames++;
      frameBytes = 0;
    }
    const taken = data.copy(header, headerBytes, at, at + header.length - headerBytes);
    headerBytes += taken;
    if (headerBytes < LENGTH_BYTES) return at + taken;
    const length = header.readInt32BE(0);
    const problem = problemOf(
      connection,
      length,
      headerBytes < header.length ? null : header.readInt32BE(LENGTH_BYTES),
    );
    if (problem !== null) fail(problem);
    bodyBytes = length - CORRELATION_BYTES;
    if (headerBytes === header.length && bodyBytes === 0) headerBytes = 0;
    return at + taken;
  };
  connection.processData = (data) => {
    if (refused) return;
    // Kafka before 1.0 has SASL without frames. kafkajs falls back to it if a broker reports no newer version.
    if (connection.authHandlers !== null) {
      fail('it uses SASL as Kafka did before 1.0');
      return;
    }
    for (let begin = 0, at = 0; at < data.length; ) {
      at = advance(data, at);
      if (refused) return;
      // One frame at a time: the next due answer is known only after kafkajs has taken the previous one.
      if (headerBytes > 0 && at < data.length) continue;
      try {
        handOver(data.subarray(begin, at));
      } catch {
        fail('its answer cannot be decoded');
        return;
      }
      begin = at;
    }
  };
  return () => (headerBytes === 0 ? null : { number: frames, bytes: frameBytes });
}

/** An answer that has arrived in part. */
export interface IncomingFrame {
  /** Index on the connection, from its first answer. */
  readonly number: number;
  readonly bytes: number;
}

/**
 * Detects an answer that arrives too slowly to wait for. The caller reports the current frame at intervals. This class
 * counts the calls and ignores the clock: while this process was busy, the answer may have arrived unnoticed.
 */
export class SlowAnswers {
  #number = 0;
  #looks = 0;

  /** @param everyMs time between two calls @param patienceMs how long an answer may take at any speed */
  isTooSlow(frame: IncomingFrame | null, everyMs: number, patienceMs: number): boolean {
    if (frame === null || frame.number !== this.#number) {
      this.#number = frame?.number ?? 0;
      this.#looks = 0;
      return false;
    }
    this.#looks++;
    const underWayMs = this.#looks * everyMs;
    return underWayMs > patienceMs && frame.bytes < (underWayMs / 1_000) * LEAST_BYTES_PER_SECOND;
  }
}

/** @param correlationId null until it has arrived */
function problemOf({ requestQueue }: Connection, length: number, correlationId: number | null): string | null {
  const [due] = requestQueue.inflight;
  if (due === undefined) return 'it sent an answer without a request';
  const [dueId, { entry }] = due;
  const most = LOGIN_KEYS.has(entry.apiKey) ? MAX_LOGIN_BYTES : MAX_RESPONSE_BYTES;
  if (length < CORRELATION_BYTES) return `an answer of ${length} bytes`;
  if (length > most) return `an answer of ${length} bytes; the limit is ${most}`;
  // A broker answers in the order of the requests.
  return correlationId === null || correlationId === dueId
    ? null
    : 'an answer to a different request than the one that is due';
}
