import type { DigestedRecord, DigestedStretch } from '../../../../shared/domain/compare/digested-record.ts';
import { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';

/**
 * A stretch of a log in letters, one an offset: equal letters are equal records, a dot is an offset without one. A digit
 * behind a letter is its time, for records of equal content that were written at different times. A capital letter is
 * the record of the small one with other headers.
 */
export function stretch(letters: string, from = 0n): DigestedStretch {
  const records: DigestedRecord[] = [];
  let offset = from;
  for (const [, letter = '', time = '0'] of letters.matchAll(/(.)(\d*)/g)) {
    if (letter !== '.') records.push({ offset, content: letter, body: letter.toLowerCase(), timestamp: BigInt(time) });
    offset++;
  }
  return { from, until: offset, records };
}

/** All of a source log that begins at `start`, as it was read to its end. */
export function source(letters: string, start = 0n): SourceRecords {
  const all = stretch(letters, start);
  return new SourceRecords([all], { start, end: all.until });
}
