import { describe, expect, test } from '@jest/globals';
import type { ObservedGroup, ObservedTopic } from '../../../shared/domain/judge/observation.ts';
import type { CommittedOffset, PartitionEpoch } from '../../../shared/domain/model/cluster.ts';
import { type Outcome, read, unread } from '../../../shared/domain/model/outcome.ts';
import { withOutgrownEpochs } from '../../../shared/survey/outgrown-epochs.ts';

const NO_ANSWER: Outcome<never> = unread({
  what: 'x',
  cluster: 'A',
  error: 'X',
  message: 'no answer',
  retriable: true,
});

/** `orders` with logs of these leader epochs; null where the log could not be read. */
function topicOf(epochs: readonly (number | null)[]): ObservedTopic {
  const log = { start: 0n, highWatermark: 500n, lastStableOffset: 500n };
  const source = epochs.map((leaderEpoch) => (leaderEpoch === null ? NO_ANSWER : read({ ...log, leaderEpoch })));
  const sides = { sourceId: 'one', targetId: 'two', source, firstRecords: [], target: null };
  return { topic: 'orders', targetTopic: 'A.orders', ...sides };
}

function groupOf(
  ...commits: readonly (readonly [offset: bigint, epoch?: number, partition?: number])[]
): ObservedGroup {
  const listing = { group: 'g', state: 'Empty', type: 'classic', protocolType: 'consumer' } as const;
  const committed = commits.map(([offset, leaderEpoch, partition = 0]): CommittedOffset => {
    return { topic: 'orders', partition, offset, ...(leaderEpoch === undefined ? {} : { leaderEpoch }) };
  });
  return { listing, committed: read(committed), checkedAt: 0 };
}

/** What is outgrown, and what the broker was asked; `ends` are by leader epoch. */
async function outgrown(
  groups: readonly ObservedGroup[],
  ends: Readonly<Record<number, bigint | null | 'unread'>>,
  logs: readonly (number | null)[] = [7],
) {
  const asked: (readonly PartitionEpoch[])[] = [];
  const epochEnds = async (epochs: readonly PartitionEpoch[]) => {
    asked.push(epochs);
    return epochs.map(({ leaderEpoch }) => {
      const end = ends[leaderEpoch];
      return end === 'unread' ? NO_ANSWER : read(end ?? null);
    });
  };
  const [topic] = await withOutgrownEpochs([topicOf(logs)], groups, { epochEnds });
  const isRead = topic?.source.map(({ kind }) => kind === 'read');
  return {
    found: [...(topic?.outgrown ?? [])],
    isRead,
    asked: asked.map((one) => one.map((epoch) => epoch.leaderEpoch)),
  };
}

describe('leader epochs of commits', () => {
  test('that end before what a group has read are outgrown', async () => {
    expect(await outgrown([groupOf([180n, 4])], { 4: 165n })).toEqual({
      isRead: [true],
      found: [[0, { leaderEpoch: 4, end: 165n, committed: 180n }]],
      asked: [[4]],
    });
  });

  test('that end there or later are not', async () => {
    expect((await outgrown([groupOf([165n, 4])], { 4: 165n })).found).toEqual([]);
  });

  test('are not asked about where all is of the present one, or nobody knows', async () => {
    expect((await outgrown([groupOf([180n, 7], [180n])], {})).asked).toEqual([]);
    expect((await outgrown([groupOf([180n, 4])], {}, [null])).asked).toEqual([]);
    expect((await outgrown([{ ...groupOf(), committed: NO_ANSWER }], {})).asked).toEqual([]);
  });

  test('say nothing where the broker says nothing', async () => {
    expect((await outgrown([groupOf([180n, 4])], { 4: null })).found).toEqual([]);
  });

  test('make a partition unread where its leader does not answer: it may have been cut', async () => {
    const groups = [groupOf([180n, 4], [180n, 5, 1])];
    expect(await outgrown(groups, { 4: 'unread', 5: 200n }, [7, 7])).toMatchObject({
      found: [],
      isRead: [false, true],
    });
  });

  test('of one partition are asked about one by one, for the furthest commit of each, three at most', async () => {
    const groups = [groupOf([180n, 4]), groupOf([190n, 4]), groupOf([400n, 5]), groupOf([10n, 3]), groupOf([5n, 2])];
    expect(await outgrown(groups, { 5: 300n, 4: 165n, 3: 100n })).toEqual({
      isRead: [true],
      found: [[0, { leaderEpoch: 5, end: 165n, committed: 400n }]],
      asked: [[5], [4], [3]],
    });
  });

  test('of several partitions are asked about together', async () => {
    const { found, asked } = await outgrown([groupOf([180n, 4], [90n, 5, 1])], { 4: 165n, 5: 80n }, [7, 7]);
    expect(asked).toEqual([[4, 5]]);
    expect(found.map(([partition]) => partition)).toEqual([0, 1]);
  });
});
