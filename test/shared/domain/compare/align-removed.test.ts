import { describe, expect, test } from '@jest/globals';
import { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';
import { type Claim, told } from './aligned.ts';
import { source, stretch } from './letters.ts';

interface Case {
  readonly what: string;
  /** The source log in letters as it is now. */
  readonly source: string;
  /** What of it was read; all of it where absent. */
  readonly read?: readonly [from: number, until: number];
  readonly target: string;
  readonly syncs?: readonly Claim[];
  readonly is: string;
}

function toldOf({ source: letters, read, target, syncs }: Case): string {
  if (read === undefined) return told(target, source(letters), syncs);
  const [from, until] = read;
  const part = { ...stretch(letters), from: BigInt(from), until: BigInt(until) };
  const records = part.records.filter(({ offset }) => offset >= part.from && offset < part.until);
  const of = new SourceRecords([{ ...part, records }], { start: 0n, end: stretch(letters).until });
  return told(target, of, syncs);
}

describe('copies of records that compaction has removed from the source', () => {
  test.each<Case>([
    {
      what: 'GIVEN the record of a sync is gone THEN its copy is not that of a newer, equal record',
      source: 'c.bd',
      target: 'cb.bd',
      syncs: [[1n, 11n]],
      is: '0 {1..2} 2 3',
    },
    {
      what: 'GIVEN the record of a sync is gone and an older one equals its copy THEN MM2 may have written that again',
      source: 'a.c',
      target: 'ac',
      syncs: [[1n, 10n]],
      is: '0 2',
    },
    {
      what: 'GIVEN no sync THEN only the last of equal copies is that of the record that is left',
      source: 'abcd.',
      target: 'cdd',
      is: '2 {3..4} {3..4}',
    },
    {
      what: 'GIVEN no sync and a record that comes again after another one THEN neither copy is recognised',
      source: 'ab..',
      target: 'aba',
      is: '{0..3} 1 {0..3}',
    },
    {
      what: 'GIVEN a copy behind the last sync that equals its record THEN the record of the sync stays recognised',
      source: 'a.',
      target: 'aa',
      syncs: [[0n, 10n]],
      is: '0 {0..1}',
    },
    {
      what: 'GIVEN a copy between two syncs that equals the record of the later one THEN it may be of the one that is gone',
      source: '.bc',
      target: 'bcc',
      syncs: [[2n, 12n]],
      is: '1 {0..2} 2',
    },
    {
      what: 'GIVEN a restart before the only sync THEN each copy is recognised in its own turn',
      source: '.ba',
      target: 'a.ababa',
      syncs: [[1n, 13n]],
      is: '{0..2} {0..2} 1 2 1 2',
    },
    {
      what: 'GIVEN no more copies before a sync than the source still has THEN none of them is of a removed record',
      source: 'ab.de',
      target: 'Zdee',
      syncs: [[4n, 13n]],
      is: '{2..2} 3 4 4',
    },
    {
      what: 'the same between two syncs',
      source: 'zab.de',
      target: 'zZdee',
      syncs: [
        [0n, 10n],
        [5n, 14n],
      ],
      is: '0 {1..3} 4 5 5',
    },
    {
      what: 'the same before a sync whose record the log cleaner has removed from the target',
      source: 'abcd..g',
      target: 'abbc.',
      syncs: [[6n, 14n]],
      is: '0 1 1 2',
    },
    {
      what: 'GIVEN a sync names an earlier record that the source still has THEN the copy stays recognised',
      source: 'ab',
      target: 'ab',
      syncs: [[0n, 11n]],
      is: '0 1',
    },
  ])('$what', (of) => {
    expect(toldOf(of)).toBe(of.is);
  });
});

describe('copies of records beside the part of the source that was read', () => {
  test.each<Case>([
    {
      what: 'GIVEN no sync THEN records that the read shows are recognised',
      source: 'abc',
      read: [1, 3],
      target: 'bc',
      is: '1 2',
    },
    {
      what: 'GIVEN a sync behind the read THEN the read records before it are recognised',
      source: 'abcb',
      read: [1, 3],
      target: 'abcb',
      syncs: [[3n, 13n]],
      is: '{0..3} 1 2 {0..3}',
    },
    {
      what: 'GIVEN a sync at the begin THEN an equal record of before it is not recognised behind it',
      source: 'a1acde',
      read: [0, 3],
      target: 'aa1acde',
      syncs: [[1n, 10n]],
      is: '1 {0..4} 1 2 {3..4} {3..4}',
    },
    {
      what: 'GIVEN two syncs with fewer offsets than records between them THEN earlier records are not recognised there',
      source: 'abcdefghi',
      read: [0, 6],
      target: 'fabi',
      syncs: [
        [5n, 10n],
        [8n, 13n],
      ],
      is: '5 {0..8} {1..8} [8]',
    },
    {
      what: 'GIVEN MM2 can have begun again between two syncs THEN it has, and earlier records are recognised there',
      source: 'abcdefghi',
      read: [0, 6],
      target: 'fdefghi',
      syncs: [
        [5n, 10n],
        [8n, 16n],
      ],
      is: '5 3 4 5 {6..8} {6..8} [8]',
    },
    {
      what: 'the same from the first offset on from which MM2 can have begun again',
      source: 'abc.efghi',
      read: [0, 6],
      target: 'fcefghi',
      syncs: [
        [5n, 10n],
        [8n, 16n],
      ],
      is: '5 2 4 5 {6..8} {6..8} [8]',
    },
    {
      what: 'GIVEN two syncs far apart on the source only THEN records behind the first are recognised',
      source: 'abcdefghijk',
      read: [0, 5],
      target: 'acdk',
      syncs: [
        [0n, 10n],
        [10n, 13n],
      ],
      is: '0 2 3 [10]',
    },
    {
      what: 'the same where MM2 wrote the record of the first sync again',
      source: 'abcdefghijk',
      read: [0, 5],
      target: 'aabk',
      syncs: [
        [0n, 10n],
        [10n, 13n],
      ],
      is: '0 0 1 [10]',
    },
  ])('$what', (of) => {
    expect(toldOf(of)).toBe(of.is);
  });
});
