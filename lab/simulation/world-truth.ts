import type { SimulatedMm2 } from './simulated-mm2.ts';

/** What the truth of a simulated world depends on. */
interface JudgedWorld {
  readonly mm2: SimulatedMm2;
  /** Source offsets that Connect has committed, oldest first. */
  readonly connectOffsets: readonly { readonly offset: number }[];
  /** How many of them acknowledge nothing any more. */
  readonly connectVoid: number;
  readonly terms: { readonly connect: boolean };
}

/** What is true of a simulated world, as far as an audit reports about it. */
export interface WorldTruth {
  /** Source records that are not on the present target log, and that MM2 has yet to mirror. */
  readonly waiting: number;
  /** The same, but MM2 is past them. */
  readonly never: number;
  /** Of those of which MM2 is past, the ones that no open transaction can still abort. */
  readonly neverAndCommitted: number;
  /** Source records that are not on the target, up to the last offset that MM2 acknowledged in any way. */
  readonly passed: number;
  /** Source offsets after the last one that MM2 has acknowledged in a way that an audit can read. */
  readonly unacknowledged: number;
}

/** @param readsConnect whether the audit could read Connect's offsets */
export function truthOf({ mm2, connectOffsets, connectVoid, terms }: JudgedWorld, readsConnect = true): WorldTruth {
  const copied = new Set<number>();
  for (const one of mm2.targetRecords) {
    if (one !== null && one.epoch === mm2.sourceEpoch) copied.add(one.source);
  }
  const lost = mm2.sourceOffsets.filter((offset) => !copied.has(offset));
  // A sync whose record a cut has removed from the target acknowledges nothing there.
  const { synced } = mm2;
  const connected =
    terms.connect && readsConnect && connectVoid < connectOffsets.length ? (connectOffsets.at(-1)?.offset ?? -1) : -1;
  const stable = mm2.isolation === 'read_committed' ? mm2.lastStable : mm2.sourceEnd;
  const acknowledged = Math.min(mm2.position, Math.max(synced, connected) + 1);
  return {
    waiting: lost.filter((offset) => offset >= mm2.position).length,
    never: lost.filter((offset) => offset < mm2.position).length,
    neverAndCommitted: lost.filter((offset) => offset < Math.min(mm2.position, stable)).length,
    passed: lost.filter(
      (offset) => offset <= Math.max(synced, terms.connect ? (connectOffsets.at(-1)?.offset ?? -1) : -1),
    ).length,
    unacknowledged: mm2.sourceEnd - acknowledged,
  };
}

/** What continuing at a position on the target costs a group, as true in the simulated world. */
export interface TrueCost {
  readonly rereads: number;
  readonly skips: number;
  /** Of the skipped records, those that the target has deleted. */
  readonly expired: number;
}

export function costOfPosition({ mm2 }: JudgedWorld, committed: bigint, position: bigint): TrueCost {
  const [u, d] = [Number(committed), Number(position)];
  const skips = mm2.skips(u, d);
  // Before the log's start, a consumer is reset to the start.
  return { rereads: mm2.rereads(u, Math.max(d, mm2.targetStart)), skips, expired: mm2.skips(u, 0) };
}
