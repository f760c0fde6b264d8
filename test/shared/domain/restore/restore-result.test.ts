import { describe, expect, test } from '@jest/globals';
import { type Outcome, read, unread } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import type { PartitionWrite } from '../../../../shared/domain/model/partition-write.ts';
import { compareProofs } from '../../../../shared/domain/model/report.ts';
import type { Refusal } from '../../../../shared/domain/restore/refusal.ts';
import { type RestorePlan, summaryOf } from '../../../../shared/domain/restore/restore-plan.ts';
import {
  type GroupResult,
  groupResult,
  isComplete,
  type Move,
  refusedGroup,
  standings,
} from '../../../../shared/domain/restore/restore-result.ts';

const FAILED = { error: 'GROUP_SUBSCRIBED_TO_TOPIC', message: 'it has members', retriable: false, live: true } as const;
const UNREAD = unread<PartitionMap<bigint>>({
  what: 'w',
  cluster: 'B',
  error: 'E',
  message: 'no answer',
  retriable: true,
});
const move = (before: bigint | null, to: bigint | null): Move => ({ topic: 't', partition: 0, before, to });

/** What one move came to, of what the cluster answered and what was read back; absent: nothing. */
function result(
  one: Move,
  failure: PartitionWrite['failure'] | 'no answer',
  found: bigint | null | Outcome<never>,
): GroupResult {
  const answers = new PartitionMap<PartitionWrite>();
  if (failure !== 'no answer') answers.set('t', 0, { topic: 't', partition: 0, failure });
  const there = new PartitionMap<bigint>();
  if (typeof found === 'bigint') there.set('t', 0, found);
  return groupResult('g', [one], answers, typeof found === 'bigint' || found === null ? read(there) : found);
}

describe('what became of a partition', () => {
  test.each<[string, Parameters<typeof result>, object, boolean]>([
    ['written', [move(5n, 9n), null, 9n], { found: 9n, standing: 'written' }, false],
    ['written where it had none', [move(null, 9n), null, 9n], { found: 9n, standing: 'written' }, false],
    ['taken away', [move(5n, null), null, null], { found: null, standing: 'written' }, false],
    ['there before', [move(9n, 9n), 'no answer', 9n], { found: 9n, standing: 'already' }, true],
    ['none before, and none to be', [move(null, null), 'no answer', null], { found: null, standing: 'already' }, true],
    [
      'refused for good',
      [move(5n, 9n), FAILED, 5n],
      { found: 5n, standing: 'refused', why: 'GROUP_SUBSCRIBED_TO_TOPIC: it has members' },
      true,
    ],
    [
      'refused for the moment: it may have been taken all the same',
      [move(5n, 9n), { ...FAILED, retriable: true }, 5n],
      { found: 5n, standing: 'refused', why: 'GROUP_SUBSCRIBED_TO_TOPIC: it has members' },
      false,
    ],
    [
      'refused, and it stands there all the same',
      [move(5n, 9n), FAILED, 9n],
      { found: 9n, standing: 'written' },
      false,
    ],
    [
      'taken, and moved by somebody',
      [move(5n, 9n), null, 7n],
      { found: 7n, standing: 'differs', why: 'the position is 7: someone changed it' },
      false,
    ],
    [
      'taken, and gone',
      [move(5n, 9n), null, null],
      { found: null, standing: 'differs', why: 'the position is deleted: someone changed it' },
      false,
    ],
    [
      'not asked for, and moved by somebody',
      [move(9n, 9n), 'no answer', 7n],
      { found: 7n, standing: 'differs', why: 'the position is 7: someone changed it' },
      true,
    ],
    ['without an answer', [move(5n, 9n), 'no answer', 9n], { found: 9n, standing: 'written' }, false],
    [
      'not read back',
      [move(5n, 9n), null, UNREAD as Outcome<never>],
      { found: null, standing: 'unknown', why: 'no answer' },
      false,
    ],
    [
      'refused, and not read back',
      [move(5n, 9n), FAILED, UNREAD as Outcome<never>],
      { found: null, standing: 'unknown', why: 'GROUP_SUBSCRIBED_TO_TOPIC: it has members' },
      true,
    ],
  ])('%s', (_, of, expected, isUntouched) => {
    const { group, partitions, untouched } = result(...of);
    expect(group).toBe('g');
    expect(partitions).toEqual([expect.objectContaining(expected)]);
    expect(partitions[0]?.why ?? null).toBe('why' in expected ? expected.why : null);
    expect(untouched).toBe(isUntouched);
  });

  test('one partition that may have changed touches the group', () => {
    const answers = new PartitionMap<PartitionWrite>();
    answers.set('t', 0, { topic: 't', partition: 0, failure: FAILED });
    answers.set('t', 1, { topic: 't', partition: 1, failure: null });
    const moves = [move(5n, 9n), { ...move(5n, 9n), partition: 1 }];
    const there = new PartitionMap<bigint>();
    there.set('t', 0, 5n);
    there.set('t', 1, 9n);
    const { partitions, untouched } = groupResult('g', moves, answers, read(there));
    expect([partitions.map(({ standing }) => standing), untouched]).toEqual([['refused', 'written'], false]);
  });

  test('a group that was not tried stands where it stood', () => {
    const refusal: Refusal = {
      code: 'GROUP_LIVE',
      subject: { group: 'g' },
      reason: 'it has members',
      remedy: 'Stop it.',
    };
    expect(refusedGroup('g', [move(5n, 9n)], refusal)).toEqual({
      group: 'g',
      refusal,
      untouched: true,
      partitions: [{ ...move(5n, 9n), found: 5n, standing: 'refused', why: 'it has members' }],
    });
  });
});

describe('what a restore came to', () => {
  const of = (...all: readonly string[]): GroupResult => ({
    group: 'g',
    refusal: null,
    untouched: false,
    partitions: all.map((standing) => ({ ...move(1n, 2n), found: 2n, standing: standing as 'written', why: null })),
  });
  const refusal: Refusal = { code: 'GROUP_LIVE', subject: {}, reason: '', remedy: '' };

  test('is complete where every position stands as it shall, and no group was left out', () => {
    expect(isComplete({ groups: [] })).toBe(true);
    expect(isComplete({ groups: [of('written', 'already'), of('already')] })).toBe(true);
    for (const standing of ['refused', 'differs', 'unknown']) {
      expect(isComplete({ groups: [of('written', standing)] })).toBe(false);
      expect(isComplete({ groups: [of(standing), of('written')] })).toBe(false);
    }
    expect(isComplete({ groups: [{ ...of(), refusal }] })).toBe(false);
  });

  test('is counted by standing', () => {
    expect(standings({ groups: [of('written', 'already', 'written'), of('refused', 'differs', 'unknown')] })).toEqual({
      written: 2,
      already: 1,
      refused: 1,
      differs: 1,
      unknown: 1,
    });
    expect(standings({ groups: [] })).toEqual({ written: 0, already: 0, refused: 0, differs: 0, unknown: 0 });
  });
});

test('a plan comes to the sum of its steps', () => {
  const step = (from: bigint | null, to: bigint, more: object = {}) => {
    const costs = {
      rereadAtMost: 1n,
      skipAtMost: 2n,
      proof: 'exact',
      clamped: null,
      unreadLoss: 0n,
      reason: null,
    } as const;
    return { topic: 't', partition: 0, from, to, ...costs, ...more };
  };
  const groups: RestorePlan['groups'] = [
    {
      group: 'g',
      steps: [step(10n, 3n), step(10n, 4n), step(5n, 9n), step(7n, 7n)],
      leftAlone: [{ topic: 't', partition: 9, at: 1n }],
    },
    { group: 'h', steps: [step(null, 7n), step(3n, 4n, { clamped: 'start', unreadLoss: 11n })], leftAlone: [] },
    {
      group: 'i',
      steps: [step(4n, 3n, { clamped: 'end', unreadLoss: 5n, rereadAtMost: 100n, skipAtMost: 50n })],
      leftAlone: [{ topic: 't', partition: 8, at: 1n }],
    },
  ];
  expect(summaryOf({ groups })).toEqual({
    groups: 3,
    partitions: 7,
    back: 3,
    forward: 2,
    unchanged: 1,
    added: 1,
    backBy: 14n,
    forwardBy: 5n,
    rereadAtMost: 106n,
    skipAtMost: 62n,
    clamped: 2,
    unreadLoss: 16n,
    leftAlone: 2,
  });
});

test('proofs rise from none to verified', () => {
  const rising = ['none', 'conservative', 'bounded', 'exact', 'verified'] as const;
  for (const [i, weak] of rising.entries()) {
    for (const [j, strong] of rising.entries()) expect(Math.sign(compareProofs(weak, strong))).toBe(Math.sign(i - j));
  }
});
