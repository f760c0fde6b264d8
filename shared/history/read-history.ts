import { decodeHeader, type FrameHeader } from '../domain/history/frame/frame.ts';
import type { HistoryState } from '../domain/history/history-state.ts';
import { type Damage, DamagedFrameError } from './history-errors.ts';
import { loadChain } from './load-chain.ts';
import { openFrame } from './sealed-frame.ts';
import type { FrameEntry, SnapshotStore } from './snapshot-store.ts';

/** A flow's state as of a time, and what limits its use. */
export interface StateAsOf {
  /** Its own time is when the first audit that found it began. */
  readonly state: HistoryState;
  /** The last audit known to have found it unchanged, at most the requested time: ms since the epoch. */
  readonly heldUntil: number;
  /** Snapshots between this one and the requested time may have expired, or cannot be read. */
  readonly thinned: boolean;
  /** Newer snapshots that are damaged and were skipped, newest first. */
  readonly passedOver: readonly { readonly at: number; readonly damage: Damage }[];
}

/** Number of damaged snapshots to skip before giving up. */
const MAX_STEPS_BACK = 200;

/**
 * The state of a flow as of a time: that of the newest good snapshot at or before it. Snapshots with damage in their
 * chain are skipped and listed in `passedOver`. Null if the history does not reach back that far.
 * @throws DamagedFrameError if no snapshot is good
 */
export async function readStateAsOf(
  store: SnapshotStore,
  flow: string,
  asOf: number,
  now: number,
): Promise<StateAsOf | null> {
  const passedOver: { at: number; damage: Damage }[] = [];
  let damaged: DamagedFrameError | null = null;
  let before = asOf;
  while (passedOver.length < MAX_STEPS_BACK) {
    const entry = await store.newest(flow, before, now);
    if (entry === null) break;
    try {
      const state = await loadChain(store, flow, entry, now);
      return { state, passedOver, ...(await heldAsOf(store, flow, entry, asOf, now)) };
    } catch (error) {
      if (!(error instanceof DamagedFrameError)) throw error;
      damaged ??= error;
      passedOver.push({ at: entry.at, damage: error.damage });
      before = entry.at - 1;
    }
  }
  if (damaged !== null) throw damaged;
  return null;
}

/** Until when a frame's state is known to have held: its successor records it, for the newest frame the head. */
async function heldAsOf(
  store: SnapshotStore,
  flow: string,
  entry: FrameEntry,
  asOf: number,
  now: number,
): Promise<Pick<StateAsOf, 'heldUntil' | 'thinned'>> {
  const head = await store.head(flow);
  if (head?.tail?.at === entry.at) return { heldUntil: Math.min(head.tail.heldUntil, asOf), thinned: false };
  const [next] = await store.list(flow, { from: entry.at + 1, to: Number.MAX_SAFE_INTEGER, limit: 1 }, now);
  const [frame] = next === undefined ? [] : await store.read(flow, [next.at], now);
  const previous = frame?.bytes == null ? null : previousOf(frame.bytes);
  if (previous?.at === entry.at) return { heldUntil: Math.min(previous.heldUntil, asOf), thinned: false };
  return { heldUntil: entry.at, thinned: true };
}

function previousOf(bytes: Uint8Array): FrameHeader['previous'] {
  try {
    return decodeHeader(openFrame(bytes).body).previous;
  } catch {
    // The successor is damaged.
    return null;
  }
}
