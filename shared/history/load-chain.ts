import { applyFrame, decodeHeader, type FrameHeader } from '../domain/history/frame.ts';
import { MAX_CHAIN } from '../domain/history/frame-limits.ts';
import type { HistoryState } from '../domain/history/history-state.ts';
import { DamagedFrameError } from './history-errors.ts';
import { openFrame } from './sealed-frame.ts';
import type { FrameEntry, SnapshotStore, StoredFrame } from './snapshot-store.ts';

/** A frame of a chain, with the state that it leads to. */
export interface LoadedFrame {
  readonly header: FrameHeader;
  readonly digest: Uint8Array;
}

/**
 * Reads a frame with everything it is told from, and checks every link: each frame is whole, is the one that its place
 * says, and names the very bytes in front of it as its parent.
 * @param visit sees the last frame of each level with the state so far, which goes on changing: copy it to keep it
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
 * Checks every link of a chain without telling what it leads to: much cheaper, where only good or damaged is asked.
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
  if (frame.bytes === null) throw new DamagedFrameError('torn', `the frame of ${isoOf(at)} is not whole`);
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
  if (!isInPlace) throw new DamagedFrameError('out-of-place', `the frame of ${isoOf(at)} is not the one of that place`);
}

/** Whatever decoding throws on bytes that are whole is a defect of who wrote them, or bytes made to look whole. */
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
