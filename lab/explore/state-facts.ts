import type { HistoryState } from '../../shared/domain/history/history-state.ts';

/** The whole content of a state, as lines that do not depend on its numbering. */
export function factsOf(state: HistoryState): readonly string[] {
  const facts: string[] = [`syncs to ${state.syncsReadTo}`];
  for (let slot = 0; slot < state.size; slot++) {
    const series = state.dictionary.series(slot);
    const value = state.get(series);
    if (value !== null) facts.push(`${JSON.stringify(series)} ${value}`);
  }
  for (const role of ['source', 'target'] as const) {
    for (const [topic, id] of state.topicIds[role]) facts.push(`${role} ${topic} is ${id}`);
  }
  for (const [topic, partitions] of state.mapping) {
    for (const [partition, syncs] of partitions) {
      for (let i = 0; i < syncs.length; i++)
        facts.push(`${topic}-${partition}[${i}] ${Object.values(syncs.at(i)).join(' ')}`);
      if (syncs.pendingBreaks > 0) facts.push(`${topic}-${partition} then ${syncs.pendingBreaks}`);
    }
  }
  for (const role of ['source', 'target'] as const) {
    if (state.readAt[role] !== state.at) facts.push(`${role} as of ${state.readAt[role]}`);
  }
  facts.push(`said ${JSON.stringify(state.said)}`);
  for (const part of state.unread) facts.push(`not read: ${Object.values(part).join(' ')}`);
  return facts.sort();
}
