import { describe, expect, test } from '@jest/globals';
import { CopyMatcher } from '../../../../shared/domain/compare/copy-matcher.ts';
import { AbsentRecords, type ReadRecord } from '../../../../shared/domain/reconcile/absent-records.ts';

interface Letter extends ReadRecord {}

/** A log in letters, one an offset: a letter is key and value, a digit behind it another value; a capital one a tombstone. */
function log(letters: string, from = 0n): Letter[] {
  const records: Letter[] = [];
  let offset = from;
  for (const [text = '', letter = ''] of letters.matchAll(/([.A-Za-z])\d*/g)) {
    if (letter !== '.') {
      const isTombstone = letter !== letter.toLowerCase();
      records.push({
        offset,
        timestamp: 0n,
        content: text,
        body: text,
        key: letter.toLowerCase(),
        isTombstone,
        bytes: 2,
      });
    }
    offset++;
  }
  return records;
}

interface Said {
  readonly compacts?: boolean | null;
  readonly targetFrom?: bigint;
  readonly atMost?: number;
}

/** What becomes of a source log whose target has these records: `lost`, and `unknown` with the begin of its reason. */
function said(source: string, target: string, { compacts = false, targetFrom = 0n, atMost }: Said = {}) {
  const records = log(source);
  const copies = log(target, targetFrom);
  const matcher = new CopyMatcher(records, targetFrom === 0n);
  for (const [ordinal, copy] of copies.entries()) matcher.visit(copy, ordinal);
  matcher.finish();
  const absent = new AbsentRecords(targetFrom, atMost);
  for (const [i, record] of records.entries()) {
    const copy = matcher.copyOf(i);
    absent.add(
      record,
      copy === null ? { kind: matcher.isUncertain(i) ? 'uncertain' : 'absent' } : { kind: 'copied', copy },
    );
  }
  const length = BigInt([...target.matchAll(/[.A-Za-z]/g)].length);
  absent.finish({ position: targetFrom + length, ordinal: copies.length });
  const wanted = absent.keysToLookUp(compacts);
  const lastOfKey = new Map(
    copies.flatMap(({ key, offset }) => (key !== null && wanted.has(key) ? [[key, offset]] : [])),
  );
  const firstCopied = matcher.first === null ? null : (records[matcher.first.index]?.offset ?? null);
  const found = absent.classified({ start: targetFrom, compacts, firstCopied, lastOfKey });
  return {
    lost: found.lost.map(({ from, until, records: count }) => `${from}-${until - 1n}:${count}`),
    unknown: found.unknown.map(({ from, until, reason }) => `${from}-${until - 1n} ${reason}`),
    compacted: found.compacted,
    absent,
    classified: found,
  };
}

describe('why a source record is not on the target', () => {
  test('it never came: the tail, and a hole', () => {
    expect(said('abcdefgh', 'abef')).toMatchObject({ lost: ['2-3:2', '6-7:2'], unknown: [], compacted: 0n });
  });

  test('offsets without a record are no records', () => {
    expect(said('ab..c.d', 'ab')).toMatchObject({ lost: ['4-6:2'] });
  });

  test('the target has deleted its first records: those before the first copy may have been among them', () => {
    const { lost, unknown } = said('abcdef', 'cd', { targetFrom: 2n });
    expect(lost).toEqual(['4-5:2']);
    expect(unknown).toEqual([expect.stringMatching(/^0-1 the target has deleted its records before offset 2/)]);
  });

  test('the target has deleted all of them: nothing is known', () => {
    const { lost, unknown } = said('abc', '', { targetFrom: 7n });
    expect(lost).toEqual([]);
    expect(unknown).toHaveLength(1);
  });

  test('compaction of the target explains as many as it left offsets for, if a newer one of the key is there', () => {
    expect(said('a1b1a2c1', '.b1a2c1', { compacts: true })).toMatchObject({ lost: [], unknown: [], compacted: 1n });
  });

  test('where compaction left no offset, they never came', () => {
    expect(said('a1b1a2c1', 'b1a2c1', { compacts: true })).toMatchObject({ lost: ['0-0:1'], compacted: 0n });
  });

  test('compaction keeps the last record of each key: without one on the target, it never came', () => {
    expect(said('a1b1c1d1', 'a1.d1', { compacts: true })).toMatchObject({ lost: ['1-2:2'], compacted: 0n });
  });

  test('what compaction explains only in part is unknown', () => {
    const { lost, unknown, compacted } = said('a1b1x1a2b2', 'x1.a2b2'.replace('x1.', '.x1'), { compacts: true });
    expect({ lost, compacted }).toEqual({ lost: [], compacted: 0n });
    expect(unknown).toEqual([expect.stringMatching(/^0-1 compaction explains only 1 of 2 records here/)]);
  });

  test('a tombstone may have been removed again', () => {
    const { lost, unknown } = said('a1Bc1', 'a1.c1', { compacts: true });
    expect(lost).toEqual([]);
    expect(unknown).toEqual([expect.stringMatching(/^1-1 the target may have had these tombstones/)]);
  });

  test('settings that could not be read do not rule compaction out', () => {
    expect(said('a1b1a2', '.b1a2', { compacts: null })).toMatchObject({ lost: [], compacted: 1n });
    expect(said('a1b1a2', '.b1a2', { compacts: false })).toMatchObject({ lost: ['0-0:1'], compacted: 0n });
  });

  test('equal records that nothing places are unknown', () => {
    const { lost, unknown } = said('a1a1a1', 'a1', { targetFrom: 5n });
    expect(lost).toEqual([]);
    expect(unknown).toEqual([expect.stringMatching(/^0-2 the target has equal records/)]);
  });

  test('too many to hold: ranges stay exact, keys are unknown', () => {
    const { lost, absent, classified } = said('abcdef', 'a', { atMost: 3 });
    expect(lost).toEqual(['1-5:5']);
    expect(absent.held).toBeNull();
    expect(absent.superseded(classified.lost, new Set())).toBeNull();
  });
});

describe('lost records whose key has a newer one on the target', () => {
  const offsets = (source: string, target: string, since: readonly string[] = []) => {
    const { absent, classified } = said(source, target);
    return absent.superseded(classified.lost, new Set(since))?.map(({ offset }) => offset);
  };

  test('a later record of the key was mirrored', () => {
    expect(offsets('a1b1a2c1', 'a2c1')).toEqual([0n]);
  });

  test('a later record of the key is lost as well', () => {
    expect(offsets('a1b1a2', 'b1')).toEqual([]);
  });

  test('an application has written the key since', () => {
    expect(offsets('a1b1a2', 'b1', ['a'])).toEqual([0n, 2n]);
  });
});
