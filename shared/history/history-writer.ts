import { applyFrame, encodeFrame, type FrameHeader } from '../domain/history/frame/frame.ts';
import type { HistoryState } from '../domain/history/history-state.ts';
import type { KnownFlow } from '../domain/history/known-flow.ts';
import { thinMapping } from '../domain/history/mapping-run.ts';
import { checkRetention, expiresAt, levelDue, type Retention } from '../domain/history/retention.ts';
import { isSameState } from '../domain/history/same-state.ts';
import { DamagedFrameError } from './history-errors.ts';
import { loadChain } from './load-chain.ts';
import { readStateAsOf } from './read-history.ts';
import { sealFrame } from './sealed-frame.ts';
import type { HistoryHead, HistoryLease, LeaseTerms, SnapshotStore } from './snapshot-store.ts';

/** What recording an audit did. */
export type Recorded =
  | { readonly kind: 'frame'; readonly level: number; readonly bytes: number; readonly mappingThinned: number }
  /** Nothing had changed: only the time until which the newest state holds was moved. */
  | { readonly kind: 'unchanged' };

/** The newest frame of a level or a higher one: the parent of the next frame of that level. */
interface Tail {
  readonly at: number;
  readonly level: number;
  readonly digest: Uint8Array;
  readonly ancestors: readonly number[];
  readonly state: HistoryState;
}

/**
 * Records the audits of one flow. It keeps every possible parent of the next frame in memory, so a later audit in the
 * same process reads nothing from the store. A new process reads the newest chain once.
 */
export class HistoryWriter {
  readonly #store: SnapshotStore;
  readonly #retention: Retention;
  readonly #lease: HistoryLease;
  #head: HistoryHead;
  /** By level. */
  #tails: (Tail | undefined)[];
  /** The newest readable state if the newest chain is damaged. The next frame is then a keyframe. */
  #rescued: HistoryState | null = null;

  private constructor(
    store: SnapshotStore,
    retention: Retention,
    taken: { readonly lease: HistoryLease; readonly head: HistoryHead },
  ) {
    this.#store = store;
    this.#retention = retention;
    this.#lease = taken.lease;
    this.#head = taken.head;
    this.#tails = retention.steps.map(() => undefined);
  }

  /**
   * Takes the flow's lease for `owner`, a name that no other process uses, and reads the newest chain.
   * @throws HistoryBusyError while another owner's lease runs
   */
  static async open(options: {
    readonly store: SnapshotStore;
    readonly flow: string;
    readonly owner: string;
    readonly retention: Retention;
    readonly terms: LeaseTerms;
  }): Promise<HistoryWriter> {
    const { store, flow, owner, retention, terms } = options;
    checkRetention(retention);
    const writer = new HistoryWriter(store, retention, await store.acquire(flow, owner, terms));
    await writer.#load(terms.now);
    return writer;
  }

  get lease(): HistoryLease {
    return this.#lease;
  }

  /** The newest state, or null if the history is empty. Build the next one with `state.next(at)`. */
  get newest(): HistoryState | null {
    return this.#rescued ?? this.#tails[0]?.state ?? null;
  }

  /** The newest state, and the last time an audit found it unchanged. */
  get known(): KnownFlow | null {
    const state = this.newest;
    if (state === null) return null;
    const heldUntil = this.#head.tail?.heldUntil ?? state.at;
    return { state, heldUntil: this.#rescued === null ? heldUntil : state.at };
  }

  /**
   * Adds the result of one audit.
   * @throws HistoryFencedError if another writer took over; RangeError if `state` is not later than the newest audit
   */
  async record(state: HistoryState, terms: LeaseTerms): Promise<Recorded> {
    const after = this.#head.tail;
    if (after !== null && state.at <= after.heldUntil) {
      throw new RangeError(`the audit of ${state.at} is not later than the newest one, of ${after.heldUntil}`);
    }
    const tail = this.#tails[0];
    if (tail !== undefined && state.dictionary !== tail.state.dictionary) {
      throw new RangeError('only a state that `newest.next()` made can be recorded next');
    }
    const level = levelDue(this.#retention, state.at, this.#tails);
    const keyframe = this.#retention.steps.length - 1;
    // An unchanged state still gets a keyframe once per longest period, so that it never expires.
    if (tail !== undefined && level < keyframe && tail.level >= level && isSameState(tail.state, state)) {
      await this.#store.hold(this.#lease, state.at, terms);
      this.#head = { ...this.#head, tail: { at: tail.at, heldUntil: state.at } };
      return { kind: 'unchanged' };
    }
    const parent = level === keyframe ? null : (this.#tails[level] ?? null);
    const told = parent === null ? state.renumbered() : state;
    const mappingThinned = thinMapping(told, this.#retention.mappingPoints);
    const header: FrameHeader = {
      flow: this.#lease.flow,
      at: state.at,
      level,
      parent: parent === null ? null : { at: parent.at, digest: parent.digest },
      previous: after,
    };
    const body = encodeFrame(header, parent?.state ?? null, told);
    // Decode the frame before writing it: a reader must get exactly the state that was encoded.
    const kept = applyFrame(body, parent?.state.copy() ?? null);
    if (!isSameState(kept, told)) throw new Error('a frame does not decode to the state that was encoded');
    const { bytes, digest } = sealFrame(body);
    const ancestors = parent === null ? [] : [...parent.ancestors, parent.at];
    const entry = {
      at: state.at,
      level,
      expiresAt: expiresAt(this.#retention, state.at, level),
      ancestors,
      size: bytes.length,
    };
    await this.#store.append(this.#lease, { entry, bytes }, after?.at ?? null, terms);
    this.#head = { ...this.#head, tail: { at: state.at, heldUntil: state.at } };
    this.#rescued = null;
    const newest = { at: state.at, level, digest, ancestors, state: kept };
    for (let below = 0; below <= level; below++) this.#tails[below] = newest;
    return { kind: 'frame', level, bytes: bytes.length, mappingThinned };
  }

  /** Gives up the lease, so that another writer can begin at once. */
  async release(): Promise<void> {
    await this.#store.release(this.#lease);
  }

  async #load(now: number): Promise<void> {
    const { tail } = this.#head;
    if (tail === null) return;
    const entry = await this.#store.newest(this.#lease.flow, Number.MAX_SAFE_INTEGER, now);
    if (entry === null) return;
    try {
      // No frame is newer than the head's. An older one means that the head's frame is missing or has expired.
      if (entry.at !== tail.at) throw new DamagedFrameError('missing', 'the newest frame is missing');
      const ats = [...entry.ancestors, entry.at];
      // Along a chain levels only fall, so the last frame of a level is the newest of that level or a higher one.
      await loadChain(this.#store, this.#lease.flow, entry, now, ({ header: { at, level }, digest }, state) => {
        const newest = { at, level, digest, ancestors: ats.slice(0, ats.indexOf(at)), state: state.copy() };
        for (let below = 0; below <= level; below++) this.#tails[below] = newest;
      });
    } catch (error) {
      // This version must not write into the history of a newer one.
      if (!(error instanceof DamagedFrameError)) throw error;
      if (error.damage === 'future-version' || error.damage === 'unknown-codec') throw error;
      this.#tails = this.#retention.steps.map(() => undefined);
      const good = await readStateAsOf(this.#store, this.#lease.flow, Number.MAX_SAFE_INTEGER, now);
      this.#rescued = good?.state ?? null;
    }
  }
}
