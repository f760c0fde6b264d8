import { type HistoryState, NONE } from './history-state.ts';
import type { MappingPoint } from './mapping-run.ts';

/** Whether two states of one line (numbered alike) know the same, whenever that was. */
export function isSameState(a: HistoryState, b: HistoryState): boolean {
  if (a.syncsReadTo !== b.syncsReadTo || a.unread.length !== b.unread.length) return false;
  if (a.unread.some((part, i) => !isSamePart(part, b.unread[i]))) return false;
  for (let slot = Math.max(a.size, b.size) - 1; slot >= 0; slot--) {
    const left = slot < a.size ? a.values[slot] : NONE;
    const right = slot < b.size ? b.values[slot] : NONE;
    if (left !== right) return false;
  }
  for (const role of ['source', 'target'] as const) {
    if (a.topicIds[role].size !== b.topicIds[role].size) return false;
    for (const [topic, id] of a.topicIds[role]) if (b.topicIds[role].get(topic) !== id) return false;
  }
  return isSameMapping(a, b) && isSameMapping(b, a);
}

function isSamePart(a: HistoryState['unread'][number], b: HistoryState['unread'][number] | undefined): boolean {
  return a.role === b?.role && a.kind === b.kind && a.name === b.name;
}

/** Whether b has all that a has. */
function isSameMapping(a: HistoryState, b: HistoryState): boolean {
  for (const [topic, partitions] of a.mapping) {
    const others = b.mapping.get(topic);
    for (const [partition, points] of partitions) {
      const other = others?.get(partition) ?? [];
      if (points === other) continue;
      if (points.length !== other.length || points.some((point, i) => !isSamePoint(point, other[i]))) return false;
    }
  }
  return true;
}

export function isSamePoint(a: MappingPoint | undefined, b: MappingPoint | undefined): boolean {
  if (a === b) return true;
  return (
    a?.upstream === b?.upstream &&
    a?.downstream === b?.downstream &&
    a?.timestamp === b?.timestamp &&
    a?.hole === b?.hole &&
    a?.newSource === b?.newSource &&
    a?.newTarget === b?.newTarget &&
    a?.compared === b?.compared
  );
}
