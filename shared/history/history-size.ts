import type { Retention } from '../domain/history/retention.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { storedTime } from './stored-time.ts';

/** The size of a flow's history; times in ms since the epoch. */
export interface HistorySize {
  readonly snapshots: number;
  readonly bytes: number;
  readonly oldest: number | null;
  readonly newest: number | null;
  /** The last audit that found the newest snapshot unchanged. */
  readonly heldUntil: number | null;
  /** Bytes of the snapshots of the last 24 hours. */
  readonly bytesLastDay: number;
  /** By retention level, finest first. */
  readonly levels: readonly LevelSize[];
}

export interface LevelSize {
  /** The level has at least one snapshot per period of this length in which something changed: ms. */
  readonly everyMs: number;
  /** How long those snapshots are kept: ms. */
  readonly keepMs: number;
  readonly snapshots: number;
  readonly bytes: number;
}

const DAY_MS = 86_400_000;

/** @throws HistoryStoreError */
export async function historySize(
  store: SnapshotStore,
  flow: string,
  { steps }: Retention,
  now: number,
): Promise<HistorySize> {
  const entries = await store.list(flow, { from: 0, to: Number.MAX_SAFE_INTEGER }, now);
  const head = await store.head(flow);
  const sum = (of: typeof entries): number => of.reduce((total, { size }) => total + size, 0);
  return {
    snapshots: entries.length,
    bytes: sum(entries),
    oldest: storedTime(entries[0]?.at),
    newest: storedTime(entries.at(-1)?.at),
    heldUntil: storedTime(head?.tail?.heldUntil),
    bytesLastDay: sum(entries.filter(({ at }) => at > now - DAY_MS)),
    levels: steps.map(({ everyMs, keepMs }, level) => {
      const own = entries.filter((entry) => entry.level === level);
      return { everyMs, keepMs, snapshots: own.length, bytes: sum(own) };
    }),
  };
}
