import { describe, expect, test } from '@jest/globals';
import { settlePositions } from '../../../../shared/domain/compare/settle-positions.ts';
import { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { translate } from '../../../../shared/domain/mirror/translation.ts';
import { stretch } from './letters.ts';
import { type Case, refuted, told, verify } from './verified.ts';

/** `c` was compacted away before MM2 came to it, so that the syncs leave two positions to each offset between them. */
const GAP = {
  syncs: [
    [0n, 0n],
    [6n, 5n],
  ],
  source: 'ab.defg',
  target: 'abdefg',
} as const;

describe('a position whose stretch was compared', () => {
  test('is verified where the first record that the group has not read was found', () => {
    expect(told({ ...GAP, upstream: 3n })).toBe('2..2 verified, 0');
    expect(told({ ...GAP, upstream: 4n })).toBe('3..3 verified, 0');
    expect(verify({ ...GAP, upstream: 3n })).toMatchObject({
      pair: { upstream: 3n, downstream: 2n },
      refutation: null,
      open: false,
    });
  });

  test('is in front of the next record that is there, and that is the pair', () => {
    expect(told({ ...GAP, upstream: 2n })).toBe('2..2 verified, 0');
    expect(verify({ ...GAP, upstream: 2n }).pair).toEqual({ upstream: 3n, downstream: 2n });
  });

  test('is at the end where all of it was read before', () => {
    expect(told({ ...GAP, upstream: 7n })).toBe('6..6 verified, 0');
    expect(verify({ ...GAP, upstream: 7n }).pair).toBeNull();
  });

  test('beyond the newest sync records tell what no sync does', () => {
    const ahead = { syncs: [[0n, 0n]], source: 'ab.defg', target: 'abdefg' } as const;
    expect(told({ ...ahead, upstream: 5n })).toBe('4..4 verified, 0');
    expect(told({ ...ahead, upstream: 7n })).toBe('6..6 verified, 0');
  });

  test('records of others in front of it are passed over, and cost nothing', () => {
    const foreign = {
      syncs: [
        [0n, 0n],
        [3n, 5n],
        [5n, 7n],
      ],
      source: 'abcdef',
      target: 'abXYcdef',
    } as const;
    expect(told({ ...foreign, upstream: 2n })).toBe('4..4 verified, 0');
    expect(told({ ...foreign, upstream: 1n })).toBe('1..1 verified, 0');
  });

  test('only as far as it was read: to the sync at its right', () => {
    expect(told({ ...GAP, source: 'ab.defghi', target: 'abdefghi', read: [[0n, 6n]], upstream: 4n })).toBe(
      '3..3 verified, 0',
    );
    expect(
      told({
        ...GAP,
        syncs: [
          [0n, 0n],
          [6n, 5n],
          [8n, 7n],
        ],
        source: 'ab.def.hi',
        target: 'abdefXhi',
        read: [[0n, 6n]],
        upstream: 6n,
      }),
    ).toContain('exact');
  });
});

describe('records that the source lost with the end of its log', () => {
  /** MM2 had mirrored `d`, `e` and `f` when an election cut them off the source. */
  const cut = { syncs: [[0n, 0n]], source: 'abc', target: 'abcdef', cutOff: { least: 3n, most: 5n } } as const;

  test('may be unread by a group, and are only on the target: no position skips them', () => {
    expect(told({ ...cut, upstream: 5n })).toContain('3..3 bounded, 3');
    expect(told({ ...cut, upstream: 6n })).toBe('6..6 verified, 0');
    expect(told({ ...cut, upstream: 2n })).toBe('2..2 verified, 0');
  });

  test('stay in front of what was written to the source since', () => {
    expect(
      told({ ...cut, source: 'abcx', target: 'abcdefx', cutOff: { least: 4n, most: 5n }, upstream: 5n }),
    ).toContain('3..3 bounded, 4');
  });
});

describe('a transform in MM2 that changes headers', () => {
  test('leaves key, value and time to compare by', () => {
    expect(told({ ...GAP, target: 'ABDEFG', upstream: 4n })).toBe('3..3 verified, 0');
    expect(refuted({ ...GAP, target: 'ABDEFG', upstream: 4n })).toBeNull();
  });

  test('does not hide that the records are others', () => {
    expect(told({ ...GAP, target: 'UVWXYZ', upstream: 4n })).toContain('nowhere');
  });

  test('where some records equal their originals, headers count', () => {
    expect(told({ ...GAP, target: 'abDefg', upstream: 4n })).toBe('3..3 verified, 0');
    expect(verify({ ...GAP, target: 'abDefg', upstream: 3n }).pair).toBeNull();
  });
});

describe('records that were written again', () => {
  const again = {
    syncs: [
      [0n, 0n],
      [5n, 5n],
      [3n, 6n],
      [7n, 10n],
    ],
    source: 'abcdefgh',
    target: 'abcdefdefgh',
  } as const;

  test('are counted behind the position', () => {
    expect(told({ ...again, upstream: 4n })).toBe('7..7 verified, 0');
    expect(told({ ...again, upstream: 2n })).toBe('2..2 verified, 0');
    expect(told({ ...again, upstream: 3n })).toBe('6..6 verified, 0');
  });

  test('the last copy of what was not read is the one to begin at, and copies of what was read are its cost', () => {
    // Of 2 and 5, `c` was not written again: the group begins there, and reads nothing that it has read.
    expect(
      told({
        syncs: [
          [0n, 0n],
          [4n, 4n],
          [3n, 5n],
          [6n, 8n],
        ],
        source: 'abcdefg',
        target: 'abcdedefg',
        upstream: 2n,
      }),
    ).toBe('2..2 verified, 0');
    const cost = {
      syncs: [
        [0n, 0n],
        [4n, 4n],
        [2n, 5n],
        [6n, 9n],
      ],
      source: 'abcdefg',
      target: 'abcdecdefg',
    } as const;
    expect(told({ ...cost, upstream: 3n })).toBe('6..6 verified, 0');
    const left = {
      syncs: [
        [0n, 0n],
        [3n, 3n],
        [1n, 4n],
        [2n, 5n],
      ],
      source: 'abcd',
      target: 'abcdbc',
    } as const;
    expect(told({ ...left, upstream: 3n })).toBe(
      '3..3 verified, 2: MM2 wrote records again after a restart, 2 of them already read',
    );
    expect(verify({ ...left, upstream: 3n }).pair).toBeNull();
  });

  test('far behind, only where syncs tell of them, and as many as they tell where nobody compared', () => {
    const far = { ...again, upstream: 2n, read: [[0n, 6n]] } as const;
    expect(told(far)).toBe('2..2 verified, 0');
    // MM2 went back from 9 to 2, and the first sync after that is of 5.
    const near: Case = {
      syncs: [
        [0n, 0n],
        [9n, 9n],
        [5n, 13n],
        [14n, 22n],
      ],
      source: 'abcdefghijklmno',
      target: 'abcdefghijcdefghijklmno',
      upstream: 4n,
    };
    expect(told(near)).toBe('12..12 verified, 0');
    expect(told({ ...near, read: [[0n, 10n]] })).toBe(
      '4..4 bounded, 2: MM2 wrote records again after a restart, up to 2 of them already read; for 2 records on the target it is not known whether the group has read them',
    );
    expect(verify({ ...near, read: [[0n, 10n]] })).toMatchObject({ open: true, pair: null, refutation: null });
    const both: Case['read'] = [
      [0n, 10n],
      [10n, 13n],
    ];
    expect(told({ ...near, read: both })).toBe(
      '4..4 verified, 2: MM2 wrote records again after a restart, 2 of them already read',
    );
    expect(told({ ...near, read: both, target: 'abcdefghijXYefghijklmno' })).toBe('4..4 verified, 0');
    // The sync behind the copies may name a changed record: then all of them count.
    const changed: Case['read'] = [
      [0n, 10n],
      [10n, 14n],
    ];
    expect(told({ ...near, read: changed, target: 'abcdefghijcdeXghijklmno' })).toContain('4..4 bounded, 2');
  });
});

describe('a position that stays as it is', () => {
  test('nobody compared its stretch', () => {
    const of = { ...GAP, read: [[0n, 5n]], upstream: 3n } as const;
    expect(told(of)).toBe(
      '2..3 bounded, 1: 1 source offset between two syncs is not on the target; nobody compared it',
    );
    expect(verify(of)).toMatchObject({ refutation: null, pair: null, open: false });
    expect(told({ ...GAP, read: [[1n, 6n]], upstream: 3n })).toContain('nobody compared it');
    expect(told({ ...GAP, read: [], upstream: 6n })).toBe('5..5 exact, 0');
  });

  test('the target stamps records with its own time', () => {
    const of = { ...GAP, target: 'a1b1d1e1f1g1', upstream: 3n } as const;
    expect(told(of)).toBe(
      '2..3 bounded, 1: 1 source offset between two syncs is not on the target; the target stamps records with its own time, so equal records cannot be distinguished',
    );
    expect(verify(of)).toMatchObject({ refutation: null, pair: null, open: false });
    // One record of somebody else among them changes nothing.
    expect(told({ ...of, target: 'a1b1X1e1f1g1' })).toBe(told(of));
  });

  test('nothing there equals a source record, and no sync says that it should', () => {
    const of = {
      syncs: [
        [3n, 2n],
        [9n, 8n],
      ],
      source: 'XXXXXXXXX',
      sourceStart: 20n,
      target: 'abdefghij',
      upstream: 6n,
    } as const;
    const lost = { ...of, source: '..........', sourceStart: 0n };
    expect(told(lost)).toBe('5..5 exact, 0');
    expect(verify(lost)).toMatchObject({ refutation: null, pair: null, open: true });
  });
});

describe('records that contradict the syncs', () => {
  test('nothing compares equal where a sync names a record: no position, and no certainty', () => {
    const of = { ...GAP, target: 'UVWXYZ', upstream: 3n } as const;
    expect(told(of)).toBe('nowhere: no target record there equals a source record');
    expect(refuted(of)).toEqual([2n, 0n, false, 'no target record there equals a source record']);
    expect(verify(of)).toMatchObject({ pair: null, open: false });
  });

  test('a sync beside the position names another record than the one there', () => {
    for (const [target, found] of [
      // The record of 6 comes later; the record there is the one of 4.
      ['abdefXg', 5n],
      ['abdefde', 5n],
    ] as const) {
      const of = { ...GAP, target, source: 'ab.defgh', upstream: 3n };
      const named = target === 'abdefXg' ? { ...of, target: 'abdefXgh' } : of;
      expect(told(named)).toBe('nowhere: the records contradict an offset sync next to it');
      expect(refuted(named)).toEqual([2n, found, true, 'an offset sync names a record other than the one there']);
      expect(verify(named)).toMatchObject({ pair: null, open: false });
    }
  });

  test('a sync beside the position names a record that equals none: it may have been changed on the way', () => {
    const of = { ...GAP, target: 'abdefX', upstream: 3n } as const;
    const how =
      'the record that an offset sync names equals no source record: it is another one, or was changed on the way';
    expect(told(of)).toBe(`nowhere: ${how}`);
    expect(refuted(of)).toEqual([2n, 5n, false, how]);
    expect(verify(of)).toMatchObject({ pair: null, open: false, refutation: { voids: null } });
  });

  test('a sync elsewhere does not matter', () => {
    const of = {
      syncs: [
        [0n, 0n],
        [3n, 3n],
        [6n, 6n],
      ],
      source: 'abcdefg',
      target: 'abcdefX',
      upstream: 1n,
    } as const;
    expect(told(of)).toBe('1..1 verified, 0');
    expect(refuted(of)).toBeNull();
    expect(told({ ...of, target: 'Xbcdefg', upstream: 4n })).toBe('4..4 verified, 0');
  });

  test('records at or after the offset stand in front of the position that the syncs give', () => {
    // MM2 jumped over 'e' to 'i' and lost the sync: by the arithmetic alone `c` would be three further on.
    const of = {
      syncs: [
        [0n, 0n],
        [8n, 8n],
      ],
      source: 'abcdefghi',
      target: 'aXXXbcdei',
      upstream: 2n,
    } as const;
    expect(told({ ...of, target: 'abcXXXghi' })).toBe('2..2 verified, 0');
    const early = { ...of, target: 'bcdefghXi', syncs: [[8n, 8n]], upstream: 3n } as const;
    expect(told({ ...early })).toContain('2..2');
    expect(told({ ...of, target: 'acdefghXi', upstream: 5n })).toBe('4..4 verified, 0');
    expect(refuted({ ...of, target: 'acdefghXi', upstream: 5n })).toEqual([
      5n,
      4n,
      true,
      '1 record at or after the offset is before the position',
    ]);
    expect(refuted({ ...of, target: 'acdefghXi', upstream: 7n })).toEqual([
      7n,
      6n,
      true,
      '1 record at or after the offset is before the position',
    ]);
  });

  test('more records before the offset stand behind the position than it was said to cost', () => {
    const of = {
      syncs: [
        [0n, 0n],
        [8n, 8n],
      ],
      source: 'abcdefghi',
      target: 'aXbcdefgi',
      upstream: 4n,
    } as const;
    expect(told(of)).toBe('5..5 verified, 0');
    expect(refuted(of)).toEqual([
      4n,
      5n,
      true,
      '1 record before the offset is at or after the position; the syncs allow at most 0',
    ]);
  });

  const FRONT = 'records at or after the offset exist only before the first position that the syncs allow';

  test('records that were not read stand only in front of where the syncs let a position begin', () => {
    // The syncs were taken for those of another source topic, and are not.
    const doubted: Case = {
      syncs: [
        [0n, 0n],
        [3n, 3n],
      ],
      sourceRecreatedAt: 2,
      source: 'abcdef',
      target: 'abcdef',
      upstream: 2n,
    };
    expect(told(doubted)).toBe(`nowhere: ${FRONT}`);
    expect(refuted(doubted)).toEqual([4n, 2n, true, FRONT]);
    expect(verify(doubted)).toMatchObject({ pair: null, open: false });
    expect(refuted({ ...doubted, upstream: 3n })).toEqual([4n, 3n, true, FRONT]);
    expect(told({ ...doubted, upstream: 4n })).toBe('4..4 verified, 0');
    // Those that stand behind once more are there to be read.
    expect(told({ ...doubted, target: 'abcdcdef' })).toBe('4..4 verified, 0');
    expect(refuted({ ...doubted, target: 'abcdXdef' })).toEqual([4n, 2n, true, FRONT]);
    expect(refuted({ ...doubted, target: 'abcddef.' })).toEqual([4n, 2n, true, FRONT]);
  });

  test('not where that was not read, nor of records that were only claimed', () => {
    const elsewhere: Case = {
      syncs: [
        [0n, 0n],
        [4n, 4n],
        [8n, 8n],
      ],
      source: 'abcdefghi',
      target: 'abghefXYi',
      upstream: 6n,
    };
    expect(refuted(elsewhere)).toEqual([6n, 2n, true, FRONT]);
    expect(refuted({ ...elsewhere, read: [[4n, 9n]] })).toBeNull();
    expect(told({ ...elsewhere, read: [[4n, 9n]] })).toBe('6..6 verified, 0');
  });
});

describe('records that nobody can tell', () => {
  test('count as not read for the position, and as read for its cost', () => {
    // `c` and `d` are gone from the source: one of them was never mirrored.
    const of = {
      syncs: [
        [0n, 0n],
        [5n, 4n],
      ],
      source: 'ab..ef',
      target: 'abXef',
      upstream: 3n,
    } as const;
    expect(told(of)).toBe(
      '2..3 bounded, 1: 1 source offset between two syncs is not on the target; for 1 record on the target it is not known whether the group has read it',
    );
    expect(verify(of)).toMatchObject({ pair: null, open: true, refutation: null });
    expect(told({ ...of, upstream: 2n })).toBe('2..2 verified, 0');
    expect(told({ ...of, upstream: 4n })).toBe('3..3 verified, 0');
  });

  test('between two recognised ones the rule for two syncs holds, between closer ones', () => {
    const of = {
      syncs: [
        [0n, 0n],
        [12n, 9n],
      ],
      source: 'a.cd....ijk.m',
      target: 'acdWXYijkm',
      upstream: 6n,
    } as const;
    expect(told(of)).toBe(
      '4..5 bounded, 1: for 3 records on the target it is not known whether the group has read them',
    );
  });

  test('as many as offsets between two recognised ones are certain', () => {
    const of = {
      syncs: [
        [0n, 0n],
        [9n, 8n],
      ],
      source: 'ab....ghij',
      target: 'abWXYZgij',
      upstream: 4n,
    } as const;
    expect(told(of)).toContain('4..4');
  });
});

const untold = (records: number) =>
  records === 1
    ? 'for 1 record on the target it is not known whether the group has read it'
    : `for ${records} records on the target it is not known whether the group has read them`;

describe('the cost of records that nobody can tell', () => {
  const gap = (offsets: number) => `${offsets} source offsets between two syncs are not on the target`;

  test('is no more than the syncs allow, nor than what stands there', () => {
    // Of `cdef` two became records, X and Y.
    const of: Case = {
      syncs: [
        [0n, 0n],
        [9n, 7n],
      ],
      source: 'ab....ghij',
      target: 'abXYghij',
      upstream: 4n,
    };
    expect(told(of)).toBe(`2..4 bounded, 2: ${gap(2)}; ${untold(2)}`);
    expect(told({ ...of, upstream: 2n })).toBe('2..2 verified, 0');
    expect(told({ ...of, upstream: 3n })).toBe(`2..3 bounded, 1: ${untold(2)}`);
    expect(told({ ...of, upstream: 5n })).toBe(`3..4 bounded, 1: ${untold(2)}`);
    expect(told({ ...of, upstream: 6n })).toBe('4..4 verified, 0');
  });

  test('between two recognised records the arithmetic of two syncs holds again', () => {
    // The gap lies elsewhere: between `b` and `g` every offset became a record.
    const of: Case = {
      syncs: [
        [0n, 0n],
        [12n, 9n],
      ],
      source: 'ab....gh...lm',
      target: 'abWXYZghlm',
      upstream: 4n,
    };
    expect(told(of)).toBe('4..4 exact, 0');
    expect(told({ ...of, upstream: 3n })).toBe('3..3 exact, 0');
    expect(verify(of)).toMatchObject({ open: true, pair: null });
    // One of them did not: then it is in between.
    const less: Case = {
      ...of,
      target: 'abWXYghlm',
      syncs: [
        [0n, 0n],
        [12n, 8n],
      ],
    };
    expect(told(less)).toBe(`3..4 bounded, 1: ${untold(3)}`);
    expect(told({ ...less, upstream: 3n })).toBe(`2..3 bounded, 1: ${untold(3)}`);
    expect(told({ ...less, upstream: 5n })).toBe(`4..5 bounded, 1: ${untold(3)}`);
  });

  test('with somebody else writing there, what stands there alone bounds it', () => {
    const of: Case = {
      syncs: [
        [0n, 0n],
        [2n, 5n],
        [9n, 12n],
        [20n, 23n],
      ],
      source: 'abc...ghijklmnopqrstu',
      target: 'abUVWcXYZghijklmnopqrstu',
      upstream: 5n,
    };
    expect(told(of)).toBe('8..8 exact, 0');
    // In transactions, nothing is concluded from how many offsets there are.
    expect(told({ ...of, exactlyOnce: true })).toBe(`6..9 bounded, 3: ${untold(3)}`);
  });

  test('counts what may have been read behind the position once more', () => {
    // `d` was written, then X, which may be `c` or `d`, and the source has neither any more.
    const of: Case = {
      syncs: [
        [0n, 0n],
        [5n, 4n],
        [4n, 6n],
        [8n, 10n],
      ],
      source: 'ab..efghi',
      target: 'abXefXefghi',
      upstream: 3n,
    };
    expect(told(of)).toContain('2..');
    expect(verify(of).open).toBe(true);
  });
});

const gone = (records: number) => `up to ${records} records that it has not read have expired on the target`;

describe('a position in a log whose begin has expired', () => {
  test.each<[string, Case, string]>([
    [
      'what the group has read costs nothing when it expires',
      { syncs: [[2n, 2n]], source: 'abc', target: 'bc', targetStart: 1n, upstream: 3n },
      '3..3 verified, 0',
    ],
    [
      'nor what the source has deleted as well',
      {
        syncs: [
          [0n, 0n],
          [5n, 5n],
        ],
        source: 'defgh',
        sourceStart: 3n,
        target: 'defgh',
        targetStart: 3n,
        upstream: 1n,
      },
      '3..3 verified, 0',
    ],
    [
      'what the source holds still is lost',
      {
        syncs: [
          [0n, 0n],
          [5n, 5n],
        ],
        source: 'abcdefgh',
        target: 'defgh',
        targetStart: 3n,
        upstream: 1n,
      },
      `3..3 verified, 0: ${gone(2)}`,
    ],
    [
      'both syncs beside it have expired: it is at the begin, not in front of it',
      {
        syncs: [
          [0n, 0n],
          [2n, 2n],
          [8n, 8n],
        ],
        source: 'abcdefghi',
        target: 'fghi',
        targetStart: 5n,
        read: [[5n, 7n]],
        upstream: 1n,
      },
      `5..5 exact, 0: ${gone(4)}`,
    ],
    [
      'so has the oldest sync, and it is older than that',
      {
        syncs: [
          [2n, 2n],
          [8n, 8n],
        ],
        source: 'abcdefghi',
        target: 'fghi',
        targetStart: 5n,
        read: [[5n, 7n]],
        upstream: 1n,
      },
      `5..5 exact, 0: ${gone(5)}`,
    ],
  ])('%s', (_, of, expected) => {
    expect(told(of)).toBe(expected);
    expect(refuted(of)).toBeNull();
  });
});

describe('what decides where some records can be told and others not', () => {
  const ahead = [[0n, 0n]] as const;

  test.each<[string, Case, string]>([
    [
      'nothing in front of it was recognised, nothing behind it: what the sync says stands',
      { syncs: ahead, source: '.bc.', target: 'abc', upstream: 0n },
      '0..0 exact, 0',
    ],
    [
      'the last record to read in front of it was recognised',
      { syncs: ahead, source: 'ab.', target: 'ab', upstream: 2n },
      '2..2 verified, 0',
    ],
    [
      'the record that a sync names is gone from the target, and all in front of it was read',
      {
        syncs: [
          [0n, 0n],
          [4n, 3n],
          [6n, 4n],
        ],
        source: 'ab..e.ghi',
        target: 'ab..ghi',
        read: [[0n, 4n]],
        upstream: 2n,
      },
      '3..3 verified, 0',
    ],
    [
      'a record that was not recognised does not refute the position that the syncs name',
      { syncs: [[0n, 1n]], source: 'abc.', target: 'Xab', upstream: 1n },
      '0..2 bounded, 2: it is not known whether MM2 wrote the target records that equal none of the source',
    ],
    [
      'another record with the content of one beside it, between two that were recognised',
      { syncs: [[1n, 1n]], source: 'azczef', target: 'Xzczef', upstream: 2n },
      '2..2 verified, 0',
    ],
    [
      'a copy of what a sync names, of which the source has the original no more, is told by that alone',
      {
        syncs: [
          [0n, 0n],
          [1n, 1n],
          [0n, 2n],
          [4n, 5n],
        ],
        source: 'a...e',
        target: 'ababze',
        upstream: 1n,
      },
      '3..3 verified, 0',
    ],
    [
      'a sync behind the right one is of no concern',
      {
        syncs: [
          [2n, 0n],
          [2n, 1n],
        ],
        source: 'a.cd',
        target: 'cd',
        upstream: 1n,
      },
      '0..0 verified, 0',
    ],
    [
      'several records are equal, and the source has none that it no longer shows',
      { syncs: ahead, source: 'zbcdz', target: 'zYbYcd', upstream: 1n },
      '2..2 verified, 0',
    ],
    [
      'so at its end',
      {
        syncs: [
          [0n, 0n],
          [1n, 2n],
        ],
        source: 'azcdz',
        target: 'aYzcdz',
        upstream: 5n,
      },
      '6..6 verified, 0',
    ],
    [
      'one that cannot be told stands in front of what was recognised as not read',
      { syncs: ahead, source: '.bc.efghij.', target: 'abcfhij', upstream: 8n },
      `3..5 bounded, 2: ${untold(1)}`,
    ],
    [
      'one that cannot be told is the last',
      { syncs: [[1n, 1n]], source: 'abcde.gh.jkl', target: '.bdefghil', upstream: 9n },
      `8..8 bounded, 1: ${untold(1)}`,
    ],
    [
      'what the sync says costs less than what stands there',
      { syncs: [[3n, 0n]], source: '.bcde.gh', target: 'dedef', upstream: 2n },
      '0..0 exact, 0',
    ],
    [
      'the first that was recognised as not read is the very next one',
      { syncs: [[1n, 1n]], source: '..cd', target: 'Xbbcd', upstream: 1n },
      `1..1 bounded, 1: ${untold(1)}`,
    ],
    [
      'a recognised neighbour that was read stands directly in front of it',
      { syncs: [[1n, 0n]], source: 'cde.ghij', sourceStart: 2n, target: 'bXcdefghi1', upstream: 5n },
      `5..5 bounded, 1: ${untold(1)}`,
    ],
    [
      'between two recognised ones are more records than offsets: their arithmetic does not hold',
      { syncs: [[1n, 0n]], source: '.b.def..ij.', target: 'bcdefYh.i', upstream: 7n },
      `5..8 bounded, 3: ${untold(2)}`,
    ],
    [
      'the recognised one behind it is the very record that the group reads next',
      { syncs: ahead, source: '.b.d.z.hizzz', target: 'abcdzghizzz', upstream: 7n },
      `6..6 bounded, 3: ${untold(5)}`,
    ],
    [
      'the recognised one in front of it is some records away',
      {
        syncs: [
          [0n, 0n],
          [1n, 1n],
          [2n, 2n],
          [10n, 8n],
        ],
        source: 'abc..f.z.zk',
        target: 'abcfgzzYk',
        upstream: 9n,
      },
      '7..7 exact, 0',
    ],
    [
      'the same record on both sides: MM2 began again in between, and what stands there may be anything',
      { syncs: ahead, source: 'a.c.e', target: 'ababbXcdXe', upstream: 3n },
      `1..9 bounded, 8: ${untold(4)}`,
    ],
    [
      'one of somebody else behind a record that the source has twice, none of which it hides',
      { syncs: ahead, source: 'zbcdez', target: 'zYde', upstream: 1n },
      '2..2 verified, 0',
    ],
    [
      'a stretch of copies farther on in which none can be told',
      {
        syncs: [[2n, 0n]],
        source: '..cd.f.hi.',
        target: 'cdcXcdefz',
        read: [
          [0n, 1n],
          [1n, 9n],
        ],
        upstream: 1n,
      },
      `0..0 bounded, 4: ${untold(4)}`,
    ],
    [
      'a stretch of copies farther on that contradicts its sync tells nothing',
      {
        syncs: [
          [4n, 3n],
          [6n, 5n],
          [10n, 6n],
        ],
        source: '.b.defg...k.',
        target: 'abdefgijk',
        read: [
          [0n, 4n],
          [4n, 9n],
        ],
        upstream: 0n,
      },
      `0..1 bounded, 3: ${untold(2)}`,
    ],
  ])('%s', (_, of, expected) => {
    expect(told(of)).toBe(expected);
    expect(refuted(of)).toBeNull();
    expect(verify(of).translation.kind).toBe('interval');
  });

  test('what the records contradict is no candidate, also where others cannot be told', () => {
    const of: Case = {
      syncs: [
        [0n, 0n],
        [8n, 8n],
      ],
      source: 'a.cdefghi',
      target: 'acdefghXiX',
      upstream: 5n,
    };
    expect(refuted(of)?.slice(0, 3)).toEqual([5n, 4n, true]);
    expect(told(of)).toBe(`4..4 bounded, 1: ${untold(1)}`);
  });

  test('a record without content of its own that stands in front of the position refutes nothing', () => {
    expect(refuted({ syncs: [[0n, 1n]], source: 'z.z.', target: 'Yz', upstream: 0n })).toBeNull();
  });

  test('what stands only in front of the position refutes it, unless MM2 wrote it again behind', () => {
    const once: Case = {
      syncs: [
        [0n, 0n],
        [9n, 9n],
        [14n, 14n],
      ],
      source: 'abcdefghijklmno',
      target: 'acdefghiXjklmno',
      read: [[0n, 10n]],
      upstream: 4n,
    };
    expect(refuted(once)?.slice(0, 3)).toEqual([4n, 3n, true]);
    const twice: Case = {
      ...once,
      syncs: [
        [0n, 0n],
        [9n, 9n],
        [5n, 13n],
        [14n, 22n],
      ],
      target: 'acdefghiXjcdefghijklmno',
    };
    expect(refuted(twice)).toBeNull();
  });
});

describe('several positions', () => {
  test('each is settled by the same stretches, in their order', () => {
    const history = SyncHistory.of([
      { timestamp: 0n, upstream: 0n, downstream: 0n },
      { timestamp: 0n, upstream: 6n, downstream: 5n },
    ]);
    const mapping = new PartitionMapping({ history, target: { start: 0n, end: 6n } });
    const wanted = [4n, 3n, 5n].flatMap((upstream) => {
      const said = translate(mapping, upstream);
      return said.kind === 'interval' ? [{ upstream, said }] : [];
    });
    const source = new SourceRecords([stretch('ab.defg')], { start: 0n, end: 7n });
    const { positions: settled } = settlePositions(mapping, wanted, [stretch('abdefg')], source, '');
    expect(settled.map(({ pair }) => pair?.downstream)).toEqual([3n, 2n, 4n]);
  });
});
