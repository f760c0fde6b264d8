import type { HistoryState } from '../../../shared/domain/history/history-state.ts';
import { remoteTopic } from '../../../shared/domain/mirror/replication-policy.ts';
import type { Subject } from '../../../shared/domain/model/finding.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import { DamagedFrameError } from '../../../shared/history/history-errors.ts';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import { unknownName } from '../../output/usage-error.ts';

/**
 * An acknowledgement of a mistyped name would match no finding, and nothing would say so. A history without audits, or one that
 * cannot be read, knows no names: then every name is taken.
 * @throws UsageError if no audit has seen a group or topic of that name
 */
export async function refuseUnknownSubject(
  history: SnapshotStore,
  flow: Flow,
  { group, topic }: Subject,
  now: number,
): Promise<void> {
  if (group === undefined && topic === undefined) return;
  const state = await newestState(history, flow, now);
  if (state === null) return;
  const where = ` in the newest audit of ${flowName(flow)}`;
  const { groups, topics } = namesIn(state, flow);
  if (group !== undefined && !groups.has(group)) throw unknownName('group', group, [...groups].sort(), where);
  if (topic !== undefined && !topics.has(topic)) throw unknownName('topic', topic, [...topics].sort(), where);
}

async function newestState(history: SnapshotStore, flow: Flow, now: number): Promise<HistoryState | null> {
  try {
    return (await readStateAsOf(history, flowName(flow), now, now))?.state ?? null;
  } catch (error) {
    if (error instanceof DamagedFrameError) return null;
    throw error;
  }
}

/** All names that findings can have: also of parts that could not be read, and of source topics as the target would call them. */
function namesIn(state: HistoryState, { policy, source }: Flow) {
  const groups = new Set([...state.groups('source'), ...state.groups('target')]);
  const topics = { source: new Set(state.mapping.keys()), target: new Set<string>() };
  for (const { role, kind, name } of state.unread) {
    if (kind === 'group') groups.add(name);
    else if (kind !== 'cluster') topics[role].add(name);
  }
  for (const series of state.known()) if (series.kind === 'end') topics[series.role].add(series.topic);
  for (const topic of topics.source) topics.target.add(remoteTopic(policy, source, topic));
  return { groups, topics: new Set([...topics.source, ...topics.target]) };
}
