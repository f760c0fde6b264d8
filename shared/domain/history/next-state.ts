import { isExplained } from '../judge/missing-stretches.ts';
import type { FlowObservation, ObservedGroup, ObservedTargetGroup, ObservedTopic } from '../judge/observation.ts';
import { knownOf } from '../judge/observation.ts';
import type { PartitionState } from '../judge/partition-state.ts';
import { holeKey } from '../judge/record-evidence.ts';
import { idChanged, isTargetReplaced } from '../judge/remembered-logs.ts';
import { type BegunBehind, begunBy } from '../mirror/breaks/begun-behind.ts';
import { isBeforeCut, type PastCut, readUpTo, withoutCopies } from '../mirror/breaks/cut.ts';
import { type Break, SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { CommittedOffset } from '../model/cluster.ts';
import type { ClusterRole } from '../model/flow.ts';
import { PartitionMap } from '../model/partition-map.ts';
import type { FlowReport } from '../model/report.ts';
import { addVerified } from './add-verified.ts';
import { HistoryState, type UnreadPart } from './history-state.ts';
import { groupReadAt, type KnownFlow } from './known-flow.ts';
import { appendMerged } from './mapping-run.ts';

/** A source record and its copy on the target, verified by comparing them: their offsets. */
export interface VerifiedPair {
  readonly topic: string;
  readonly partition: number;
  readonly upstream: bigint;
  readonly downstream: bigint;
}

/**
 * The state after an audit. A part that the audit could not read keeps its earlier value and is listed in `unread`. An
 * entry is removed only if the audit saw that it no longer exists.
 * @param known the state before; null for the first audit
 */
export function nextState(
  known: KnownFlow | null,
  observation: FlowObservation,
  partitions: readonly PartitionState[],
  report: Pick<FlowReport, 'verdict' | 'reasons'>,
  verified: readonly VerifiedPair[] = [],
): HistoryState {
  const { at } = observation;
  const state = known === null ? new HistoryState(at) : known.state.next(at);
  const unread: UnreadPart[] = [];
  state.inTransactions = observation.flow.exactlyOnce;
  // Log ends first: the codec stores a commit as its distance from the log's end.
  keepLogs(state, observation, unread);
  state.cuts = cutsAfter(known, observation, partitions);
  keepSourceCommits(state, known, observation, unread);
  keepTargetCommits(state, observation, unread);
  clearGone(state, observation);
  keepMapping(state, known, observation, partitions, unread);
  keepVerified(state, verified, partitions);
  keepAccounted(state, partitions);
  keepConfirmed(state, partitions);
  keepBegunBehindCuts(state, partitions);
  const doubted = partitions.flatMap(({ topic, sourceRecreated }) =>
    sourceRecreated === 'doubt' ? [topic.topic] : [],
  );
  for (const name of new Set(doubted)) unread.push({ role: 'source', kind: 'mapping', name });
  state.unread = unread;
  state.said = { verdict: report.verdict, reasons: report.reasons };
  state.readAt.source = readAt(observation, 'source');
  state.readAt.target = readAt(observation, 'target');
  return state;
}

/** Longer than the history keeps any state that a cut could concern. */
const KEEP_CUTS_MS = 40 * 24 * 60 * 60_000;

function cutsAfter(
  known: KnownFlow | null,
  observation: FlowObservation,
  partitions: readonly PartitionState[],
): readonly PastCut[] {
  const { at, topics } = observation;
  const before = known?.state.cuts ?? [];
  // A cut says nothing of the topic that replaced the one that was cut.
  const sourceReplaced = topics.filter((one) => idChanged(observation, 'source', one.topic, one.sourceId) !== null);
  const targetReplaced = topics.filter((one) => isTargetReplaced(observation, one));
  const replaced = {
    source: new Set(sourceReplaced.map(({ topic }) => topic)),
    target: new Set(targetReplaced.map(({ targetTopic }) => targetTopic)),
  };
  const copiesGone = new Set(targetReplaced.map(({ topic }) => topic));
  const read = new Map(topics.map(({ topic, committedBeyond }) => [topic, committedBeyond]));
  const kept = before
    .filter(({ noticedAt, side, topic }) => at - noticedAt < KEEP_CUTS_MS && !replaced[side].has(topic))
    .map((cut) => (cut.side === 'source' && copiesGone.has(cut.topic) ? withoutCopies(cut) : cut));
  const news = partitions.flatMap(({ topic, partition, cuts }) =>
    cuts.map((cut): PastCut => {
      const name = cut.side === 'source' ? topic.topic : topic.targetTopic;
      return { noticedAt: at, ...cut, topic: name, partition };
    }),
  );
  const all = [...kept, ...news].map((cut) => readUpTo(cut, read.get(cut.topic)?.get(cut.partition)));
  return all.length === before.length && all.every((cut, i) => cut === before[i]) ? before : all;
}

function readAt({ at, sourceDown, targetDown, remembered }: FlowObservation, role: ClusterRole): number {
  const isDown = (role === 'source' ? sourceDown : targetDown) !== null;
  if (!isDown) return at;
  return remembered?.readAt[role] ?? 0;
}

function keepLogs(state: HistoryState, observation: FlowObservation, unread: UnreadPart[]): void {
  const { sourceDown, targetDown, topics } = observation;
  if (sourceDown !== null) unread.push({ role: 'source', kind: 'cluster', name: '' });
  if (targetDown !== null) unread.push({ role: 'target', kind: 'cluster', name: '' });
  for (const topic of topics) {
    if (sourceDown === null) keepLog(state, 'source', topic.topic, topic.source, topic.sourceId, unread);
    if (targetDown === null && topic.target !== null) {
      keepLog(state, 'target', topic.targetTopic, topic.target, topic.targetId, unread);
    }
  }
}

function keepLog(
  state: HistoryState,
  role: ClusterRole,
  topic: string,
  log: ObservedTopic['source'],
  id: string | null,
  unread: UnreadPart[],
): void {
  const isAnother = id !== null && (state.topicIds[role].get(topic) ?? id) !== id;
  if (id !== null) state.topicIds[role].set(topic, id);
  let isUnread = false;
  const start = state.seriesOf({ kind: 'start', role });
  const end = state.seriesOf({ kind: 'end', role });
  const epoch = state.seriesOf({ kind: 'epoch', role });
  log.forEach((offsets, partition) => {
    if (offsets.kind === 'unread') {
      isUnread = true;
      // What is known is about the topic before.
      if (isAnother) for (const set of [start, end, epoch]) set(topic, partition, null);
      return;
    }
    const { start: from, highWatermark, leaderEpoch } = offsets.value;
    start(topic, partition, from);
    end(topic, partition, highWatermark);
    epoch(topic, partition, leaderEpoch === undefined ? null : BigInt(leaderEpoch));
  });
  if (isUnread) unread.push({ role, kind: 'topic', name: topic });
}

function keepSourceCommits(
  state: HistoryState,
  known: KnownFlow | null,
  observation: FlowObservation,
  unread: UnreadPart[],
): void {
  // With a dead source the observed positions come from MM2's checkpoints: they are not commits. What the last audit of
  // it did not read is as old as before.
  if (observation.sourceDown !== null) {
    unread.push(...(known?.state.unread ?? []).filter(({ role, kind }) => role === 'source' && kind === 'group'));
    return;
  }
  const cuts = sourceCutsOf(state);
  const lastReadAt = known === null ? () => null : groupReadAt(known);
  // A look at every series: only where it is asked.
  const hasUnread = observation.groups.some(({ committed }) => committed.kind === 'unread');
  const groupsKnown = known === null || !hasUnread ? new Set<string>() : known.state.groups('source');
  for (const { listing, committed } of observation.groups) {
    const { group } = listing;
    if (committed.kind === 'unread') {
      const readAt = groupsKnown.has(group) ? lastReadAt(group) : null;
      unread.push({ role: 'source', kind: 'group', name: group, ...(readAt === null ? {} : { readAt }) });
      continue;
    }
    const commit = state.seriesOf({ kind: 'commit', role: 'source', group });
    committed.value.forEach(({ topic, partition, offset }) => void commit(topic, partition, offset));
    if (cuts !== null) keepCommitEpochs(state, group, committed.value, cuts);
  }
}

/** Null if there are none, as almost always: an audit has 100,000 commits. */
function sourceCutsOf({ cuts }: HistoryState): PartitionMap<PastCut[]> | null {
  const ofSource = cuts.filter(({ side }) => side === 'source');
  if (ofSource.length === 0) return null;
  const byPartition = new PartitionMap<PastCut[]>();
  for (const cut of ofSource) byPartition.getOrCreate(cut.topic, cut.partition, () => []).push(cut);
  return byPartition;
}

/** Without its leader epoch, a commit of a log that was cut since looks like one of the present log. */
function keepCommitEpochs(
  state: HistoryState,
  group: string,
  commits: readonly CommittedOffset[],
  cuts: PartitionMap<PastCut[]>,
): void {
  const epoch = state.seriesOf({ kind: 'commit-epoch', role: 'source', group });
  for (const commit of commits) {
    const { topic, partition, leaderEpoch } = commit;
    if (leaderEpoch === undefined || !cuts.get(topic, partition)?.some((cut) => isBeforeCut(cut, commit))) continue;
    epoch(topic, partition, BigInt(leaderEpoch));
  }
}

function keepTargetCommits(state: HistoryState, observation: FlowObservation, unread: UnreadPart[]): void {
  if (observation.targetDown !== null) return;
  const targetTopics = new Set(observation.topics.map(({ targetTopic }) => targetTopic));
  for (const [group, { committed }] of observation.targetGroups) {
    if (committed.kind === 'unread') {
      unread.push({ role: 'target', kind: 'group', name: group });
      continue;
    }
    const commit = state.seriesOf({ kind: 'commit', role: 'target', group });
    for (const [topic, partitions] of committed.value.byTopic()) {
      if (!targetTopics.has(topic)) continue;
      // 100,000 entries of a map would each become a list of two.
      partitions.forEach((offset, partition) => void commit(topic, partition, offset));
    }
  }
}

/**
 * Removes logs and commits that no longer exist: none of those that were set. The topic ids and mappings of logs stay, to
 * recognise a recreated topic.
 */
function clearGone(state: HistoryState, observation: FlowObservation): void {
  const { sourceDown, targetDown, topics, groups, targetGroups } = observation;
  const isSourceUp = sourceDown === null;
  const isTargetUp = targetDown === null;
  const there = {
    source: isSourceUp ? new Set(topics.map(({ topic }) => topic)) : null,
    target:
      isTargetUp && isSourceUp
        ? new Set(topics.flatMap(({ target, targetTopic }) => (target === null ? [] : [targetTopic])))
        : null,
  };
  const commits = {
    source: isSourceUp ? new Map(groups.map((group) => [group.listing.group, group])) : null,
    target: isTargetUp ? targetGroups : null,
  };
  for (const series of state.carried()) {
    const { role } = series;
    const isGone =
      'group' in series
        ? areCommitsGone(commits[role], series.group, observation.listingComplete)
        : there[role]?.has(series.topic) === false;
    if (isGone) state.set(series, null);
  }
}

/**
 * Whether a group no longer has the commits that were not read.
 * @param groups null if their cluster did not answer
 * @param complete whether a group missing there no longer exists
 */
function areCommitsGone(
  groups: ReadonlyMap<string, ObservedGroup | ObservedTargetGroup> | null,
  group: string,
  complete: boolean,
): boolean {
  if (groups === null) return false;
  const committed = groups.get(group)?.committed;
  return committed === undefined ? complete : committed.kind === 'read';
}

function keepMapping(
  state: HistoryState,
  known: KnownFlow | null,
  observation: FlowObservation,
  partitions: readonly PartitionState[],
  unread: UnreadPart[],
): void {
  const { flow, syncs } = observation;
  const role = flow.offsetSyncsLocation;
  if (syncs.kind === 'read') {
    state.syncsReadTo = syncs.value.readTo;
    if (syncs.value.topicId !== null) state.topicIds[role].set(syncs.value.topic, syncs.value.topicId);
  } else if (syncs.kind === 'unread' || (syncs.kind === 'missing' && syncs.known !== null))
    unread.push({ role, kind: 'syncs', name: syncs.topic });

  const recreated = new PartitionMap<Recreations>();
  const valid = new PartitionMap<SyncHistory>();
  const unwatched = new PartitionMap<true>();
  for (const [topic, partition, read] of knownOf(syncs)?.histories.entries() ?? []) valid.set(topic, partition, read);
  for (const { topic, partition, source, recreatedAt, sourceRecreated, history, cuts } of partitions) {
    if (source === null) unwatched.set(topic.topic, partition, true);
    const isDoubted = sourceRecreated === 'doubt';
    const sourceChanged = sourceRecreated === 'topic-id';
    if (isDoubted || sourceChanged || recreatedAt.source > 0 || recreatedAt.target > 0) {
      recreated.set(topic.topic, partition, { ...recreatedAt, sourceChanged, isDoubted });
    }
    // What a cut has made void is not in it any more.
    const kept = history ?? (cuts.length === 0 || syncs.kind === 'off' ? null : behindCut());
    if (kept !== null) valid.set(topic.topic, partition, kept);
  }
  for (const [topic, partition, history] of valid.entries()) {
    const before = known?.state.mapping.get(topic)?.get(partition) ?? null;
    const next = continued(before, history, {
      recreatedAt: recreated.get(topic, partition) ?? null,
      isUnwatched: observation.sourceDown !== null || unwatched.get(topic, partition) === true,
      inTransactions: flow.exactlyOnce,
    });
    if (next !== before) state.partitionsOf(topic).set(partition, next);
  }
}

/** If MM2 had written no sync: one that comes now is behind a cut. */
function behindCut(): SyncHistory {
  const history = new SyncHistory();
  history.breakBeforeNext('hole');
  return history;
}

/** Stores verified pairs beside the syncs. */
function keepVerified(
  state: HistoryState,
  verified: readonly VerifiedPair[],
  partitions: readonly PartitionState[],
): void {
  if (verified.length === 0) return;
  const unsure = new PartitionMap<true>();
  for (const { topic, partition, newestMayBeOfEarlier } of partitions) {
    if (newestMayBeOfEarlier) unsure.set(topic.topic, partition, true);
  }
  for (const pair of verified) {
    const history = state.mapping.get(pair.topic)?.get(pair.partition);
    if (history === undefined) continue;
    const mayBeginTopic = unsure.get(pair.topic, pair.partition) === true;
    addVerified(history, { ...pair, mayBeginTopic }, state.at);
  }
}

/** Notes which stretches between syncs were looked at and are explained: no later audit looks again. */
function keepAccounted(state: HistoryState, partitions: readonly PartitionState[]): void {
  for (const partition of partitions) keepAccountedOf(state, partition);
}

function keepAccountedOf(
  state: HistoryState,
  { topic, partition, history, replication, records }: PartitionState,
): void {
  const { holes, explained = [] } = records;
  if (history === null || (holes === undefined && explained.length === 0)) return;
  const kept = state.mapping.get(topic.topic)?.get(partition);
  if (kept === undefined) return;
  const account = (index: number) => {
    const at = samePlace(kept, history, index);
    if (at !== null) kept.account(at);
  };
  for (const index of explained) if (index < history.length) account(index);
  if (holes === undefined) return;
  for (const hole of replication?.holes ?? []) {
    const look = holes.get(holeKey(hole));
    if (hole.index === null || look === undefined || !isExplained(hole, look)) continue;
    if (hole.index < history.length) account(hole.index);
  }
}

/** Remembers which syncs were compared: when the target has deleted the record, no later audit can do so. */
function keepConfirmed(state: HistoryState, partitions: readonly PartitionState[]): void {
  for (const { topic, partition, history, records } of partitions) {
    if (history === null || records.syncs === undefined) continue;
    const kept = state.mapping.get(topic.topic)?.get(partition);
    if (kept === undefined) continue;
    for (const [index, found] of records.syncs) {
      const at = found === 'same' ? samePlace(kept, history, index) : null;
      if (at !== null) kept.confirm(at);
    }
  }
}

/** Remembers where MM2 began behind a cut, as comparing shows it. */
function keepBegunBehindCuts(state: HistoryState, partitions: readonly PartitionState[]): void {
  for (const { topic, partition, history, records } of partitions) {
    const begun = records.behindCut === undefined ? null : begunBy(records.behindCut);
    const kept = state.mapping.get(topic.topic)?.get(partition);
    if (history === null || records.behindCut === undefined || begun === null || kept === undefined) continue;
    const { index } = records.behindCut.asked;
    // The sync itself may have merged with later ones, but not with what is before the cut.
    const left = index === 0 ? -1 : samePlace(kept, history, index - 1);
    if (left === null || left + 1 >= kept.length) continue;
    if (begun.kind === 'there') kept.confirm(left + 1);
    else if (begun.kind === 'earlier') withPairBefore(kept, left + 1, begun.pair, records.behindCut.asked);
  }
}

const NO_BREAKS = { hole: false, newSource: false, newTarget: false, refuted: false } as const;

/**
 * Adds a pair before the sync of an index. The breaks there, as the hole that a cut left, are before the pair then. If the pair is where the
 * log was cut, and in step with the point before, all between the two is on the target: below a cut MM2 skips nothing.
 */
function withPairBefore(
  kept: SyncHistory,
  at: number,
  pair: { readonly upstream: bigint; readonly downstream: bigint },
  { cutAt }: BegunBehind,
): void {
  const sync = kept.at(at);
  const { timestamp, hole, newSource, newTarget, refuted } = sync;
  kept.replace(at, { ...sync, ...NO_BREAKS });
  const isWhole = at > 0 && pair.upstream <= cutAt;
  const accounted = isWhole && pair.upstream - kept.upstream(at - 1) === pair.downstream - kept.downstream(at - 1);
  const breaks = { hole, newSource, newTarget, refuted };
  kept.insert(at, { ...pair, ...breaks, timestamp, compared: true, accounted });
}

/** Runs merge in the history, so that a point can have another index there. */
function samePlace(kept: SyncHistory, history: SyncHistory, index: number): number | null {
  for (let at = Math.min(index, kept.length - 1); at >= 0; at--) {
    if (kept.upstream(at) === history.upstream(index) && kept.downstream(at) === history.downstream(index)) return at;
  }
  return null;
}

/** Where topics of the same names begin in the syncs, and whether the source's id changed since the last audit. */
type Recreations = PartitionState['recreatedAt'] & {
  readonly sourceChanged: boolean;
  /** Some syncs may be of an earlier topic: merged with later ones, they would no longer show it. */
  readonly isDoubted: boolean;
};

/** What an audit knows of a partition's syncs besides themselves. */
interface SyncsNow {
  /** Null, as almost always, if nothing shows that a topic was replaced. */
  readonly recreatedAt: Recreations | null;
  /** The source log could not be read. */
  readonly isUnwatched: boolean;
  readonly inTransactions: boolean;
}

/** Most unwatched points stored per partition as they are. */
const MOST_UNWATCHED = 256;

/**
 * The syncs to store: the known ones, plus the new ones merged into runs, with recreations marked. Those that no audit of
 * the source log has judged stay apart: merged, they would no longer show which of them MM2 wrote before a cut.
 */
function continued(
  before: SyncHistory | null,
  history: SyncHistory,
  { recreatedAt, isUnwatched, inTransactions }: SyncsNow,
): SyncHistory {
  // A verified pair is dropped if a later sync does not rise from it, and a cut takes points out of the middle.
  const same = before?.commonLength(history) ?? 0;
  const common = isUnwatched ? same : Math.min(same, history.watched);
  const news = recreatedAt === null ? [] : unmarked(history, recreatedAt);
  const isSame = before !== null && common === before.length && common === history.length && news.length === 0;
  if (isSame && before.pendingBreaks === history.pendingBreaks) return before;

  const next = history.copy();
  for (const { index, what } of news) next.breakAt(index, what);
  const kept = before === null ? next.copy() : before.copy();
  kept.truncate(common);
  for (const { index, what } of news) if (index < common) kept.breakAt(index, what);
  kept.pendingBreaks = 0;
  const isApart = inTransactions || recreatedAt?.isDoubted === true;
  for (let index = common; index < next.length; index++) {
    const unwatched = isUnwatched && kept.length - kept.watched < MOST_UNWATCHED;
    appendMerged(kept, { ...next.at(index), unwatched: isUnwatched }, isApart || unwatched);
  }
  kept.pendingBreaks = next.pendingBreaks;
  return kept;
}

/** Breaks of the recreations that the syncs do not show yet. */
function unmarked(history: SyncHistory, recreatedAt: Recreations): { readonly index: number; readonly what: Break }[] {
  const marks = [
    { index: recreatedAt.target, what: 'newTarget' },
    { index: recreatedAt.sourceMayBeCut ? recreatedAt.source : 0, what: 'hole' },
    { index: recreatedAt.targetMayBeCut ? recreatedAt.target : 0, what: 'hole' },
  ] as const;
  const isNewSource = recreatedAt.source > 0 || recreatedAt.sourceChanged;
  return [
    // Also before the oldest sync: the target may have records of a topic that no sync is about.
    ...(isNewSource ? [{ index: recreatedAt.source, what: 'newSource' } as const] : []),
    ...marks.filter(({ index }) => index > 0),
  ].filter(({ index, what }) => !isMarked(history, index, what));
}

function isMarked(history: SyncHistory, index: number, what: Break): boolean {
  return index < history.length ? history.breaksBefore(index, what) : history.breaksBeforeNext(what);
}
