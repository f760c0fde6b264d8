import { HistoryState } from '../../../shared/domain/history/history-state.ts';
import type { HistoryWriter } from '../../../shared/history/history-writer.ts';
import { MINUTE } from '../history/recorded-flow.ts';

export const KILL_AUDITS = 4;

/** In DynamoDB the first audit takes two chunks. SQLite has none: there it takes a few pages. */
export const GROUPS = { sqlite: 5_000, dynamodb: 50_000 } as const;

/** Audit 0 has all groups, 1 and 3 change one group, 2 finds nothing new. */
export function auditState(writer: HistoryWriter, begin: number, audit: number, groups: number): HistoryState {
  const at = begin + audit * MINUTE;
  const state = writer.newest?.next(at) ?? new HistoryState(at);
  if (audit === 0) {
    for (let i = 0; i < groups; i++) state.set(group(i), scattered(i));
  }
  state.set(group(0), markOf(audit));
  Object.assign(state.readAt, { source: at, target: at });
  return state;
}

export function markOf(audit: number): bigint {
  return BigInt(1 + audit - (audit === 2 ? 1 : 0));
}

export function group(index: number) {
  return { kind: 'commit', role: 'source', group: 'g', topic: 't', partition: index } as const;
}

/** Offsets that no compressor makes small, the same in every process. */
export function scattered(index: number): bigint {
  return BigInt.asUintN(62, BigInt(index + 1) * 0x9e3779b97f4a7c15n ** 3n);
}
