import { createHash } from 'node:crypto';
import type { LogRecord } from '../domain/model/cluster.ts';
import type { ReadRecord } from '../domain/reconcile/absent-records.ts';
import { digestRecord } from '../survey/digest-record.ts';

/** Longer keys are named by their digest. */
const KEY_BYTES = 48;

/** Reduces a record to what decides over it; no value outlives the call. */
export function readRecord(record: LogRecord): ReadRecord {
  const { key, value } = record;
  return { ...digestRecord(record), key: keyName(key), isTombstone: value === null, bytes: sizeOf(record) };
}

/** A key in base64; a long one's digest, which no base64 looks like; null without a key. */
export function keyName(key: Buffer | null): string | null {
  if (key === null) return null;
  if (key.length <= KEY_BYTES) return key.toString('base64');
  return `sha256-${createHash('sha256').update(key).digest('base64')}`;
}

/** Bytes of key, value and headers. */
export function sizeOf({ key, value, headers }: Pick<LogRecord, 'key' | 'value' | 'headers'>): number {
  const ofHeaders = headers.reduce((sum, one) => sum + Buffer.byteLength(one.key) + (one.value?.length ?? 0), 0);
  return (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders;
}
