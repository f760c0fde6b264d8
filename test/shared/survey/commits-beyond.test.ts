import { expect, test } from '@jest/globals';
import type { ObservedGroup, ObservedTopic } from '../../../shared/domain/judge/observation.ts';
import type { CommittedOffset, LogOffsets } from '../../../shared/domain/model/cluster.ts';
import { type Outcome, read, unread } from '../../../shared/domain/model/outcome.ts';
import { withCommitsBeyond } from '../../../shared/survey/commits-beyond.ts';

const UNREAD: Outcome<never> = unread({ what: 'x', cluster: 'A', error: 'X', message: 'no answer', retriable: true });

function topicOf(ends: readonly (bigint | null)[]): ObservedTopic {
  const source = ends.map((end) =>
    end === null ? UNREAD : read<LogOffsets>({ start: 0n, highWatermark: end, lastStableOffset: end }),
  );
  const sides = { sourceId: 'one', targetId: 'two', source, firstRecords: [], target: null };
  return { topic: 'orders', targetTopic: 'A.orders', ...sides };
}

function groupOf(...commits: readonly Omit<CommittedOffset, 'topic'>[]): ObservedGroup {
  const listing = { group: 'g', state: 'Empty', type: 'classic', protocolType: 'consumer' } as const;
  return { listing, committed: read(commits.map((commit) => ({ topic: 'orders', ...commit }))), checkedAt: 0 };
}

function beyond(topic: ObservedTopic, ...groups: ObservedGroup[]) {
  const [found] = withCommitsBeyond([topic], groups);
  return found?.committedBeyond === undefined ? null : [...found.committedBeyond];
}

test('the furthest commit beyond the end of a log is kept, by partition', () => {
  const groups = [
    groupOf({ partition: 0, offset: 105n }, { partition: 1, offset: 50n }),
    groupOf({ partition: 0, offset: 120n }, { partition: 1, offset: 51n }),
    groupOf({ partition: 0, offset: 110n }),
  ];
  expect(beyond(topicOf([100n, 50n]), ...groups)).toEqual([
    [0, 120n],
    [1, 51n],
  ]);
});

test('a commit at the end is of the present log', () => {
  expect(beyond(topicOf([100n]), groupOf({ partition: 0, offset: 100n }))).toBeNull();
});

test('of a commit with a leader epoch, that tells', () => {
  expect(beyond(topicOf([100n]), groupOf({ partition: 0, offset: 120n, leaderEpoch: 3 }))).toBeNull();
});

test('nothing is known of a log that could not be read, nor of other topics', () => {
  expect(beyond(topicOf([null]), groupOf({ partition: 0, offset: 120n }))).toBeNull();
  expect(beyond(topicOf([]), groupOf({ partition: 7, offset: 120n }))).toBeNull();
});
