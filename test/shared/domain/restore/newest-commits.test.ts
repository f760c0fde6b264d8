import { describe, expect, test } from '@jest/globals';
import type { ObservedGroup } from '../../../../shared/domain/judge/observation.ts';
import type { Commit, CommittedOffset } from '../../../../shared/domain/model/cluster.ts';
import { type Outcome, read, unread } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import { newestCommits } from '../../../../shared/domain/restore/newest-commits.ts';
import { restoreOf } from './restore-from-case.ts';

const at = (topic: string, offset: bigint, partition = 0) => ({ topic, partition, offset });
const listing = { group: 'billing', state: 'Dead', type: 'unknown', protocolType: '' } as const;
const NO_ANSWER: Outcome<never> = unread({
  what: 'commits',
  cluster: 'A',
  error: 'X',
  message: 'no answer',
  retriable: true,
});
const ALL = () => true;

function byPartition(commits: readonly CommittedOffset[]): PartitionMap<Commit> {
  const map = new PartitionMap<Commit>();
  for (const { topic, partition, ...commit } of commits) map.set(topic, partition, commit);
  return map;
}

function newest(
  history: readonly CommittedOffset[],
  observed: Partial<ObservedGroup>[],
  topic: (name: string) => boolean = ALL,
) {
  const groups = observed.map((one) => ({ listing, committed: NO_ANSWER, checkedAt: 0, ...one }));
  const found = newestCommits(new Map([['billing', byPartition(history)]]), groups, topic);
  return [...found].map(([group, commits]) => [group, [...commits.map(({ offset }) => offset).entries()]]);
}

describe('the newest commits of a group', () => {
  test('are those of a checkpoint WHEN it is newer than the last audit: the history knows only the audit', () => {
    const observed = { committed: read([at('orders', 3270n)]) };
    expect(newest([at('orders', 3220n), at('orders', 7n, 1)], [observed])).toEqual([
      [
        'billing',
        [
          ['orders', 0, 3270n],
          ['orders', 1, 7n],
        ],
      ],
    ]);
  });

  test('are the last known ones WHEN the coordinator does not answer', () => {
    const observed = { lastKnown: { committed: [at('orders', 480n)], checkedAt: 5 } };
    expect(newest([at('orders', 100n)], [observed])).toEqual([['billing', [['orders', 0, 480n]]]]);
  });

  test('are those of the history WHEN nobody knows more', () => {
    const before = [['billing', [['orders', 0, 100n]]]];
    expect(newest([at('orders', 100n)], [])).toEqual(before);
    expect(newest([at('orders', 100n)], [{}])).toEqual(before);
  });

  test('keep the leader epoch of a commit', () => {
    const [[, commits] = []] = newestCommits(
      new Map([['billing', byPartition([{ ...at('orders', 100n), leaderEpoch: 3 }])]]),
      [],
      ALL,
    );
    expect(commits?.get('orders', 0)).toEqual({ offset: 100n, leaderEpoch: 3 });
  });

  test('leave out topics that are not selected', () => {
    const observed = { committed: read([at('orders', 3270n), at('other', 1n)]) };
    expect(newest([], [observed], (name) => name === 'orders')).toEqual([['billing', [['orders', 0, 3270n]]]]);
  });
});

test('a plan places a group by its newest commit, where there is one', () => {
  const placed = (newestOf?: bigint) => {
    const commits = new Map([['billing', byPartition([at('orders', newestOf ?? 0n)])]]);
    const { plan } = restoreOf(newestOf === undefined ? {} : { inputs: { newest: commits } });
    return plan.groups[0]?.steps[0]?.to;
  };
  const [before, after] = [placed(), placed(600n)];
  expect(placed(500n)).toBe(before);
  expect(after).toBeGreaterThan(before ?? 0n);
});
