import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressLz4 } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';
import { UnreadableRecordsError } from './unreadable-records-error.ts';

/** A batch that grows beyond this is an attack or a mistake, not something to hold in memory. */
const MAX_BATCH_BYTES = 256 * 1024 * 1024;

/** Decompresses a batch's records by the codec of its attributes (`org.apache.kafka.common.record.CompressionType`). */
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
        throw new UnreadableRecordsError('UNSUPPORTED_COMPRESSION', `compression codec ${codec} is not known`);
    }
  } catch (cause) {
    if (cause instanceof UnreadableRecordsError) throw cause;
    throw new UnreadableRecordsError('CORRUPT_RECORDS', 'a record batch cannot be decompressed', { cause });
  }
}
