import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MAX_BODY_BYTES } from '../domain/history/frame/frame-limits.ts';
import { DamagedFrameError } from './history-errors.ts';

/** "TMH" in ASCII: marks the bytes as a frame. */
const MAGIC = [0x54, 0x4d, 0x48] as const;
const VERSION = 1;
const CODEC = { raw: 0, zstd: 1 } as const;
const HEADER_BYTES = 9;
const DIGEST_BYTES = 12;

export interface SealedFrame {
  readonly bytes: Uint8Array;
  /** Covers all bytes before it. A child stores it, so that no other frame can pass for its parent. */
  readonly digest: Uint8Array;
}

/**
 * The stored form of a frame: magic, format version, codec, length of the body (u32, little endian), the compressed
 * body, and 12 bytes of SHA-256 over all of that.
 *
 * @throws RangeError where the body is larger than a reader accepts
 */
export function sealFrame(body: Uint8Array): SealedFrame {
  if (body.length > MAX_BODY_BYTES)
    throw new RangeError(`a frame of ${body.length} bytes, ${MAX_BODY_BYTES} are the most`);
  const packed = zstdCompressSync(body, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  const codec = packed.length < body.length ? CODEC.zstd : CODEC.raw;
  const payload = codec === CODEC.zstd ? packed : body;
  const bytes = Buffer.alloc(HEADER_BYTES + payload.length + DIGEST_BYTES);
  bytes.set([...MAGIC, VERSION, codec]);
  bytes.writeUInt32LE(body.length, 5);
  bytes.set(payload, HEADER_BYTES);
  const digest = digestOf(bytes.subarray(0, -DIGEST_BYTES));
  bytes.set(digest, bytes.length - DIGEST_BYTES);
  return { bytes, digest };
}

/** The body of a sealed frame. @throws DamagedFrameError */
export function openFrame(bytes: Uint8Array): { readonly body: Uint8Array; readonly digest: Uint8Array } {
  if (bytes.length < HEADER_BYTES + DIGEST_BYTES) throw new DamagedFrameError('truncated', 'a frame is too short');
  if (MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new DamagedFrameError('not-a-frame', 'the stored bytes are not a frame');
  const digest = bytes.slice(-DIGEST_BYTES);
  const covered = bytes.subarray(0, -DIGEST_BYTES);
  // Check this first: every other error message about altered bytes would mislead.
  if (!Buffer.from(digest).equals(digestOf(covered))) {
    throw new DamagedFrameError('checksum', 'a frame does not match its checksum');
  }
  const [, , , version, codec] = bytes;
  if (version !== VERSION) {
    throw new DamagedFrameError('future-version', `a frame has format version ${version}; this is ${VERSION}`);
  }
  const length = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32LE(5);
  const payload = covered.subarray(HEADER_BYTES);
  const body = unpack(codec, payload, length);
  if (body.length !== length) throw new DamagedFrameError('malformed', 'a frame does not have the length it declares');
  return { body, digest };
}

function unpack(codec: number | undefined, payload: Uint8Array, length: number): Uint8Array {
  if (length > MAX_BODY_BYTES) throw new DamagedFrameError('malformed', 'a frame declares an impossible length');
  if (codec === CODEC.raw) return payload;
  if (codec !== CODEC.zstd) throw new DamagedFrameError('unknown-codec', `a frame has the unknown codec ${codec}`);
  try {
    return zstdDecompressSync(payload, { maxOutputLength: Math.max(1, length) });
  } catch (cause) {
    throw new DamagedFrameError('malformed', 'a frame cannot be decompressed', { cause });
  }
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest().subarray(0, DIGEST_BYTES);
}
