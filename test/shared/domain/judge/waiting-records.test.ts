import { describe, expect, test } from '@jest/globals';
import { lossAtLeast, lossOf } from '../../../../shared/domain/judge/loss.ts';
import { isSparse, waitingRecords } from '../../../../shared/domain/judge/waiting-records.ts';
import { rememberedIds } from './case-parts.ts';
import { MINUTE, type PartitionCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

/** 3,000 offsets wait, from 1,001 on. */
const WAITING: PartitionCase = { source: [0n, 4_001n] };

function counted(until: bigint, records: bigint, from = 1_001n): PartitionCase {
  return { ...WAITING, records: { waitingCount: { from, until, records } } };
}

function waiting(partition: PartitionCase) {
  const [state] = flowCase({ partition }).states;
  if (state === undefined) throw new Error('one partition');
  return { ...waitingRecords(state), sparse: isSparse(state) };
}

describe('records that wait', () => {
  test.each<[string, PartitionCase, ReturnType<typeof waiting>]>([
    ['are as many as offsets, where nothing was counted', WAITING, { most: 3_000n, least: 3_000n, sparse: false }],
    ['and where each of them has one', counted(4_001n, 3_000n), { most: 3_000n, least: 3_000n, sparse: false }],
    ['are those that a count of all has found', counted(4_001n, 11n), { most: 11n, least: 11n, sparse: true }],
    [
      'may all be among those that were counted, if these have gaps',
      counted(3_001n, 1_500n),
      { most: 2_500n, least: 1_500n, sparse: true },
    ],
    [
      'not, where a part without gaps was counted',
      counted(3_001n, 2_000n),
      { most: 3_000n, least: 3_000n, sparse: false },
    ],
    [
      'not, where the count began elsewhere',
      counted(4_001n, 11n, 900n),
      { most: 3_000n, least: 3_000n, sparse: false },
    ],
  ])('%s', (_, partition, expected) => {
    expect(waiting(partition)).toEqual(expected);
  });

  test('of a partition that was not counted are none for certain, if another one of its topic has gaps', () => {
    const { observation, states } = flowCase({ partitions: [counted(4_001n, 11n), WAITING] });
    expect(lossOf(observation, states)).toMatchObject({ records: 3_011n });
    expect(lossAtLeast(observation, states)).toBe(11n);
  });

  test('may be on the target already, where MM2 brought the end of the log before it began again', () => {
    // It had written 301 records to a new target log, then all again from 0, and is at 501.
    const again: PartitionCase = {
      source: [0n, 1_301n],
      target: [0n, 802n],
      syncs: [
        [1_000n, 0n],
        [0n, 301n],
        [500n, 801n],
      ],
    };
    expect(waiting(again)).toEqual({ most: 800n, least: 499n, sparse: false });
    const { observation, states } = flowCase({ partition: again });
    expect(lossOf(observation, states)).toMatchObject({ records: 800n, basis: 'estimated' });
    expect(lossAtLeast(observation, states)).toBe(499n);
  });

  test('may be on the target already, where it has room behind the newest sync', () => {
    const room = (end: bigint): PartitionCase => ({
      source: [0n, 56n],
      target: [0n, end],
      syncs: [
        [0n, 0n],
        [1n, 4n],
      ],
    });
    expect(waiting(room(60n))).toEqual({ most: 54n, least: 0n, sparse: false });
  });

  test('where no sync is about the present topic, what the target has room for counts as what is missing, not twice', () => {
    const { observation, states } = flowCase({
      topic: { sourceId: 'two' },
      // MM2 stood at 1,001 when the topic was replaced, and may have written 99 records of the new one.
      partition: {
        source: [0n, 1_500n],
        target: [0n, 1_100n],
        firstRecordAgoMs: MINUTE,
        holds: () => true,
        counted: true,
      },
      remembered: rememberedIds({ source: 'one' }),
      groups: [],
    });
    const [state] = states;
    expect(state && waitingRecords(state)).toEqual({ most: 499n, least: 499n });
    expect(lossOf(observation, states)).toMatchObject({ records: 1_500n });
    expect(lossAtLeast(observation, states)).toBe(1_401n);
  });

  test('of which only some were counted, and these have gaps, are no proven loss', () => {
    const basis = (partition: PartitionCase) => {
      const { observation, states } = flowCase({ partition });
      const loss = lossOf(observation, states);
      return loss.kind === 'known' ? loss.basis : null;
    };
    expect([basis(counted(4_001n, 11n)), basis(counted(3_001n, 11n))]).toEqual(['proven', 'estimated']);
  });
});
