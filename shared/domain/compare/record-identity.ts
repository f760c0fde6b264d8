import type { LogRecord } from '../model/cluster.ts';

/**
 * Whether a target record is the copy of a source record. MM2 keeps key, value, headers and time, so that a
 * difference in content is proof; equal content with another time is not (a target with LogAppendTime, or the same
 * payload sent twice).
 */
export function compareRecords(source: LogRecord, target: LogRecord): 'same' | 'different' | 'unknown' {
  const sameContent =
    sameBytes(source.key, target.key) && sameBytes(source.value, target.value) && sameHeaders(source, target);
  if (!sameContent) return 'different';
  return source.timestamp === target.timestamp ? 'same' : 'unknown';
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
