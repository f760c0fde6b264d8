import type { Connection } from './kafkajs-internals.ts';

/**
 * The longest answer that is taken. The commits of 250 groups (one request) on 10,000 partitions each are about 50 MB, the
 * metadata of 200,000 partitions 20 MB; a Fetch is asked for 8 MiB, and gets more only for one batch that is longer.
 */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
/** The same for versions and SASL, which take a few hundred bytes, or a token. kafkajs decodes these without any limit. */
export const MAX_LOGIN_BYTES = 64 * 1024;

/** SaslHandshake, ApiVersions, SaslAuthenticate: the requests that kafkajs makes itself. */
const LOGIN_KEYS: ReadonlySet<number> = new Set([17, 18, 36]);

/** An answer that comes in slower than this, in bytes a second, is no better than none: it holds up all behind it. */
const LEAST_BYTES_PER_SECOND = 1_024;

const LENGTH_BYTES = 4;
const CORRELATION_BYTES = 4;

/**
 * Looks at the length and correlation id of every answer before kafkajs does, which believes both: a negative length ends
 * the process there, and a large one fills the memory.
 *
 * @param refuse told once why an answer is none; nothing that comes after is looked at
 * @returns the answer that is coming in, where there is one
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
  /** Takes what belongs to the frame under way; returns where it ends in the data, or the data does. */
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
    // Kafka before 1.0 has SASL without frames. kafkajs falls back to it where a broker says that it knows no other.
    if (connection.authHandlers !== null) {
      fail('it wants SASL in the way of Kafka before 1.0');
      return;
    }
    for (let begin = 0, at = 0; at < data.length; ) {
      at = advance(data, at);
      if (refused) return;
      // One by one: which answer is due next is known when kafkajs has taken the one before.
      if (headerBytes > 0 && at < data.length) continue;
      try {
        handOver(data.subarray(begin, at));
      } catch {
        fail('its answer cannot be taken apart');
        return;
      }
      begin = at;
    }
  };
  return () => (headerBytes === 0 ? null : { number: frames, bytes: frameBytes });
}

/** An answer of which something has come, and not all. */
export interface IncomingFrame {
  /** Counted from the first one of the connection. */
  readonly number: number;
  readonly bytes: number;
}

/**
 * Says when an answer comes in so slowly that it might as well not come. Told of the frame under way again and again; counts how
 * often, and not by the clock: while this process was busy the answer may have come, and waits to be read.
 */
export class SlowAnswers {
  #number = 0;
  #looks = 0;

  /** @param everyMs time between two looks @param patienceMs how long an answer may take, however slow */
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

/** @param correlationId null while it has not come */
function problemOf({ requestQueue }: Connection, length: number, correlationId: number | null): string | null {
  const [due] = requestQueue.inflight;
  if (due === undefined) return 'it sent something that it was not asked for';
  const [dueId, { entry }] = due;
  const most = LOGIN_KEYS.has(entry.apiKey) ? MAX_LOGIN_BYTES : MAX_RESPONSE_BYTES;
  if (length < CORRELATION_BYTES) return `an answer of ${length} bytes`;
  if (length > most) return `an answer of ${length} bytes, ${most} are the most that is taken`;
  // A broker answers in the order of the requests.
  return correlationId === null || correlationId === dueId
    ? null
    : 'an answer to another request than the one that is due';
}
