import { greatest, least } from '../../model/offsets.ts';
import { indexesBehind } from '../coverage/cut-off.ts';
import type { SourceCut } from '../epoch.ts';
import type { PartitionMapping } from '../mapping.ts';

type Pair = { readonly upstream: bigint; readonly downstream: bigint };

/** The oldest records that source and target still have. */
export interface LogStarts {
  readonly source: bigint;
  readonly target: bigint;
}

/**
 * Where MM2 began behind a cut of the source log: at the first sync behind it at the latest. Syncs of before the cut can
 * follow it in the history, and records that MM2 wrote before its first sync have copies, too. Comparing shows both.
 */
export interface BegunBehind {
  /** Index of the first sync that is surely behind the cut. */
  readonly index: number;
  /** Where the log was cut. */
  readonly cutAt: bigint;
  /** Whether the hole that the cut left is directly before it. Else it is one of those before: they are of either log. */
  readonly isBehindHole: boolean;
  /** Syncs from that one on, in the order in which MM2 wrote them. */
  readonly syncs: readonly Pair[];
  /** Where the records before the first of them are, if MM2 wrote them without a gap; the nearest one first. */
  readonly before: readonly Pair[];
  /** The last point below the cut, whose record is in both logs; null if there is none. */
  readonly below: Pair | null;
}

/** All of them in one order. */
export function pairsOf({ syncs, before, below }: BegunBehind): readonly Pair[] {
  return [...syncs, ...before, ...(below === null ? [] : [below])];
}

/** What comparing records has shown, by the index among `pairsOf`. */
export interface FoundBehind {
  readonly asked: BegunBehind;
  readonly found: ReadonlyMap<number, 'same' | 'different' | 'unknown'>;
}

/** What that shows. */
export type Begun =
  /** So many syncs are of before the cut. */
  | { readonly kind: 'later'; readonly syncs: number }
  /** MM2 wrote this record after the cut, and all behind it. */
  | { readonly kind: 'earlier'; readonly pair: Pair }
  /** MM2 began at the first sync. */
  | { readonly kind: 'there' }
  /** The records are not those of the syncs: these are of before the cut, or a transform changes every record. */
  | { readonly kind: 'unsure' };

/** Each pair costs a look at a record on either side. */
const FEW_SYNCS = 5;

/**
 * What there is to compare about a cut that an earlier audit noticed; null if there is nothing, or it is known already.
 * @param written how many syncs of the mapping are in the history
 */
export function begunBehind(
  mapping: PartitionMapping,
  written: number,
  cut: SourceCut,
  starts: LogStarts,
): BegunBehind | null {
  const index = indexesBehind(mapping, cut).at(-1);
  if (index === undefined || index >= written || mapping.at(index).confirmed) return null;
  // MM2 may have gone on behind several cuts at once: it began behind the lowest.
  const together = mapping.sourceCuts.filter((one) => indexesBehind(mapping, one).includes(index));
  const cutAt = together.reduce((lowest, { at }) => least(lowest, at), cut.at);
  const { upstream, downstream } = mapping.pair(index);
  const left = index === mapping.first ? -1n : mapping.downstream(index - 1);
  const lowest = { upstream: greatest(cutAt, starts.source), downstream: greatest(left + 1n, starts.target) };
  const room = least(upstream - lowest.upstream, downstream - lowest.downstream);
  // Where nothing can lie before it, a later cut or a late sync would show by itself.
  if (room <= 0n) return null;
  const before: Pair[] = [];
  for (let step = 1n; step < room; step *= 2n) before.push(back({ upstream, downstream }, step));
  before.push(back({ upstream, downstream }, room));
  const syncs: Pair[] = [];
  for (let i = index; i < written && syncs.length < FEW_SYNCS && (i === index || !mapping.holeBefore(i)); i++) {
    syncs.push(mapping.pair(i));
  }
  const below = index === mapping.first ? null : mapping.pair(index - 1);
  return { index, cutAt, isBehindHole: mapping.holeBefore(index), syncs, before, below };
}

/** The same with what one more comparison has shown. */
export function withFound(
  { asked, ...rest }: { readonly asked: BegunBehind } & Partial<FoundBehind>,
  index: number,
  one: 'same' | 'different' | 'unknown',
): FoundBehind {
  return { asked, found: new Map([...(rest.found ?? []), [index, one]]) };
}

/** What the comparisons show; null if that is nothing. */
export function begunBy({ asked: { syncs, before, isBehindHole }, found }: FoundBehind): Begun | null {
  const same = syncs.findIndex((_, i) => found.get(i) === 'same');
  if (same !== 0) {
    const older = syncs.slice(0, same < 0 ? syncs.length : same);
    // Where nothing is the same, a transform may have changed every record, also those below the cut.
    const below = found.get(syncs.length + before.length);
    if (!isBehindHole || older.some((_, i) => found.get(i) !== 'different')) return null;
    if (same > 0 || below === 'same') return { kind: 'later', syncs: older.length };
    return below === 'different' ? null : { kind: 'unsure' };
  }
  const differs = before.findIndex((_, i) => found.get(syncs.length + i) !== 'same');
  const pair = before[(differs < 0 ? before.length : differs) - 1];
  if (pair !== undefined) return { kind: 'earlier', pair };
  return found.get(syncs.length) === 'different' ? { kind: 'there' } : null;
}

function back({ upstream, downstream }: Pair, records: bigint): Pair {
  return { upstream: upstream - records, downstream: downstream - records };
}
