import { describe, expect, test } from '@jest/globals';
import type { HistoryState } from '../../../../shared/domain/history/history-state.ts';
import { AT, DAY, type FlowCase, HOUR, type LogCase, MINUTE, type SyncCase } from '../judge/case-shapes.ts';
import { auditsInARow, codesOf, knownAfter } from '../judge/judge-case.ts';

/** An audit of `orders`, by its source logs. */
function logs(at: number, ...sources: readonly LogCase[]): FlowCase {
  return { at, topic: { sourceId: 'one' }, partitions: sources.map((source) => ({ source })), groups: [] };
}
const WHOLE: LogCase = [0n, 1_001n];
const CUT: LogCase = [0n, 500n];

function cutsAfter(...audits: readonly FlowCase[]): readonly (readonly [partition: number, noticedAt: number])[] {
  return knownAfter(audits).state.cuts.map(({ partition, noticedAt }) => [partition, noticedAt]);
}

describe('cuts of logs in the history', () => {
  const MONDAY = AT + MINUTE;

  test('GIVEN a cut of orders-0 on Monday WHEN one of orders-1 is noticed on Tuesday THEN both are known', () => {
    const tuesday = MONDAY + DAY;
    expect(cutsAfter(logs(AT, WHOLE, WHOLE), logs(MONDAY, CUT, WHOLE), logs(tuesday, CUT, CUT))).toEqual([
      [0, MONDAY],
      [1, tuesday],
    ]);
  });

  test.each<[string, FlowCase['topic'], number]>([
    ['the source topic is replaced THEN none is known', { sourceId: 'two' }, 0],
    ['the source topic stays THEN it is known', { sourceId: 'one' }, 1],
    ['the target topic is replaced THEN it is known', { sourceId: 'one', targetId: 'other' }, 1],
  ])('GIVEN a cut of the source log WHEN %s', (_, topic, left) => {
    const audits = [
      logs(AT, WHOLE),
      logs(MONDAY, CUT),
      { ...logs(MONDAY + HOUR, CUT), topic: { targetId: 'copy', ...topic } },
    ];
    const known = knownAfter(audits.map((one) => ({ ...one, topic: { targetId: 'copy', ...one.topic } })));
    expect(known.state.cuts).toHaveLength(left);
  });

  // The history keeps a state for 35 days: for so long somebody can ask what was before the cut.
  test.each([
    ['36 days ago THEN it is still known', 36, [[0, MONDAY]]],
    ['41 days ago THEN it is forgotten', 41, []],
  ])('GIVEN a cut WHEN an audit noticed it %s', (_, days, cuts) => {
    expect(cutsAfter(logs(AT, WHOLE), logs(MONDAY, CUT), logs(MONDAY + days * DAY, CUT))).toEqual(cuts);
  });
});

describe('a source topic that is replaced when no sync holds any more', () => {
  const seen = (sourceId: string, target: LogCase, syncs: readonly SyncCase[]): FlowCase => ({
    topic: { sourceId, targetId: 'copy' },
    partitions: [{ source: [0n, 55n], target, syncs, firstRecordAgoMs: 3 * DAY }],
    groups: [],
  });
  const old: SyncCase = [18n, 18n, { agoMs: HOUR }];
  const before = seen('one', [0n, 19n], [old]);
  // The target was cut below the only sync.
  const replaced = seen('two', [0n, 9n], [old]);
  const mirrored = { ...seen('two', [0n, 29n], [old, [38n, 28n, { agoMs: 0 }]]), at: AT + HOUR };

  test('WHEN MM2 writes a sync THEN the history says that another topic came before it', () => {
    const pending = knownAfter([before, replaced]).state.mapping.get('orders')?.get(0);
    expect([pending?.length, pending?.breaksBeforeNext('newSource')]).toEqual([0, true]);
    const mapping = knownAfter([before, replaced, mirrored]).state.mapping.get('orders')?.get(0);
    expect([mapping?.length, mapping?.breaksBefore(0, 'newSource')]).toEqual([1, true]);
  });

  test('THEN it is reported until a day after that sync', () => {
    const later = { ...mirrored, at: AT + HOUR + 2 * DAY };
    const audits = auditsInARow([before, replaced, mirrored, later]);
    expect(audits.map(({ report }) => codesOf(report).includes('SOURCE_TOPIC_RECREATED'))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('what an audit that could not read everything leaves', () => {
  test('GIVEN a source that was read 5 h ago WHEN it is down THEN the state says that it was read 5 h ago', () => {
    const now = AT + 5 * HOUR;
    expect(knownAfter([{}, { at: now, down: 'source' }]).state.readAt).toEqual({ source: AT, target: now });
    expect(knownAfter([{}, { at: now, down: 'target' }]).state.readAt).toEqual({ source: now, target: AT });
  });

  test('GIVEN a group that the last audit could not read WHEN the source is down for two audits THEN it stays unread', () => {
    const unread: FlowCase = { at: AT + HOUR, groups: [{ group: 'billing', unread: 'source' }] };
    const down = (hours: number): FlowCase => ({ at: AT + hours * HOUR, down: 'source' });
    const unreadAfter = (audits: readonly FlowCase[]) =>
      knownAfter(audits).state.unread.flatMap(({ role, kind, name }) => (kind === 'group' ? [[role, name]] : []));
    expect(unreadAfter([{}, unread, down(2), down(3)])).toEqual([['source', 'billing']]);
    expect(unreadAfter([{}, unread, down(2), { at: AT + 3 * HOUR }])).toEqual([]);
  });

  test('GIVEN a group that audits can no longer read THEN the state says when one last could', () => {
    const audits = (...unread: readonly number[]): readonly FlowCase[] => [
      {},
      { at: AT + HOUR },
      ...unread.map((hours): FlowCase => ({ at: AT + hours * HOUR, groups: [{ group: 'billing', unread: 'source' }] })),
    ];
    const groupsUnread = (all: readonly FlowCase[]) =>
      knownAfter(all).state.unread.filter(({ kind }) => kind === 'group');
    const part = { role: 'source', kind: 'group', name: 'billing' };
    const known = { ...part, readAt: AT + HOUR };
    expect(groupsUnread(audits(2))).toEqual([known]);
    expect(groupsUnread(audits(2, 3, 4))).toEqual([known]);
    expect(groupsUnread([...audits(2), { at: AT + 5 * HOUR, down: 'source' }])).toEqual([known]);
    const never: FlowCase = { groups: [{ group: 'billing', unread: 'source' }] };
    expect(groupsUnread([never, { ...never, at: AT + HOUR }])).toEqual([part]);
  });

  test('GIVEN a down source that no audit ever read THEN it was never read', () => {
    expect(knownAfter([{ down: 'source' }]).state.readAt).toEqual({ source: 0, target: AT });
  });

  test.each<[string, boolean, readonly string[]]>([
    ['one broker did not list its groups THEN its commits stay', true, ['billing', 'stock']],
    ['every broker listed its groups THEN its commits go', false, ['billing']],
  ])('GIVEN a group that no broker lists any more WHEN %s', (_, listingIncomplete, left) => {
    const { state } = knownAfter([
      { groups: [{ group: 'billing' }, { group: 'stock' }] },
      { groups: [{ group: 'billing' }], listingIncomplete },
    ]);
    expect(groupsOf(state, 'source')).toEqual(left);
    expect(groupsOf(state, 'target')).toEqual(left);
  });
});

function groupsOf(state: HistoryState, role: 'source' | 'target'): readonly string[] {
  return [...state.positions(role).keys()];
}

describe('syncs that were read while nobody could read the source log', () => {
  const read = (source: LogCase, target: LogCase, syncs: readonly SyncCase[]): FlowCase => ({
    topic: { sourceId: 'one', targetId: 'copy' },
    partitions: [{ source, target, syncs }],
    groups: [],
  });
  const seen: readonly SyncCase[] = [
    [0n, 0n],
    [100n, 100n],
  ];
  const before = read([0n, 101n], [0n, 101n], seen);
  const unread = read('unread', [0n, 301n], [...seen, [200n, 200n], [300n, 300n]]);
  const points = (...audits: readonly FlowCase[]) => {
    const history = knownAfter(audits).state.mapping.get('orders')?.get(0);
    return Array.from({ length: history?.length ?? 0 }, (_, i) => history?.at(i)).map(
      (point) => `${point?.upstream}${point?.unwatched === true ? '?' : ''}`,
    );
  };

  test('stay apart and are marked: any of them may be of before a cut', () => {
    expect(points(before, unread)).toEqual(['0', '100', '200?', '300?']);
    expect(points(before, unread, unread)).toEqual(['0', '100', '200?', '300?']);
  });

  test('merge as soon as an audit reads the log and finds no cut', () => {
    const again = read([0n, 301n], [0n, 301n], [...seen, [200n, 200n], [300n, 300n]]);
    expect(points(before, unread, again)).toEqual(['0', '300']);
  });
});
