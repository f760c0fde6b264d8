import { expect, test } from '@jest/globals';
import type { GroupListing } from '../../../../shared/domain/model/cluster.ts';
import { read, type Unread, unread } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import { type PresentGroup, refusalOfGroup } from '../../../../shared/domain/restore/present-group.ts';

const DOWN: Unread = { what: 'w', cluster: 'B', error: 'E', message: 'broker 1 does not answer', retriable: true };
const LATE: Unread = { ...DOWN, message: 'too late' };
const COMMITS = read(new PartitionMap<bigint>());

function present(listing: Partial<GroupListing> | null): PresentGroup {
  const plain: GroupListing = { group: 'g', state: 'Empty', type: 'classic', protocolType: '' };
  return { listing: read(listing === null ? null : { ...plain, ...listing }), committed: COMMITS };
}

function refusal(of: PresentGroup | undefined) {
  const found = refusalOfGroup('g', 'B', of);
  if (found === null) return null;
  expect(found.subject).toEqual({ group: 'g', cluster: 'B' });
  return [found.code, found.reason, found.remedy];
}

const AGAIN = 'Try again when all brokers answer.';
const STOP = 'Stop its consumers, and wait until the group is Empty.';

test.each<[string, PresentGroup | undefined, readonly string[] | null]>([
  ['a group without members', present({}), null],
  ['one that was deleted', present({ state: 'Dead' }), null],
  ['one that the cluster does not know', present(null), null],
  [
    'one that nobody asked for',
    undefined,
    ['GROUP_UNREAD', 'the cluster did not return the state of this group', AGAIN],
  ],
  [
    'one of which a broker does not tell',
    { listing: unread(DOWN), committed: COMMITS },
    ['GROUP_UNREAD', 'broker 1 does not answer', AGAIN],
  ],
  [
    'one whose commits could not be read',
    { ...present({}), committed: unread(DOWN) },
    ['GROUP_UNREAD', 'broker 1 does not answer', AGAIN],
  ],
  [
    'one of which neither could',
    { listing: unread(LATE), committed: unread(DOWN) },
    ['GROUP_UNREAD', 'too late', AGAIN],
  ],
  [
    'a share group',
    present({ type: 'share', state: 'Stable' }),
    ['GROUP_NOT_A_CONSUMER', 'it is a share group and has no committed positions', 'Leave it out with --exclude.'],
  ],
  [
    "Connect's",
    present({ protocolType: 'connect' }),
    [
      'GROUP_NOT_A_CONSUMER',
      "it is Kafka Connect's own group and has no committed positions",
      'Leave it out with --exclude.',
    ],
  ],
  [
    'one of unknown state',
    present({ state: 'Unknown' }),
    ['GROUP_UNREAD', 'the cluster does not report whether the group has members', AGAIN],
  ],
  [
    'one without a state',
    present({ state: '' }),
    ['GROUP_UNREAD', 'the cluster does not report whether the group has members', AGAIN],
  ],
  [
    'a live one',
    present({ state: 'Stable' }),
    ['GROUP_LIVE', 'the group has members (classic protocol): its state is Stable', STOP],
  ],
  [
    'a live one of an old broker',
    present({ state: 'Stable', type: 'unknown' }),
    ['GROUP_LIVE', 'the group has members: its state is Stable', STOP],
  ],
  [
    'a live one with a protocol',
    present({ state: 'Assigning', type: 'consumer', protocolType: 'consumer' }),
    ['GROUP_LIVE', 'the group has members (consumer protocol): its state is Assigning', STOP],
  ],
])('%s', (_, of, expected) => {
  expect(refusal(of)).toEqual(expected);
});
