import { hash } from 'node:crypto';
import type { DigestedRecord } from '../domain/compare/digested-record.ts';
import type { LogRecord } from '../domain/model/cluster.ts';

/** Bytes of the hash that are kept: enough that no two contents of an audit meet by chance. */
const HASH_BYTES = 16;

/** Reduces a record to what it is compared by; no content outlives the call. */
export function digestRecord({ offset, timestamp, key, value, headers }: LogRecord): DigestedRecord {
  const pair = Buffer.concat([...part(key), ...part(value)]);
  const ofPair = shortened(pair);
  const content =
    headers.length === 0
      ? ofPair
      : shortened(
          Buffer.concat([
            pair,
            ...headers.flatMap((header) => [...part(Buffer.from(header.key)), ...part(header.value)]),
          ]),
        );
  return { offset, timestamp, content, body: key === null && value === null ? null : ofPair };
}

/** Lengths keep the parts apart, and −1 a tombstone from an empty value. */
function part(bytes: Buffer | null): Buffer[] {
  const length = Buffer.allocUnsafe(4);
  length.writeInt32BE(bytes === null ? -1 : bytes.length);
  return bytes === null ? [length] : [length, bytes];
}

/** In one call: an object for each hash takes several times as long, and an audit compares thousands of records. */
function shortened(bytes: Buffer): string {
  return hash('sha256', bytes, 'buffer').toString('latin1', 0, HASH_BYTES);
}
