import { createHash, type Hash } from 'node:crypto';
import type { DigestedRecord } from '../domain/compare/digested-record.ts';
import type { LogRecord } from '../domain/model/cluster.ts';

/** Bytes of the hash that are kept: enough that no two contents of an audit meet by chance. */
const HASH_BYTES = 16;

/** Reduces a record to what it is compared by; no content outlives the call. */
export function digestRecord({ offset, timestamp, key, value, headers }: LogRecord): DigestedRecord {
  const hash = createHash('sha256');
  const part = (bytes: Buffer | null): void => {
    const length = Buffer.allocUnsafe(4);
    // Lengths keep the parts apart, and −1 a tombstone from an empty value.
    length.writeInt32BE(bytes === null ? -1 : bytes.length);
    hash.update(length);
    if (bytes !== null) hash.update(bytes);
  };
  part(key);
  part(value);
  const body = key === null && value === null ? null : shortened(hash.copy());
  for (const header of headers) {
    part(Buffer.from(header.key));
    part(header.value);
  }
  return { offset, timestamp, content: shortened(hash), body };
}

function shortened(hash: Hash): string {
  return hash.digest().toString('latin1', 0, HASH_BYTES);
}
