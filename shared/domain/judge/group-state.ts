import { isOfPresentLog, translateCutOff } from '../mirror/cut-position.ts';
import {
  AT_ITS_START,
  costOfStandingAt,
  isNewLog,
  isOpen,
  positionOf,
  type Translation,
  translate,
  translatePresent,
} from '../mirror/translation.ts';
import type { CommittedOffset } from '../model/cluster.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { GroupReport, Mm2Position } from '../model/report.ts';
import type { GroupCheckpoints, ObservedCheckpoint } from './group-checkpoints.ts';
import { mapTopicByTopic } from './map-topic-by-topic.ts';
import type { FlowObservation, ObservedGroup, ObservedTopic } from './observation.ts';
import type { PartitionState } from './partition-state.ts';
import { type SkippedStretch, skippedStretch } from './skipped-stretch.ts';

/**
 * One group on one partition, with what the report does not show. An audit holds 100,000 of these: what it asks only of
 * few is looked up, or computed, when it is asked.
 */
export class GroupState {
  readonly #places: Places;
  readonly state: PartitionState;
  /** See `CommittedOffset`; undefined if the broker did not say. */
  readonly leaderEpoch: number | undefined;
  /** The commit is of a log that was cut since: no record of the source tells whether its translation is right. */
  readonly isCutOff: boolean;
  /**
   * How far the checkpoint is behind the newest sync, if MM2 gives the group that sync's own position at its next
   * checkpoint: it does so at or beyond that sync. (Further back its 64 slots decide, which are not visible from outside.)
   */
  readonly checkpointOwed: bigint;
  readonly report: GroupReport;
  /** What the group would skip at the position that a failover uses; null if nothing. */
  readonly skipped: SkippedStretch | null;

  constructor(places: Places, { state, leaderEpoch, isCutOff, checkpointOwed, report, skipped }: Judgement) {
    this.#places = places;
    this.state = state;
    this.leaderEpoch = leaderEpoch;
    this.isCutOff = isCutOff;
    this.checkpointOwed = checkpointOwed;
    this.report = report;
    this.skipped = skipped;
  }

  get committed(): bigint {
    return this.report.committed;
  }

  get checkpoint(): ObservedCheckpoint | null {
    return this.#places.checkpoints?.get(this.state.topic.targetTopic, this.state.partition) ?? null;
  }

  /** The target position that the checkpoint gives the group. */
  get checkpointPosition(): bigint | null {
    return this.#places.checkpoints?.downstream(this.state.topic.targetTopic, this.state.partition) ?? null;
  }

  /** The group's commit on the target, null if it has none. */
  get targetCommit(): bigint | null {
    return this.#places.commits?.get(this.state.topic.targetTopic, this.state.partition) ?? null;
  }

  get translation(): Translation {
    const { state, committed, leaderEpoch } = this;
    return translated(this.#places.observation, state, committed, leaderEpoch).translation;
  }

  /** The same with a partition that is known better. */
  judgedAgain(state: PartitionState): GroupState {
    return judgeGroup(this.#places, state, { offset: this.committed, leaderEpoch: this.leaderEpoch });
  }
}

type Judgement = Pick<GroupState, 'state' | 'leaderEpoch' | 'isCutOff' | 'checkpointOwed' | 'report' | 'skipped'>;

/**
 * One group on each of its partitions, at least one. All groups are a list of these: an audit of 100,000 pairs goes
 * through them group by group, because a single long loop would be compiled again by every audit. What only few pairs
 * are is listed, so that nobody has to look at all of them again.
 */
export interface JudgedGroup {
  readonly pairs: readonly GroupState[];
  /** Those of the partitions: few, each perhaps several times. */
  readonly topics: readonly ObservedTopic[];
  readonly hasCutOff: boolean;
  /** Pairs that the syncs leave open, and that are not cut off. */
  readonly open: readonly GroupState[];
  /** Pairs that would skip a stretch. */
  readonly skipping: readonly GroupState[];
  /** Pairs with records that they have not read and that the target may no longer hold. */
  readonly expired: readonly GroupState[];
  readonly untranslated: readonly GroupState[];
}

/** Where each group would land on the target: where MM2 put it, and where Tidemark would. */
export function judgeGroups(observation: FlowObservation, states: PartitionMap<PartitionState>): JudgedGroup[] {
  const judge = (group: ObservedGroup): JudgedGroup => {
    const places = placesOf(observation, group);
    const judged: GroupState[] = [];
    for (const commit of commitsOf(group)) {
      const state = states.get(commit.topic, commit.partition);
      if (state !== undefined) judged.push(judgeGroup(places, state, commit));
    }
    return asGroup(judged);
  };
  const judged = mapTopicByTopic(observation.groups, (group) => commitsOf(group)[0]?.topic, judge);
  return judged.filter(({ pairs }) => pairs.length > 0);
}

function asGroup(pairs: readonly GroupState[]): JudgedGroup {
  const topics: ObservedTopic[] = [];
  const open: GroupState[] = [];
  const skipping: GroupState[] = [];
  const expired: GroupState[] = [];
  const untranslated: GroupState[] = [];
  let hasCutOff = false;
  for (const one of pairs) {
    const { state, isCutOff, skipped } = one;
    const { tidemark } = one.report;
    if (state.topic !== topics.at(-1)) topics.push(state.topic);
    if (isCutOff) hasCutOff = true;
    else if (isOpen(tidemark)) open.push(one);
    if (skipped !== null) skipping.push(one);
    if (tidemark.kind === 'unknown') untranslated.push(one);
    else if (tidemark.skipAtMost > 0n) expired.push(one);
  }
  return { pairs, topics, hasCutOff, open, skipping, expired, untranslated };
}

function commitsOf({ committed, lastKnown }: ObservedGroup): readonly CommittedOffset[] {
  return committed.kind === 'read' ? committed.value : (lastKnown?.committed ?? []);
}

/**
 * The same groups where partitions are known better: only those of changed partitions are judged again.
 * @param changed from `changedStates`
 */
export function judgeGroupsAgain(
  judged: readonly JudgedGroup[],
  changed: ReadonlyMap<PartitionState, PartitionState>,
): readonly JudgedGroup[] {
  if (changed.size === 0) return judged;
  const judgeAgain = (one: GroupState): GroupState => {
    const state = changed.get(one.state);
    return state === undefined ? one : one.judgedAgain(state);
  };
  const topics = new Set([...changed.keys()].map(({ topic }) => topic));
  return judged.map((group) => {
    const mayBeChanged = group.topics.some((topic) => topics.has(topic));
    const isChanged = mayBeChanged && group.pairs.some(({ state }) => changed.has(state));
    return isChanged ? asGroup(group.pairs.map(judgeAgain)) : group;
  });
}

/** What a group has committed on a partition. */
interface CommitToJudge {
  readonly offset: bigint;
  readonly leaderEpoch?: number | undefined;
}

/** A group, and where MM2 has put it by target topic and partition: looked up once for all partitions of the group. */
interface Places {
  readonly observation: FlowObservation;
  readonly group: ObservedGroup;
  readonly commits: PartitionMap<bigint> | null;
  readonly checkpoints: GroupCheckpoints | null;
}

function placesOf(observation: FlowObservation, group: ObservedGroup): Places {
  const { targetGroups, checkpoints } = observation;
  const name = group.listing.group;
  const onTarget = targetGroups.get(name)?.committed;
  return {
    observation,
    group,
    commits: onTarget?.kind === 'read' ? onTarget.value : null,
    checkpoints: checkpoints.kind === 'read' ? (checkpoints.value.byGroup.get(name) ?? null) : null,
  };
}

function judgeGroup(
  places: Places,
  state: PartitionState,
  { offset: committed, leaderEpoch }: CommitToJudge,
): GroupState {
  const { observation, group, commits, checkpoints } = places;
  const { targetTopic, topic } = state.topic;
  const { translation, isCutOff } = translated(observation, state, committed, leaderEpoch);
  const name = group.listing.group;
  const targetCommit = commits?.get(targetTopic, state.partition) ?? null;
  const checkpoint = checkpoints?.downstream(targetTopic, state.partition) ?? null;
  const mm2 = mm2Position(state, translation, targetCommit, checkpoint);
  const tidemark = positionOf(translation);
  return new GroupState(places, {
    state,
    leaderEpoch,
    isCutOff,
    checkpointOwed: checkpoint === null ? 0n : owedTo(checkpoint, state, committed),
    report: {
      group: name,
      topic,
      partition: state.partition,
      committed,
      commitCheckedAt: group.committed.kind === 'read' ? group.checkedAt : (group.lastKnown?.checkedAt ?? null),
      mm2,
      tidemark,
    },
    skipped: skippedStretch(observation.flow, mm2, tidemark, state.records),
  });
}

function translated(
  observation: FlowObservation,
  state: PartitionState,
  committed: bigint,
  leaderEpoch: number | undefined,
): { readonly translation: Translation; readonly isCutOff: boolean } {
  const cutOff = leaderEpoch === undefined ? null : cutOffTranslation(observation, state, committed, leaderEpoch);
  const translation = cutOff ?? translationFor(observation, state, committed, leaderEpoch);
  return { translation, isCutOff: cutOff !== null };
}

function owedTo(checkpoint: bigint, { mapping }: PartitionState, committed: bigint): bigint {
  const sync = mapping?.newestSync() ?? null;
  if (sync === null || committed < sync.upstream || sync.downstream <= checkpoint) return 0n;
  return sync.downstream - checkpoint;
}

/** The group's own commit on the target wins: that is where a consumer starts. */
function mm2Position(
  { target }: PartitionState,
  translation: Translation,
  targetCommit: bigint | null,
  checkpoint: bigint | null,
): Mm2Position {
  const position = targetCommit ?? checkpoint;
  if (position === null) return NO_POSITION;
  const from = targetCommit === null ? 'checkpoint' : 'group-offset';
  if (translation.kind === 'unknown') return { kind: 'at', position, from, cost: translation };
  // A log that could not be read is taken to end at the position.
  const log = target ?? { start: 0n, highWatermark: position };
  const { rereadAtMost, skipAtMost } = costOfStandingAt(translation, position, log);
  const isFree = rereadAtMost === 0n && skipAtMost === 0n;
  return { kind: 'at', position, from, cost: isFree ? FREE : { kind: 'known', rereadAtMost, skipAtMost } };
}

/** What most of 100,000 groups share: an audit has to stay small. */
const NO_POSITION = { kind: 'none' } as const;
const FREE = { kind: 'known', rereadAtMost: 0n, skipAtMost: 0n } as const;

function cutOffTranslation(
  observation: FlowObservation,
  { mapping, topic }: PartitionState,
  committed: bigint,
  leaderEpoch: number,
): Translation | null {
  if (mapping === null || observation.mixedSyncs?.has(topic.topic)) return null;
  return translateCutOff(mapping, committed, leaderEpoch);
}

function translationFor(
  observation: FlowObservation,
  state: PartitionState,
  committed: bigint,
  leaderEpoch: number | undefined,
): Translation {
  if (state.targetMissing)
    return { kind: 'unknown', reason: `${state.topic.targetTopic}-${state.partition} is not on the target` };
  if (state.target === null)
    return { kind: 'unknown', reason: `the target partition could not be read: ${state.unread?.message ?? ''}` };
  const isBeyond = state.source !== null && committed > state.source.highWatermark;
  if (!isBeyond && isNewLog(state.target)) return AT_ITS_START;
  const { syncs } = observation;
  if (syncs.kind === 'off') return { kind: 'unknown', reason: 'MM2 is configured to write no offset syncs' };
  if (syncs.kind === 'missing' && syncs.known === null)
    return { kind: 'unknown', reason: `there is no offset-syncs topic ${syncs.topic}` };
  if (syncs.kind === 'unread' && syncs.known === null)
    return { kind: 'unknown', reason: `the offset syncs could not be read: ${syncs.unread.message}` };
  if (observation.mixedSyncs?.has(state.topic.topic)) {
    const reason = 'the opposite flow writes offset syncs of a topic of this name to the same topic';
    return { kind: 'unknown', reason };
  }
  if (state.mapping === null) return { kind: 'unknown', reason: 'MM2 has written no offset sync for this partition' };
  if (isBeyond) {
    return {
      kind: 'unknown',
      reason: `the commit is beyond the source's end ${state.source?.highWatermark}: it belongs to another log`,
    };
  }
  const verified = state.records.verified?.get(committed);
  const isSettled = verified?.kind === 'unknown' || verified?.proof === 'verified';
  // A comparison that settles nothing repeats what the syncs show for one group there. It does not know of which log its
  // commit is.
  if (verified !== undefined && (isSettled || state.mapping.sourceCuts.length === 0)) return verified;
  const isPresent = leaderEpoch !== undefined && isOfPresentLog(state.mapping, leaderEpoch);
  return isPresent ? translatePresent(state.mapping, committed) : translate(state.mapping, committed);
}
