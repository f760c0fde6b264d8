import { expect, test } from '@jest/globals';
import {
  countGroup,
  countLost,
  countLostRecords,
  type Place,
  type Reading,
} from '../../../lab/drill/failover/count-group.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const PLACES = new Map(IDS.map((id, i): [string, Place] => [id, { partition: 'orders-0', offset: BigInt(i) }]));
/** It had processed c as well when its position was read, and had not committed it. */
const READING: Reading = {
  group: 'billing',
  before: ['a', 'b', 'c'],
  after: ['c', 'd', 'e', 'f'],
  commits: new Map([['orders-0', 2n]]),
  planned: 0n,
};
const NOTHING_WRONG = { before: 3, after: 4, repeated: 0, skipped: 0, reread: 1, uncommitted: 1, unknown: 0 };

test.each<[string, Partial<Reading>, Partial<typeof NOTHING_WRONG>]>([
  ['a group that continues at its position', {}, {}],
  ['a group that was moved forward skips', { after: ['e', 'f'] }, { after: 2, skipped: 1, reread: 0, uncommitted: 0 }],
  ['a group that was moved back re-reads', { after: ['b', 'c', 'd', 'e', 'f'] }, { after: 5, reread: 2 }],
  [
    'each copy of a re-read record counts, and no record counts twice as processed',
    { after: ['b', 'b', 'c', 'd', 'e', 'f'] },
    { after: 5, repeated: 1, reread: 3 },
  ],
  [
    'what it committed after the newest commit that a plan could know of is told from what it never committed',
    { after: ['b', 'c', 'd', 'e', 'f'], known: new Map([['orders-0', 1n]]) },
    { after: 5, reread: 2, uncommitted: 1, unknown: 1 },
  ],
  ['copies on the source are told', { before: ['a', 'a', 'b', 'c'] }, { repeated: 1 }],
  ['a record without an id does not count', { before: ['a', 'b', 'c', ''], after: ['', 'c', 'd', 'e', 'f'] }, {}],
])('%s', (_, change, wrong) => {
  expect(countGroup({ ...READING, ...change }, new Set(['', ...IDS]), PLACES)).toMatchObject({
    ...NOTHING_WRONG,
    ...wrong,
  });
});

test('a record that is on the source and not on the target is lost', () => {
  expect(countLost(['', ...IDS], new Set(IDS.slice(1)))).toBe(1);
  expect(countLost(IDS, new Set(IDS))).toBe(0);
});

test('a record that a producer wrote twice is lost with each copy that the target lacks', () => {
  expect(countLostRecords(['a', 'b', 'b', ''], ['a'])).toBe(2);
  expect(countLostRecords(['a', 'b', 'b'], ['a', 'b'])).toBe(1);
  expect(countLostRecords(['a', 'b'], ['a', 'a', 'b', 'of-the-target'])).toBe(0);
});
