import { describe, expect, test } from '@jest/globals';
import type { FlowObservation, ObservedGroup } from '../../../../shared/domain/judge/observation.ts';
import type { Commit, CommittedOffset } from '../../../../shared/domain/model/cluster.ts';
import { type Outcome, read, unread } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import { newestCommits, presentCommits } from '../../../../shared/domain/restore/newest-commits.ts';
import { unreadNow } from '../../../../shared/domain/restore/unread-now.ts';
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

describe('a plan from what the source says now', () => {
  const flow = { source: 'A', target: 'B' } as FlowObservation['flow'];
  const said = (...observed: Partial<ObservedGroup>[]) =>
    observed.map((one) => ({ listing, committed: NO_ANSWER, checkedAt: 0, ...one }));

  test('has its commits and no older ones, also none of a group that it did not tell', () => {
    const last = { committed: [at('orders', 480n)], checkedAt: 5 };
    const offsets = (groups: readonly ObservedGroup[]) => [
      ...(
        presentCommits(['billing'], groups, (name) => name !== 'other').get('billing') ?? new PartitionMap<Commit>()
      ).entries(),
    ];
    expect(offsets(said({ committed: read([at('orders', 500n), at('other', 1n)]) }))).toEqual([
      ['orders', 0, { offset: 500n }],
    ]);
    expect(offsets(said({ lastKnown: last }))).toEqual([]);
    expect(offsets([])).toEqual([]);
  });

  test('is refused WHEN the source does not tell a chosen group, or does not answer', () => {
    const groups = said({}, { listing: { ...listing, group: 'other' } }, { committed: read([]) });
    expect(unreadNow({ flow, groups, sourceDown: null }, ['billing'])).toMatchObject([
      { code: 'GROUP_UNREAD', subject: { cluster: 'A', group: 'billing' }, reason: 'no answer' },
    ]);
    const sourceDown = NO_ANSWER.kind === 'unread' ? NO_ANSWER.unread : null;
    expect(unreadNow({ flow, groups: [], sourceDown }, ['billing'])).toMatchObject([
      { code: 'CLUSTER_UNREAD', subject: { cluster: 'A' }, reason: 'no answer' },
    ]);
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
