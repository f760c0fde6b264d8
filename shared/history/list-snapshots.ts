import { decodeHeader } from '../domain/history/frame/frame.ts';
import { MAX_CHAIN } from '../domain/history/frame/frame-limits.ts';
import { type Damage, DamagedFrameError } from './history-errors.ts';
import { checkChain } from './load-chain.ts';
import { openFrame } from './sealed-frame.ts';
import type { FrameEntry, SnapshotStore, StoredFrame } from './snapshot-store.ts';
import { LAST_TIME, storedTime } from './stored-time.ts';

/** One snapshot of a flow; times in ms since the epoch. */
export interface ListedSnapshot {
  /** When the first audit that found this state began. */
  readonly at: number;
  /** The last audit that found it unchanged; null if the frame that records this is expired or damaged. */
  readonly heldUntil: number | null;
  /** Index into the retention's steps. */
  readonly level: number;
  readonly expiresAt: number;
  /** Stored size. */
  readonly bytes: number;
  /** Why it cannot be used: its frame, or one in its chain, is damaged. Null if it is good. */
  readonly damage: Damage | null;
}

export interface SnapshotList {
  /** Newest first. */
  readonly snapshots: readonly ListedSnapshot[];
  /** How many older snapshots of the range the limit left out. */
  readonly left: number;
}

/**
 * The snapshots of a flow from `from` to `to` (inclusive, ms), newest first. Checks the whole chain of each.
 *
 * @throws HistoryStoreError
 */
export async function listSnapshots(
  store: SnapshotStore,
  flow: string,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
  now: number,
): Promise<SnapshotList> {
  const inRange = await store.list(flow, { from, to: Math.min(to, LAST_TIME) }, now);
  const listed = inRange.slice(-limit);
  const [after] = await store.list(flow, { from: to + 1, to: Number.MAX_SAFE_INTEGER, limit: 1 }, now);
  const usable = listed.filter(({ ancestors }) => ancestors.length < MAX_CHAIN);
  const wanted = new Set(usable.flatMap(({ at, ancestors }) => [...ancestors, at]));
  if (after !== undefined) wanted.add(after.at);
  const ats = [...wanted];
  const frames = await store.read(flow, ats, now);
  const byTime = new Map(ats.map((at, index) => [at, frames[index] ?? null]));
  const tail = (await store.head(flow))?.tail ?? null;
  const snapshots = listed.map((entry, index): ListedSnapshot => {
    const next = listed[index + 1] ?? after;
    const { at, level, expiresAt, size: bytes } = entry;
    const heldUntil = tail?.at === at ? storedTime(tail.heldUntil) : heldBefore(byTime.get(next?.at ?? -1) ?? null, at);
    return { at, heldUntil, level, expiresAt, bytes, damage: damageOf(byTime, flow, entry) };
  });
  return { snapshots: snapshots.reverse(), left: inRange.length - listed.length };
}

function damageOf(
  frames: ReadonlyMap<number, StoredFrame | null>,
  flow: string,
  { ancestors, at }: FrameEntry,
): Damage | null {
  const ats = [...ancestors, at];
  try {
    checkChain(
      ats.map((time) => frames.get(time) ?? null),
      flow,
      ats,
    );
    return null;
  } catch (error) {
    if (error instanceof DamagedFrameError) return error.damage;
    throw error;
  }
}

/** The last audit that found frame `at` unchanged, as its successor records it. */
function heldBefore(next: StoredFrame | null, at: number): number | null {
  if (next?.bytes == null) return null;
  try {
    const { previous } = decodeHeader(openFrame(next.bytes).body);
    return previous?.at === at ? previous.heldUntil : null;
  } catch {
    // The successor is damaged.
    return null;
  }
}
