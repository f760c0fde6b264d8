import { canonicalJson } from '../model/canonical-json.ts';
import type { Digest } from './approval-subject.ts';
import type { RunEvent } from './run-event.ts';

/** One entry of a run's evidence. Each one's hash covers the hash of the one before. */
export interface ChainEntry {
  readonly run: string;
  /** From 0, without gaps. */
  readonly seq: number;
  /** ms since the epoch. */
  readonly at: number;
  /** Number of the lock under which it was written; 0 before the first lock. It never decreases. */
  readonly epoch: number;
  readonly event: RunEvent;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly previous: string;
  /** SHA-256 in hex over all other fields. */
  readonly hash: string;
}

export const NO_ENTRY = '0'.repeat(64);

/** The next entry of a chain. */
export function sealed(entry: Omit<ChainEntry, 'hash'>, digest: Digest): ChainEntry {
  return { ...entry, hash: hashOf(entry, digest) };
}

/**
 * Where a chain is broken, in words; null if it is whole. It detects every change of an entry, and entries that are
 * missing before the last one. To detect missing entries at the end, compare the last hash with one that was kept elsewhere.
 */
export function brokenAt(run: string, entries: readonly ChainEntry[], digest: Digest): string | null {
  let previous = NO_ENTRY;
  let epoch = 0;
  for (const [index, entry] of entries.entries()) {
    if (entry.run !== run) return `entry ${index} belongs to run ${entry.run}`;
    if (entry.seq !== index) return `entry ${index} has the number ${entry.seq}`;
    if (entry.previous !== previous) return `entry ${index} does not follow the one before it`;
    if (entry.epoch < epoch) return `entry ${index} was written under an earlier lock`;
    const { hash, ...rest } = entry;
    if (hashOf(rest, digest) !== hash) return `entry ${index} was changed`;
    previous = hash;
    epoch = entry.epoch;
  }
  return null;
}

function hashOf({ run, seq, at, epoch, event, previous }: Omit<ChainEntry, 'hash'>, digest: Digest): string {
  return digest(canonicalJson({ run, seq, at, epoch, event, previous }));
}
