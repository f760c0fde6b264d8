import { decodeHeader, type FrameHeader } from '../domain/history/frame/frame.ts';
import type { HistoryState } from '../domain/history/history-state.ts';
import { type Damage, DamagedFrameError } from './history-errors.ts';
import { loadChain } from './load-chain.ts';
import { openFrame } from './sealed-frame.ts';
import type { FrameEntry, SnapshotStore } from './snapshot-store.ts';

/** A flow's state as of a time, and how good that is. */
export interface StateAsOf {
  /** Its own time is that of the audit which found it first. */
  readonly state: HistoryState;
  /** Up to when audits found it unchanged, as far as is still known: ms since the epoch. */
  readonly heldUntil: number;
  /** Snapshots between this one and the asked time may have been thinned by age, or cannot be read. */
  readonly thinned: boolean;
  /** Newer snapshots that had to be passed over, newest first. */
  readonly passedOver: readonly { readonly at: number; readonly damage: Damage }[];
}

/** How many damaged snapshots are tried before giving up. */
const MAX_STEPS_BACK = 200;

/**
 * The state that a flow had at a time: that of the newest snapshot at or before it. A snapshot that is damaged, or that
 * hangs on one, is passed over for the one before, and said so. Null where the history has nothing so old.
 * @throws DamagedFrameError where nothing good is found, or a newer version wrote the snapshot
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

/** How long the state of a frame is known to have held: the next frame tells, or the head for the newest. */
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
    // The next frame is damaged: what it said of this one is not known.
    return null;
  }
}
