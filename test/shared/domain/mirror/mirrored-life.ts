import fc from 'fast-check';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';

/** What MM2 does: mirrors some records, skips offsets that hold none, or restarts some records back. */
export type Act =
  | { readonly kind: 'mirror'; readonly records: number; readonly synced: boolean }
  | { readonly kind: 'gap'; readonly offsets: number }
  | { readonly kind: 'restart'; readonly back: number };

export const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('mirror' as const),
      records: fc.integer({ min: 1, max: 12 }),
      synced: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gap' as const), offsets: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), back: fc.integer({ min: 1, max: 10 }) }) },
);

export interface Mirrored {
  /** The source offset of every target record. */
  readonly log: readonly number[];
  readonly mapping: PartitionMapping;
  readonly sourceEnd: number;
  /** Whether nothing was written twice. */
  readonly once: boolean;
}

/** A life of a mirror. The first record after a start, a restart or a gap is synced, as MM2 means to. */
export function mirrored(acts: readonly Act[]): Mirrored {
  const records: number[] = [];
  const log: number[] = [];
  const history = new SyncHistory();
  let end = 0;
  let next = 0;
  let forced = true;
  let once = true;
  for (const one of acts) {
    if (one.kind === 'gap') {
      end += one.offsets;
      forced = true;
    } else if (one.kind === 'restart') {
      next = Math.max(0, next - one.back);
      once &&= next === records.length;
      forced = true;
    } else {
      for (let i = 0; i < one.records; i++) records.push(end++);
      for (let i = 0; next < records.length; i++) {
        const upstream = records[next++] ?? 0;
        if (forced || (one.synced && i === 0)) {
          history.push({ timestamp: BigInt(log.length), upstream: BigInt(upstream), downstream: BigInt(log.length) });
        }
        forced = upstream + 1 !== records[next];
        log.push(upstream);
      }
    }
  }
  const mapping = new PartitionMapping({
    history,
    target: { start: 0n, end: BigInt(log.length) },
    sourceEnd: BigInt(end),
  });
  return { log, mapping, sourceEnd: end, once };
}

export const lives = fc.array(act, { minLength: 1, maxLength: 25 });
