import type { LogRecord } from '../model/cluster.ts';

/**
 * Whether a target record is the copy of a source record. MM2 keeps key, value, headers and timestamp, so a different
 * key or value proves a different record. A different timestamp with equal content proves nothing: the target may use
 * LogAppendTime, or a producer may have sent the same payload twice.
 */
export function compareRecords(source: LogRecord, target: LogRecord): 'same' | 'different' | 'unknown' {
  if (!sameBytes(source.key, target.key) || !sameBytes(source.value, target.value)) return 'different';
  // A transform on the way can add or drop headers: different headers alone prove nothing.
  if (!sameHeaders(source, target)) return 'unknown';
  // A time that the target's broker set can equal the original's by chance.
  return source.timestamp === target.timestamp && target.appendTime !== true ? 'same' : 'unknown';
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

function sameHeaders(source: LogRecord, target: LogRecord): boolean {
  return (
    source.headers.length === target.headers.length &&
    source.headers.every((header, i) => {
      const other = target.headers[i];
      return other !== undefined && other.key === header.key && sameBytes(other.value, header.value);
    })
  );
}
