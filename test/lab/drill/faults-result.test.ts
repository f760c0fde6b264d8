import { expect, test } from '@jest/globals';
import type { GroupOutcome } from '../../../lab/drill/failover/failover-result.ts';
import { isClean, type RoundResult, resultLines, tallyLine } from '../../../lab/drill/faults/faults-result.ts';

const GROUP: GroupOutcome = {
  group: 'live-0',
  before: 100,
  after: 50,
  repeated: 0,
  skipped: 0,
  reread: 7,
  planned: 4n,
  uncommitted: 2,
  unknown: 1,
};
const ROUND: RoundResult = {
  name: 'dies-in',
  faults: [
    { name: 'dies-in-fence', state: 'killed, fence doing', isCompleted: true },
    { name: 'dies-in-drain', state: 'killed, drain doing', isCompleted: true },
  ],
  remarks: [],
  missing: 0,
  duplicated: 0,
  groups: [GROUP],
  tookSeconds: 41.4,
};
const [FIRST, SECOND] = ROUND.faults;
if (FIRST === undefined || SECOND === undefined) throw new Error('there are two faults');

test.each<[string, Partial<RoundResult>, string]>([
  ['all resumed', {}, 'faults=2 resumed=2 lost=0'],
  ['a run that did not end', { faults: [FIRST, { ...SECOND, isCompleted: false }] }, 'faults=2 resumed=1 lost=1'],
  ['a state without a name', { faults: [FIRST, { ...SECOND, state: null }] }, 'faults=2 resumed=1 lost=1'],
  ['a lost record: any fault of the round may have done it', { missing: 1 }, 'faults=2 resumed=0 lost=2'],
  ['a record that is there twice', { duplicated: 1 }, 'faults=2 resumed=0 lost=2'],
  ['a skipped record', { groups: [{ ...GROUP, skipped: 1 }] }, 'faults=2 resumed=0 lost=2'],
  ['more re-read than planned', { groups: [{ ...GROUP, reread: 8 }] }, 'faults=2 resumed=0 lost=2'],
])('the last line: %s', (_, change, expected) => {
  const round = { ...ROUND, ...change };
  expect(tallyLine([round])).toBe(`INJECTIONS ${expected}\n`);
  expect(isClean([round])).toBe(expected.endsWith('lost=0'));
});

test('a drill that played nothing is not clean', () => {
  expect(isClean([])).toBe(false);
});

test('a round is printed with the state of each fault, and where it stopped once more', () => {
  const stopped = {
    ...ROUND,
    remarks: ['PLACEMENT_REFUSED'],
    faults: [FIRST, { ...SECOND, state: null, isCompleted: false }],
  };
  expect(resultLines(stopped)).toBe(
    [
      'dies-in: missing 0, twice 0, 1 groups skipped 0, re-read 7 of at most 4, 2 that were not committed and 1 whose commits only the source had; 41 s',
      '  dies-in-fence  killed, fence doing; resumed',
      '  dies-in-drain  no state was named; NOT RESUMED',
      '  stopped once more: PLACEMENT_REFUSED',
      '',
    ].join('\n'),
  );
});
