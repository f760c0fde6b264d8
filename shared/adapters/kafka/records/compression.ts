import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { MAX_BATCH_BYTES, tooLarge } from './decompressed.ts';
import { decompressLz4 } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';
import { UnreadableRecordsError } from './unreadable-records-error.ts';

/**
 * Decompresses a batch's records with the codec in its attributes (`org.apache.kafka.common.record.CompressionType`).
 */
export function decompress(codec: number, bytes: Buffer): Buffer {
  try {
    switch (codec) {
      case 0:
        return bytes;
      case 1:
        return gunzipSync(bytes, { maxOutputLength: MAX_BATCH_BYTES });
      case 2:
        return decompressSnappy(bytes);
      case 3:
        return decompressLz4(bytes);
      case 4:
        return zstdDecompressSync(bytes, { maxOutputLength: MAX_BATCH_BYTES });
      default:
        throw new UnreadableRecordsError('UNSUPPORTED_COMPRESSION', `compression codec ${codec} is unknown`);
    }
  } catch (cause) {
    if (cause instanceof UnreadableRecordsError) throw cause;
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new UnreadableRecordsError('CORRUPT_RECORDS', 'a record batch cannot be decompressed', { cause });
  }
}
