import { describe, expect, test } from '@jest/globals';
import { judgeGroups, judgeGroupsAgain } from '../../../../shared/domain/judge/group-state.ts';
import { statesByPartition } from '../../../../shared/domain/judge/judge-flow.ts';
import { changedStates } from '../../../../shared/domain/judge/partition-state.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { translate } from '../../../../shared/domain/mirror/translation.ts';
import { AT, type FlowCase, type PartitionCase, type PositionCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';
import { judge } from './judge-case.ts';
import { type PrintedGroup, printedGroup, printedGroups } from './printed-groups.ts';

function at(position: PositionCase, partition: PartitionCase = {}): PrintedGroup {
  return printedGroup({ position, partition });
}

const EXACT = { proof: 'exact', rereadAtMost: 0n, skipAtMost: 0n } as const;
const GAPS: PartitionCase = {
  syncs: [
    [0n, 0n],
    [1_000n, 900n],
  ],
  target: [0n, 901n],
};

/** Of a partition without offset syncs nobody can say. */
const NOWHERE = translate(new PartitionMapping({ history: new SyncHistory(), target: { start: 0n, end: 0n } }), 0n);

describe('where a group lands', () => {
  test('all that is said of a healthy one', () => {
    expect(printedGroup({})).toEqual({
      group: 'billing',
      topic: 'orders',
      partition: 0,
      committed: 1_000n,
      commitCheckedAt: new Date(AT).toISOString(),
      mm2: { position: 1_000n, rereadAtMost: 0n, skipAtMost: 0n, from: 'group-offset' },
      tidemark: { position: 1_000n, high: 1_000n, ...EXACT },
    });
  });

  test.each<[string, PositionCase, PrintedGroup['mm2']]>([
    [
      'its own commit there, whatever the checkpoint says',
      { committed: 500n, onTarget: 450n, checkpoint: 400n },
      { position: 450n, rereadAtMost: 50n, skipAtMost: 0n, from: 'group-offset' },
    ],
    [
      'a commit at the begin is one',
      { committed: 500n, onTarget: 0n, checkpoint: 400n },
      { position: 0n, rereadAtMost: 500n, skipAtMost: 0n, from: 'group-offset' },
    ],
    [
      'the checkpoint where it has none',
      { committed: 500n, onTarget: null, checkpoint: 400n },
      { position: 400n, rereadAtMost: 100n, skipAtMost: 0n, from: 'checkpoint' },
    ],
    [
      'nowhere without either',
      { committed: 500n, onTarget: null, checkpoint: null },
      { position: null, rereadAtMost: null, skipAtMost: null, from: 'none' },
    ],
    [
      'ahead of what it has read',
      { committed: 500n, onTarget: 620n },
      { position: 620n, rereadAtMost: 0n, skipAtMost: 120n, from: 'group-offset' },
    ],
    [
      'at a price that nobody knows',
      { committed: 1_002n, onTarget: 620n },
      { position: 620n, rereadAtMost: null, skipAtMost: null, from: 'group-offset' },
    ],
  ])('by MM2: %s', (_, position, mm2) => {
    expect(at(position).mm2).toEqual(mm2);
  });

  test('on a log that never held a record at its start, whatever MM2 has written', () => {
    const empty: PartitionCase = { syncs: [], source: [0n, 0n], target: [0n, 0n] };
    expect(at({ committed: 0n, onTarget: null, checkpoint: null }, empty).tidemark).toEqual({
      position: 0n,
      high: 0n,
      ...EXACT,
    });
  });

  test('nowhere is said as such', () => {
    const [group] = judge({ position: { onTarget: null, checkpoint: null } }).groups;
    expect(group?.mm2).toEqual({ kind: 'none' });
  });

  test('in front of the target log: its reset may take it to the begin or to the end', () => {
    const { mm2 } = at({ committed: 500n, onTarget: 20n }, { target: [50n, 1_001n] });
    expect(mm2).toEqual({ position: 20n, rereadAtMost: 450n, skipAtMost: 501n, from: 'group-offset' });
  });

  test('within an interval both costs are bounded by its ends', () => {
    const { mm2, tidemark } = at({ committed: 500n, onTarget: 450n }, GAPS);
    expect(mm2).toEqual({ position: 450n, rereadAtMost: 50n, skipAtMost: 50n, from: 'group-offset' });
    expect(tidemark).toEqual({
      position: 400n,
      high: 500n,
      proof: 'bounded',
      rereadAtMost: 100n,
      skipAtMost: 0n,
      reason: '100 source offsets between two syncs are not on the target',
    });
  });

  test('commits and checkpoints are those of the very group, topic and partition', () => {
    const groups = printedGroups(
      judge({
        topics: [{ partitions: [{}, {}] }, { topic: 'stock' }],
        groups: [
          {
            group: 'a',
            positions: [
              { committed: 100n, onTarget: 10n, checkpoint: 1n },
              { partition: 1, committed: 200n, onTarget: 20n, checkpoint: 2n },
              { topic: 'stock', committed: 300n, onTarget: null, checkpoint: 3n },
            ],
          },
          { group: 'b', positions: [{ partition: 1, committed: 400n, onTarget: null, checkpoint: 4n }] },
        ],
      }),
    );
    expect(
      groups.map((one) => [one.group, one.topic, one.partition, one.committed, one.mm2.position, one.mm2.from]),
    ).toEqual([
      ['a', 'orders', 0, 100n, 10n, 'group-offset'],
      ['a', 'orders', 1, 200n, 20n, 'group-offset'],
      ['a', 'stock', 0, 300n, 3n, 'checkpoint'],
      ['b', 'orders', 1, 400n, 4n, 'checkpoint'],
    ]);
  });

  test('a group whose commits could not be read has no position, nor has a commit on a partition that is not there', () => {
    const groups = printedGroups(
      judge({
        groups: [
          { group: 'a', unread: 'source' },
          { group: 'b', positions: [{ partition: 7 }, { topic: 'gone' }, { committed: 500n }] },
        ],
      }),
    );
    expect(groups.map((one) => [one.group, one.topic, one.partition])).toEqual([['b', 'orders', 0]]);
  });

  test('its commits on the target could not be read: the checkpoint is all that is known', () => {
    const { mm2 } = printedGroup({ group: { unread: 'target', position: { checkpoint: 900n } } });
    expect(mm2).toEqual({ position: 900n, rereadAtMost: 100n, skipAtMost: 0n, from: 'checkpoint' });
  });
});

test('groups are judged again where their partition is known better, and only there', () => {
  const { observation, states } = flowCase({
    partitions: [GAPS, GAPS],
    group: {
      positions: [
        { partition: 0, committed: 500n },
        { partition: 1, committed: 500n },
      ],
    },
  });
  const judged = judgeGroups(observation, statesByPartition(states));
  const better = states.map((state) => {
    return state.partition === 0 ? state : { ...state, records: { verified: new Map([[500n, exactly(417n)]]) } };
  });
  const again = judgeGroupsAgain(judged, changedStates(states, better)).flatMap(({ pairs }) => pairs);
  expect(again[0]).toBe(judged[0]?.pairs[0]);
  expect(again[1]).toMatchObject({ committed: 500n, report: { partition: 1, tidemark: { position: 417n } } });
  // Of a partition that is not asked about, what was known stays.
  expect(judgeGroupsAgain(judged, new Map())).toEqual(judged);
});

describe('where it would land by Tidemark', () => {
  test.each<[string, FlowCase, string]>([
    ['the topic is not on the target', { topic: { notOnTarget: true } }, 'A.orders-0 is not on the target'],
    [
      'the target has fewer partitions',
      { partitions: [{}, {}], topic: { targetPartitions: 1 }, position: { partition: 1 } },
      'A.orders-1 is not on the target',
    ],
    [
      'the target partition could not be read',
      { partition: { target: 'unread' } },
      'the target partition could not be read: A.orders-0 did not answer',
    ],
    ['MM2 writes no offset syncs', { syncs: 'off' }, 'MM2 is configured to write no offset syncs'],
    [
      'the topic of offset syncs is not there',
      { syncs: 'missing' },
      'there is no offset-syncs topic mm2-offset-syncs.B.internal',
    ],
    [
      'the offset syncs could not be read',
      { syncs: 'unread' },
      'the offset syncs could not be read: mm2-offset-syncs.B.internal did not answer',
    ],
    ['the partition has none', { partition: { syncs: [] } }, 'MM2 has written no offset sync for this partition'],
    [
      'the opposite flow may have written the syncs',
      { mixedSyncs: ['orders'] },
      'the opposite flow writes offset syncs of a topic of this name to the same topic',
    ],
    [
      'the commit is of another log',
      { position: { committed: 1_002n } },
      "the commit is beyond the source's end 1001: it belongs to another log",
    ],
  ])('nobody can say: %s', (_, of, reason) => {
    expect(printedGroup(of).tidemark).toEqual({
      position: null,
      high: null,
      proof: 'none',
      rereadAtMost: null,
      skipAtMost: null,
      reason,
    });
  });

  test.each<[string, FlowCase]>([
    ["a commit at the source's very end", { position: { committed: 1_001n } }],
    ['the history remembers the syncs of a topic that is gone', { syncs: 'missing', syncsKnown: true }],
    ['the history remembers the syncs that cannot be read', { syncs: 'unread', syncsKnown: true }],
    [
      'the source is down, so that no end bounds the commit',
      { down: 'source', syncsKnown: true, position: { committed: 1_001n } },
    ],
  ])('somebody can: %s', (_, of) => {
    expect(printedGroup(of).tidemark).toMatchObject(EXACT);
  });

  test('what comparing its very records showed counts for more than the syncs', () => {
    const records = {
      verified: new Map([
        [500n, exactly(417n)],
        [600n, NOWHERE],
      ]),
    };
    expect(at({ committed: 500n }, { ...GAPS, records }).tidemark).toMatchObject({
      position: 417n,
      high: 417n,
      ...EXACT,
    });
    expect(at({ committed: 600n }, { ...GAPS, records }).tidemark).toMatchObject({ position: null, proof: 'none' });
    expect(at({ committed: 501n }, { ...GAPS, records }).tidemark).toMatchObject({ position: 401n, proof: 'bounded' });
  });
});

/** Where an untroubled mapping puts an offset. */
function exactly(upstream: bigint) {
  const mapping = flowCase({}).states[0]?.mapping;
  if (mapping == null) throw new Error('a healthy partition has a mapping');
  return translate(mapping, upstream);
}
