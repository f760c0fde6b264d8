import { HistoryState } from '../../../shared/domain/history/history-state.ts';
import { appendMerged } from '../../../shared/domain/history/mapping-run.ts';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';
import type { Series } from '../../../shared/domain/history/series-dictionary.ts';
import type { ClusterRole } from '../../../shared/domain/model/flow.ts';
import { HistoryWriter } from '../../../shared/history/history-writer.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';

export const FLOW = 'A->B';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** A full hour that is not in the past: DynamoDB Local removes items that have expired by the real clock. */
export const BEGIN = Math.ceil(Date.now() / HOUR) * HOUR;

export function terms(now: number, leaseMs = 0): { readonly now: number; readonly leaseMs: number } {
  return { now, leaseMs };
}

export function openWriter(
  store: SnapshotStore,
  now: number,
  options: { readonly flow?: string; readonly owner?: string; readonly leaseMs?: number } = {},
): Promise<HistoryWriter> {
  const { flow = FLOW, owner = 'one', leaseMs = 0 } = options;
  return HistoryWriter.open({ store, flow, owner, retention: DEFAULT_RETENTION, terms: terms(now, leaseMs) });
}

export function commit(group: string, topic = 'orders', partition = 0, role: ClusterRole = 'source'): Series {
  return { kind: 'commit', role, group, topic, partition };
}

export function end(topic = 'orders', partition = 0, role: ClusterRole = 'source'): Series {
  return { kind: 'end', role, topic, partition };
}

/** The state after the writer's newest one, with these offsets. */
export function stateAfter(
  writer: HistoryWriter,
  at: number,
  offsets: readonly [Series, bigint | null][],
): HistoryState {
  const state = writer.newest?.next(at) ?? new HistoryState(at);
  for (const [series, offset] of offsets) state.set(series, offset);
  Object.assign(state.readAt, { source: at, target: at });
  return state;
}

/** A state with a sync at an offset for orders-0, and a group ten behind it. */
export function movedTo(writer: HistoryWriter, at: number, offset: number): HistoryState {
  const state = stateAfter(writer, at, [
    [end(), BigInt(offset)],
    [commit('billing'), BigInt(Math.max(0, offset - 10))],
  ]);
  const point = { upstream: BigInt(offset), downstream: BigInt(offset), timestamp: BigInt(at) };
  const syncs = state.syncs('orders', 0);
  const isNew = syncs.length === 0 || syncs.upstream(syncs.length - 1) !== point.upstream;
  if (isNew) appendMerged(syncs, point);
  return state;
}
