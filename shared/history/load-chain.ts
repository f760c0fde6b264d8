import { applyFrame, decodeHeader, type FrameHeader } from '../domain/history/frame/frame.ts';
import { MAX_CHAIN } from '../domain/history/frame/frame-limits.ts';
import type { HistoryState } from '../domain/history/history-state.ts';
import { DamagedFrameError } from './history-errors.ts';
import { openFrame } from './sealed-frame.ts';
import type { FrameEntry, SnapshotStore, StoredFrame } from './snapshot-store.ts';

/** A frame of a chain. */
export interface LoadedFrame {
  readonly header: FrameHeader;
  readonly digest: Uint8Array;
}

/**
 * Reads the chain of a frame and decodes its state. Checks every link: each frame is complete, is in its place, and
 * carries the digest of the frame before it.
 * @param visit gets the last frame of each level and the state so far; the state changes afterwards, so copy it
 * @throws DamagedFrameError at the first frame that cannot be used
 */
export async function loadChain(
  store: SnapshotStore,
  flow: string,
  entry: FrameEntry,
  now: number,
  visit: (frame: LoadedFrame, state: HistoryState) => void = () => undefined,
): Promise<HistoryState> {
  if (entry.ancestors.length >= MAX_CHAIN) {
    throw new DamagedFrameError('malformed', `the frame of ${isoOf(entry.at)} names ${entry.ancestors.length} others`);
  }
  const ats = [...entry.ancestors, entry.at];
  const frames = await store.read(flow, ats, now);
  let state: HistoryState | null = null;
  let parent: LoadedFrame | null = null;
  for (const [index, at] of ats.entries()) {
    const opened = open(frames[index] ?? null, at);
    const loaded = { header: decode(() => decodeHeader(opened.body), at), digest: opened.digest };
    checkPlace(loaded.header, flow, at, frames[index]?.entry, parent);
    const before: HistoryState | null = state;
    state = decode(() => applyFrame(opened.body, before), at);
    // Along a chain levels only fall.
    if (frames[index + 1]?.entry.level !== loaded.header.level) visit(loaded, state);
    parent = loaded;
  }
  if (state === null) throw new DamagedFrameError('missing', 'a chain of frames is empty');
  return state;
}

/**
 * Checks every link of a chain without decoding the state, which is much cheaper.
 * @param frames of the chain's times, keyframe first
 * @throws DamagedFrameError at the first frame that cannot be used
 */
export function checkChain(frames: readonly (StoredFrame | null)[], flow: string, ats: readonly number[]): void {
  let parent: LoadedFrame | null = null;
  for (const [index, at] of ats.entries()) {
    const opened = open(frames[index] ?? null, at);
    const loaded = { header: decode(() => decodeHeader(opened.body), at), digest: opened.digest };
    checkPlace(loaded.header, flow, at, frames[index]?.entry, parent);
    parent = loaded;
  }
}

function open(frame: StoredFrame | null, at: number): { readonly body: Uint8Array; readonly digest: Uint8Array } {
  if (frame === null) throw new DamagedFrameError('missing', `the frame of ${isoOf(at)} is missing`);
  if (frame.bytes === null) throw new DamagedFrameError('torn', `the frame of ${isoOf(at)} is incomplete`);
  return openFrame(frame.bytes);
}

function checkPlace(
  header: FrameHeader,
  flow: string,
  at: number,
  entry: FrameEntry | undefined,
  parent: LoadedFrame | null,
): void {
  const isInPlace =
    header.flow === flow &&
    header.at === at &&
    header.level === entry?.level &&
    header.parent?.at === parent?.header.at &&
    (header.parent === null || Buffer.from(header.parent.digest).equals(parent?.digest ?? Buffer.alloc(0)));
  if (!isInPlace) throw new DamagedFrameError('out-of-place', `the frame of ${isoOf(at)} does not belong there`);
}

/** Bytes with a valid checksum that fail to decode were written by a defect, or forged. */
function decode<T>(run: () => T, at: number): T {
  try {
    return run();
  } catch (cause) {
    throw new DamagedFrameError('malformed', `the frame of ${isoOf(at)} cannot be decoded`, { cause });
  }
}

function isoOf(at: number): string {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}
