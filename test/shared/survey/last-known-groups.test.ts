import { describe, expect, test } from '@jest/globals';
import { HistoryState } from '../../../shared/domain/history/history-state.ts';
import type { KnownFlow } from '../../../shared/domain/history/known-flow.ts';
import { GroupCheckpoints } from '../../../shared/domain/judge/group-checkpoints.ts';
import type { FlowObservation, ObservedGroup } from '../../../shared/domain/judge/observation.ts';
import { type Outcome, read, unread } from '../../../shared/domain/model/outcome.ts';
import { groupsAsLastKnown, withLastKnown } from '../../../shared/survey/read-groups.ts';

const READ_AT = 1_000_000;
const TOPICS = [{ topic: 'orders', targetTopic: 'A.orders', partitions: 1, sourceId: null, targetId: null }];
const NO_ANSWER: Outcome<never> = unread({
  what: 'commits of group g',
  cluster: 'A',
  error: 'COORDINATOR_NOT_AVAILABLE',
  message: 'no coordinator',
  retriable: true,
});
const GROUP: ObservedGroup = {
  listing: { group: 'g', state: 'Dead', type: 'unknown', protocolType: '' },
  committed: NO_ANSWER,
  checkedAt: READ_AT + 60_000,
};

/** The history has the group at 100; `before` is whether the newest audit could read it, or when another one could. */
function historyOf(before: 'read' | 'unread' | number): KnownFlow {
  const state = new HistoryState(READ_AT);
  state.set({ kind: 'commit', role: 'source', group: 'g', topic: 'orders', partition: 0 }, 100n);
  state.readAt.source = READ_AT;
  const part = { role: 'source', kind: 'group', name: 'g' } as const;
  if (before !== 'read') state.unread = [{ ...part, ...(before === 'unread' ? {} : { readAt: before }) }];
  return { state, heldUntil: READ_AT };
}

function translatedAt(timestamp: number): FlowObservation['checkpoints'] {
  const checkpoints = new GroupCheckpoints();
  checkpoints.set('A.orders', 0, { upstream: 480n, downstream: 470n, timestamp: BigInt(timestamp) });
  return {
    kind: 'read',
    value: { byGroup: new Map([['g', checkpoints]]) },
  } as unknown as FlowObservation['checkpoints'];
}
const NONE = { kind: 'read', value: { byGroup: new Map() } } as unknown as FlowObservation['checkpoints'];

const lastOf = (known: KnownFlow | null, checkpoints: FlowObservation['checkpoints']) =>
  withLastKnown([GROUP], known, checkpoints, TOPICS)[0]?.lastKnown;
const at = (offset: bigint, checkedAt: number | null) => ({
  committed: [{ topic: 'orders', partition: 0, offset }],
  checkedAt,
});

describe('a group whose coordinator does not answer while the source does', () => {
  test('stands where the last audit read it', () => {
    expect(lastOf(historyOf('read'), NONE)).toEqual(at(100n, READ_AT));
    expect(lastOf(historyOf('read'), translatedAt(READ_AT - 1))).toEqual(at(100n, READ_AT));
  });

  test('stands where MirrorMaker has translated it since', () => {
    expect(lastOf(historyOf('read'), translatedAt(READ_AT + 1))).toEqual(at(480n, READ_AT + 1));
    expect(lastOf(null, translatedAt(5))).toEqual(at(480n, 5));
  });

  test('has no known age WHEN the last audit could not read it either: that audit read the source without it', () => {
    expect(lastOf(historyOf('unread'), NONE)).toEqual(at(100n, null));
    expect(lastOf(historyOf('unread'), translatedAt(READ_AT - 1))).toEqual(at(480n, READ_AT - 1));
  });

  test('is as old as the last audit that read it WHEN later ones could not', () => {
    const before = historyOf(READ_AT - 300_000);
    expect(lastOf(before, NONE)).toEqual(at(100n, READ_AT - 300_000));
    expect(lastOf(before, translatedAt(READ_AT - 1))).toEqual(at(480n, READ_AT - 1));
    expect(lastOf(before, translatedAt(READ_AT - 300_001))).toEqual(at(100n, READ_AT - 300_000));
  });

  test('is nowhere on a topic that was made again: its commit went with the earlier one', () => {
    const known = historyOf('read');
    known.state.topicIds.source.set('orders', 'before');
    const now = (sourceId: string | null) => TOPICS.map((topic) => ({ ...topic, sourceId }));
    const lastOn = (sourceId: string | null) =>
      withLastKnown([GROUP], known, translatedAt(READ_AT + 1), now(sourceId))[0];
    expect(lastOn('after')).toEqual(GROUP);
    expect([lastOn('before')?.lastKnown, lastOn(null)?.lastKnown]).toEqual([
      at(480n, READ_AT + 1),
      at(480n, READ_AT + 1),
    ]);
  });

  test('stays unread, and is nowhere WHEN nobody knows it', () => {
    const [group] = withLastKnown([GROUP], null, NONE, TOPICS);
    expect(group).toEqual(GROUP);
  });

  test('what was read stays as it is', () => {
    const fresh = { ...GROUP, committed: read([]) };
    expect(withLastKnown([fresh], historyOf('read'), translatedAt(READ_AT + 1), TOPICS)).toEqual([fresh]);
  });
});

describe('a group of a dead source, whose topic audits have seen made again', () => {
  const madeAgain = (synced: boolean): KnownFlow => {
    const state = new HistoryState(READ_AT);
    state.readAt.source = READ_AT;
    state.syncs('orders', 0).push({ timestamp: 1n, upstream: 480n, downstream: 470n });
    state.syncs('orders', 0).breakBeforeNext('newSource');
    if (synced) state.syncs('orders', 0).push({ timestamp: 2n, upstream: 0n, downstream: 500n });
    return { state, heldUntil: READ_AT };
  };
  const committed = (known: KnownFlow, translated: number) =>
    groupsAsLastKnown(known, translatedAt(translated), TOPICS, ['g'])[0]?.committed;

  test('is not where MirrorMaker had translated it on the earlier topic', () => {
    expect(committed(madeAgain(false), READ_AT - 1)).toEqual(read([]));
    const there = read([{ topic: 'orders', partition: 0, offset: 480n }]);
    expect(committed(madeAgain(false), READ_AT + 1)).toEqual(there);
    expect(committed(madeAgain(true), READ_AT - 1)).toEqual(there);
  });
});

describe('a group of a dead source', () => {
  const lastWord = (before: 'read' | 'unread' | number, checkpoints: FlowObservation['checkpoints']) => {
    const [group] = groupsAsLastKnown(historyOf(before), checkpoints, TOPICS, ['g']);
    return { committed: group?.committed.kind === 'read' ? group.committed.value : null, checkedAt: group?.checkedAt };
  };

  test('stands where the last audit read it, or where MirrorMaker has translated it since', () => {
    expect(lastWord('read', translatedAt(READ_AT - 1))).toEqual(at(100n, READ_AT));
    expect(lastWord('read', translatedAt(READ_AT + 1))).toEqual(at(480n, READ_AT + 1));
  });

  test('has no known age WHEN its coordinator had died before: the last audit of the source did not read it', () => {
    expect(lastWord('unread', NONE)).toEqual(at(100n, null));
    expect(lastWord(READ_AT - 9, NONE)).toEqual(at(100n, READ_AT - 9));
    expect(lastWord('unread', translatedAt(READ_AT - 1))).toEqual(at(480n, READ_AT - 1));
  });
});
