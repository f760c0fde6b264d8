import { greatest, least } from '../model/offsets.ts';
import { lagOf, type PartitionState } from './partition-state.ts';
import { waitsAtLeast } from './waits-at-least.ts';

/**
 * How many of the records that wait to be mirrored are not on the target: offsets can hold none, as after compaction, and
 * MM2 may have brought some before it began again.
 */
export interface WaitingRecords {
  readonly most: bigint;
  readonly least: bigint;
}

const NONE: WaitingRecords = { most: 0n, least: 0n };

/** Of one partition; none if the lag is not known. */
export function waitingRecords(state: PartitionState): WaitingRecords {
  const { lag } = lagOf(state);
  if (lag.kind === 'unknown') return NONE;
  const absent = greatest(0n, lag.records - (state.replication?.perhapsThere ?? 0n) - roomBehind(state));
  const certain = least(absent, waitsAtLeast(state) ?? absent);
  const empty = emptyOffsets(state);
  if (empty === null) return { most: lag.records, least: certain };
  const uncounted = lag.records - empty.of;
  // Behind what was counted, each offset may be empty.
  return {
    most: lag.records - empty.offsets,
    least: greatest(0n, certain - empty.offsets - (empty.offsets > 0n ? uncounted : 0n)),
  };
}

/** How many of the records that wait the target has room for behind its newest sync: MM2 may not have acknowledged them yet. */
function roomBehind({ mapping, replication }: PartitionState): bigint {
  const replicatedTo = replication?.replicatedTo ?? null;
  if (mapping === null || replicatedTo === null || mapping.first >= mapping.length) return 0n;
  return greatest(0n, mapping.reach - replicatedTo);
}

/** Whether counting has shown that offsets which wait hold no record. */
export function isSparse(state: PartitionState): boolean {
  return (emptyOffsets(state)?.offsets ?? 0n) > 0n;
}

/** How many of the offsets that were counted hold no record; null if none were counted. */
function emptyOffsets({
  records,
  replication,
}: PartitionState): { readonly offsets: bigint; readonly of: bigint } | null {
  const count = records.waitingCount;
  if (count === undefined || count.from !== replication?.replicatedTo) return null;
  const of = count.until - count.from;
  return { offsets: of - count.records, of };
}
