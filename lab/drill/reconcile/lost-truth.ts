import type { RawRecord } from '../../cluster-admin.ts';

/** What distinguishes a record from others, whatever headers it has. */
export function identityOf({ key, value, timestamp }: Omit<RawRecord, 'offset'>): string {
  return `${key?.toString('base64') ?? '-'} ${value?.toString('base64') ?? '-'} ${timestamp}`;
}

/** How often a log has each record. */
export function countsOf(records: readonly RawRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const record of records) {
    const identity = identityOf(record);
    counts.set(identity, (counts.get(identity) ?? 0) + 1);
  }
  return counts;
}

/** Source records of which the target lacks some: where they are, and how many of them never came. */
export interface Lost {
  readonly offsets: readonly bigint[];
  readonly count: number;
}

/**
 * Counts record by record what the target lacked at the moment of the fault. Of records that are equal only their number is
 * known, and that only if MM2 wrote none of them twice. Knows nothing of the product.
 */
export function lostTruth(source: readonly RawRecord[], target: readonly RawRecord[]): ReadonlyMap<string, Lost> {
  const there = countsOf(target);
  const offsets = new Map<string, bigint[]>();
  for (const record of source) {
    const identity = identityOf(record);
    const same = offsets.get(identity);
    if (same === undefined) offsets.set(identity, [record.offset]);
    else same.push(record.offset);
  }
  const lost = new Map<string, Lost>();
  for (const [identity, at] of offsets) {
    const copies = Math.min(at.length, there.get(identity) ?? 0);
    if (copies < at.length) lost.set(identity, { offsets: at, count: at.length - copies });
  }
  return lost;
}

/** What an export has of the truth, and what it has besides. */
export function judgeExport(
  truth: ReadonlyMap<string, Lost>,
  exported: readonly RawRecord[],
): { readonly lost: number; readonly found: number; readonly wrong: number } {
  const left = new Map([...truth].map(([identity, { count }]) => [identity, count]));
  const seen = new Set<bigint>();
  let found = 0;
  for (const record of exported) {
    const identity = identityOf(record);
    const count = left.get(identity) ?? 0;
    const isThere = truth.get(identity)?.offsets.includes(record.offset) === true;
    if (count === 0 || !isThere || seen.has(record.offset)) continue;
    seen.add(record.offset);
    left.set(identity, count - 1);
    found++;
  }
  const lost = [...truth.values()].reduce((sum, { count }) => sum + count, 0);
  return { lost, found, wrong: exported.length - found };
}

/**
 * Compares the target before and after a replay: each lost record has to be there once more, and no other one.
 * @param before counts just before the replay, with what applications have written since the fault
 */
export function judgeReplay(
  truth: ReadonlyMap<string, Lost>,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): { readonly missing: number; readonly twice: number } {
  let missing = 0;
  let twice = 0;
  for (const identity of new Set([...before.keys(), ...after.keys(), ...truth.keys()])) {
    const more = (after.get(identity) ?? 0) - (before.get(identity) ?? 0);
    const wanted = truth.get(identity)?.count ?? 0;
    if (more > wanted) twice += more - wanted;
    if (more < wanted) missing += wanted - more;
  }
  return { missing, twice };
}
