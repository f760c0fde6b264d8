import type { ApprovalSubject } from './approval-subject.ts';
import type { Gate } from './gates.ts';
import { isPastNoReturn, type RunRecord } from './run-record.ts';

/** What an earlier run says of where clients are; `unreadable` if its evidence cannot be relied on. */
export type EarlierRun =
  | { readonly kind: 'led'; readonly run: string; readonly flow: string; readonly topics: ApprovalSubject['topics'] }
  | { readonly kind: 'unreadable'; readonly run: string };

/** A run that led clients away, or may have; null if it led nobody. */
export function ledBy(record: RunRecord): EarlierRun | null {
  const { run, subject } = record;
  return isPastNoReturn(record) ? { kind: 'led', run, flow: subject.flow, topics: subject.topics } : null;
}

/**
 * Why the clients of these topics are not on this cluster any more; null if nothing says so. The newest run counts that led
 * clients of one of the topics to the cluster, or away from it.
 * @param earlier newest first
 * @param topics by their names on the cluster; with none, nothing is known of them, and every run counts
 */
export function clientsElsewhere(
  cluster: string,
  topics: readonly string[],
  earlier: readonly EarlierRun[],
): Gate | null {
  const wanted = new Set(topics);
  const isOfThese = (names: readonly string[]) => wanted.size === 0 || names.some((name) => wanted.has(name));
  for (const one of earlier) {
    if (one.kind === 'unreadable') {
      const reason = `the record of run ${one.run} is damaged: it may have led clients away from ${cluster}`;
      return gate(reason, `See where the clients are. If they are on ${cluster}, accept this.`);
    }
    const { run, flow } = one;
    if (flow.endsWith(`->${cluster}`) && isOfThese(one.topics.map(({ targetTopic }) => targetTopic))) return null;
    if (!flow.startsWith(`${cluster}->`) || !isOfThese(one.topics.map(({ topic }) => topic))) continue;
    const now = flow.slice(`${cluster}->`.length);
    const reason = `run ${run} led the clients from ${cluster} to ${now}, and no later run led them back: what they have read and written since is not on ${cluster}`;
    const remedy = `Begin where they are: with a flow from ${now}. If they were led back by hand, accept this.`;
    return gate(reason, remedy);
  }
  return null;
}

function gate(reason: string, remedy: string): Gate {
  return { code: 'CLIENTS_ELSEWHERE', reason, remedy, isFinal: false };
}
