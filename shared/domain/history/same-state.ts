import type { PastCut } from '../mirror/breaks/cut.ts';
import type { SyncHistory } from '../mirror/syncs/sync-history.ts';
import { type HistoryState, NONE } from './history-state.ts';

/** Whether two states with the same dictionary have the same content; their times may differ. */
export function isSameState(a: HistoryState, b: HistoryState): boolean {
  if (a.syncsReadTo !== b.syncsReadTo || a.unread.length !== b.unread.length) return false;
  if (a.unread.some((part, i) => !isSamePart(part, b.unread[i]))) return false;
  const common = Math.min(a.size, b.size);
  if (!isEqual(a.values.subarray(0, common), b.values.subarray(0, common))) return false;
  const rest = a.size > b.size ? a.values.subarray(common, a.size) : b.values.subarray(common, b.size);
  if (rest.some((value) => value !== NONE)) return false;
  for (const role of ['source', 'target'] as const) {
    if (a.topicIds[role].size !== b.topicIds[role].size) return false;
    if (readOf(a, role) !== readOf(b, role)) return false;
    for (const [topic, id] of a.topicIds[role]) if (b.topicIds[role].get(topic) !== id) return false;
  }
  return isSameVerdict(a.said, b.said) && isSameCuts(a.cuts, b.cuts) && isSameMapping(a, b);
}

/** As bytes: each bigint that is looked at would be a short-lived object. */
function isEqual(a: BigInt64Array, b: BigInt64Array): boolean {
  return bytesOf(a).equals(bytesOf(b));
}

function bytesOf({ buffer, byteOffset, byteLength }: BigInt64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function isSamePart(a: HistoryState['unread'][number], b: HistoryState['unread'][number] | undefined): boolean {
  return a.role === b?.role && a.kind === b.kind && a.name === b.name && a.readAt === b.readAt;
}

/** `then` if the audit of this state read the side, otherwise when it was last read. */
function readOf({ at, readAt }: HistoryState, role: 'source' | 'target'): number | 'then' {
  return readAt[role] === at ? 'then' : readAt[role];
}

export function isSameVerdict(a: HistoryState['said'], b: HistoryState['said']): boolean {
  if (a === b) return true;
  if (a?.verdict !== b?.verdict || a?.reasons.length !== b?.reasons.length) return false;
  return a?.reasons.every((reason, i) => reason === b?.reasons[i]) ?? true;
}

/** Cuts are added at the end, and go by age or with their topic. */
export function isSameCuts(a: HistoryState['cuts'], b: HistoryState['cuts']): boolean {
  return a === b || (a.length === b.length && a.every((cut, i) => isSameCut(cut, b[i])));
}

function isSameCut(a: PastCut, b: PastCut | undefined): boolean {
  return (
    b !== undefined &&
    a.side === b.side &&
    a.topic === b.topic &&
    a.partition === b.partition &&
    a.at === b.at &&
    a.atMost === b.atMost &&
    a.reached === b.reached &&
    (a.mayReach ?? a.reached) === (b.mayReach ?? b.reached) &&
    (a.acknowledged ?? a.reached) === (b.acknowledged ?? b.reached) &&
    a.copies === b.copies &&
    a.noticedAt === b.noticedAt &&
    isSameTail(a.tail, b.tail)
  );
}

function isSameTail(a: PastCut['tail'], b: PastCut['tail']): boolean {
  if (a === b) return true;
  if (a?.epoch !== b?.epoch || a?.presentFrom !== b?.presentFrom || a?.syncs.length !== b?.syncs.length) return false;
  return (
    a?.syncs.every(({ upstream, downstream }, i) => {
      const other = b?.syncs[i];
      return upstream === other?.upstream && downstream === other.downstream;
    }) ?? true
  );
}

function isSameMapping(a: HistoryState, b: HistoryState): boolean {
  for (const [topic, partitions] of a.mapping) {
    const others = b.mapping.get(topic);
    for (const [partition, history] of partitions) {
      const other = others?.get(partition);
      if (other === undefined ? !isBlank(history) : !history.equals(other)) return false;
    }
  }
  return hasNoOther(b, a);
}

/** Whether b has each partition of a that carries information. */
function hasNoOther(a: HistoryState, b: HistoryState): boolean {
  for (const [topic, partitions] of a.mapping) {
    const others = b.mapping.get(topic);
    for (const [partition, history] of partitions)
      if (others?.has(partition) !== true && !isBlank(history)) return false;
  }
  return true;
}

/** Whether a partition's syncs carry no information. */
export function isBlank(history: SyncHistory): boolean {
  return history.length === 0 && history.pendingBreaks === 0;
}
