import type { Voided } from '../mirror/breaks/without-refuted.ts';
import type { PartitionMapping } from '../mirror/mapping.ts';
import { expiredUnread, firstCutOff, type TranslatedInterval, type Translation } from '../mirror/translation.ts';
import { counted } from '../model/figures.ts';
import { greatest, least } from '../model/offsets.ts';
import type { AlignedRecord, AlignedStretch } from './align-stretch.ts';
import { bracketOf, surplusesBehind } from './bracket.ts';

/** How records contradict what the syncs say about one source offset. */
export interface Refutation {
  readonly upstream: bigint;
  /** What the syncs said. */
  readonly said: bigint;
  /** What the records say. */
  readonly found: bigint;
  readonly how: string;
  /** False if nothing compares equal: something may have changed the records on the way. */
  readonly certain: boolean;
  /** What of the mapping it makes void; null if it is not certain, or no sync is involved. */
  readonly voids: Voided | null;
}

export interface VerifiedPosition {
  /** Unknown if the records contradict the syncs that any position would rest on. */
  readonly translation: Translation;
  readonly refutation: Refutation | null;
  /** A source record and its copy on the target, found by comparing: the pair can serve as an offset sync. */
  readonly pair: { readonly upstream: bigint; readonly downstream: bigint } | null;
  /**
   * Whether reading more of the source can help: some target record equals none of the source records that were read.
   */
  readonly open: boolean;
}

/** Copies of records before an offset: `again` counts recognised ones, `perhaps` counts records that may be copies. */
interface Copies {
  again: bigint;
  perhaps: bigint;
}

/**
 * Compares a translation with the records of its stretch of the target, and up to the log's end if that was read. The
 * position is directly before the first record there that the group has not read and that has no later copy. If a
 * record was not recognised, and may be such a record, it counts as one. Records after the position that the group has
 * already read are counted, also where only syncs show that MM2 wrote them again further on.
 *
 * A position is `verified` if its stretch was compared from end to end, and a record on at least one side of it was
 * recognised. It must also be known of every record after it whether the group has read it.
 *
 * @param stretches aligned stretches of the partition's target log
 * @param notCompared the reason to give if none of them covers the position's
 */
export function verifyPosition(
  mapping: PartitionMapping,
  upstream: bigint,
  said: TranslatedInterval,
  stretches: readonly AlignedStretch[],
  notCompared: string,
): VerifiedPosition {
  const cutOff = firstCutOff(mapping, upstream);
  // Behind what the log is known to have reached, the records still show whether the syncs hold.
  const wasReached = mapping.sourceCuts.some(({ reached }) => upstream <= reached);
  if (cutOff !== null && cutOff <= said.low && wasReached) return unsettled(said, AT_A_CUT);
  const bracket = bracketOf(mapping, upstream);
  const stretch = covering(stretches, bracket.from, bracket.until);
  if (stretch === null) return unsettled(said, notCompared);
  if (stretch.timeDiffers) {
    return unsettled(said, 'the target stamps records with its own time, so equal records cannot be distinguished');
  }
  const records = within(stretch, bracket.base, bracket.until);
  const inside = (position: bigint) => position >= bracket.from && position < bracket.until;
  const wrong = stretch.contradicted.filter(inside);
  const [changed] = stretch.changed.filter(inside);
  const replaced = stretch.replaced.filter(inside);
  // An equal record elsewhere in the partition shows that the target keeps times, and that no transform changes all records.
  if (stretch.compared === 0 && replaced.length > 0 && stretches.some(({ compared }) => compared > 0)) {
    const how = 'an offset sync names a record of another time than the one there';
    const downstream = replaced.reduce(greatest);
    const refutation = { upstream, said: said.low, found: downstream, how, certain: true } as const;
    return {
      translation: { kind: 'unknown', reason: how },
      refutation: { ...refutation, voids: { kind: 'older', downstream } },
      pair: null,
      open: false,
    };
  }
  if (stretch.compared === 0 && wrong.length === 0) {
    const first = changed;
    const why = 'no target record there equals a source record';
    if (first === undefined) return { ...unsettled(said, why), open: true };
    // The records were changed on the way, or this is another log. It is not known which, and a wrong position is worse
    // than none.
    const refutation = { upstream, said: said.low, found: first, how: why, certain: false, voids: null };
    return { translation: { kind: 'unknown', reason: why }, refutation, pair: null, open: false };
  }
  if (wrong.length === 0 && changed !== undefined) {
    const how =
      'the record that an offset sync names equals no source record: it is another one, or was changed on the way';
    const refutation = { upstream, said: said.low, found: changed, how, certain: false, voids: null };
    return { translation: { kind: 'unknown', reason: how }, refutation, pair: null, open: false };
  }

  const toEnd = stretch.until >= mapping.target.end;
  const all = toEnd ? within(stretch, bracket.base, mapping.target.end) : records;
  const front = toEnd ? onlyInFront(within(stretch, stretch.from, bracket.base), all, upstream) : null;
  if (front !== null) {
    const how = 'records at or after the offset exist only before the first position that the syncs allow';
    const voids = { kind: 'older', downstream: bracket.from } as const;
    const refutation = { upstream, said: said.low, found: front, how, certain: true, voids };
    return { translation: { kind: 'unknown', reason: how }, refutation, pair: null, open: false };
  }
  const keep = firstToKeep(all, upstream);
  // Where the target has deleted the right sync's record as well, the log begins behind it.
  const right = greatest(bracket.base, bracket.closed ? bracket.until - 1n : bracket.until);
  const end = toEnd ? mapping.target.end : right;
  const position = keep === null ? end : (all[keep]?.position ?? end);
  const copies = copiesBehind(all, position, upstream);
  for (const surplus of toEnd ? [] : surplusesBehind(mapping, upstream, bracket)) {
    const there = covering(stretches, surplus.from, surplus.until);
    if (there === null || there.contradicted.length + there.changed.length > 0) copies.perhaps += surplus.records;
    else add(copies, copiesBehind(within(there, surplus.from, surplus.until), surplus.from, upstream));
  }
  const later = !toEnd && surplusesBehind(mapping, upstream, bracket).length > 0;
  const refutation = refutationOf(upstream, said, all, wrong, later);
  if (wrong.length > 0) {
    // The bracket itself rests on a sync that does not hold.
    return {
      translation: { kind: 'unknown', reason: 'the records contradict an offset sync next to it' },
      refutation,
      pair: null,
      open: false,
    };
  }
  // The record has a later copy, and what was cut off lies between the two.
  if (cutOff !== null && cutOff < position) return { ...unsettled(said, AT_A_CUT), refutation };
  const pair = pairAt(all, keep, upstream);
  if (copies.perhaps === 0n) {
    const { again } = copies;
    const beside = within(stretch, bracket.from, end);
    const touched = pair !== null || beside.some((one) => one.compared && one.position < position);
    // Expired records cannot be compared: the bound by the syncs applies.
    const expired = expiredUnread(mapping, readable(mapping, upstream));
    const isBetween = bracket.closed && bracket.surplusFrom > mapping.first;
    const high = keep !== null && all[keep]?.upstream === null ? atMost(all, upstream, said, isBetween) : position;
    if (position < high) {
      const behind = copiesBehind(all, high, upstream).again;
      const interval = { kind: 'interval', low: position, high, again: behind, expired, proof: 'bounded' } as const;
      return { ...unsettled({ ...interval, reason: null }, NOT_RECOGNISED), refutation };
    }
    const translation: TranslatedInterval = {
      kind: 'interval',
      low: position,
      high: position,
      again,
      expired,
      proof: touched ? 'verified' : again === 0n ? 'exact' : 'bounded',
      reason: again === 0n ? null : `MM2 wrote records again after a restart, ${again} of them already read`,
    };
    return { translation, refutation, pair: again === 0n ? pair : null, open: false };
  }
  const candidates = [
    ...(refutation === null ? [said] : []),
    boundedBy(all, position, upstream, copies),
    ...(mapping.hasForeign ? [] : betweenNeighbours(all, position, upstream, copies)),
  ];
  const best = { ...candidates.reduce((a, b) => (rereadsOf(b) < rereadsOf(a) ? b : a)), expired: said.expired };
  const why = `for ${counted(copies.perhaps, 'record')} on the target it is not known whether the group has read ${copies.perhaps.toString() === '1' ? 'it' : 'them'}`;
  return { ...unsettled(best, why), refutation, open: true };
}

const AT_A_CUT = 'records do not show which of those at a cut the group has read';

const NOT_RECOGNISED = 'it is not known whether MM2 wrote the target records that equal none of the source';

/**
 * How far the position can be if the first record that a group must not skip was not recognised: it may be of another
 * producer. It never refutes what the syncs say. Before the first sync and behind the last one it proves nothing at all.
 */
function atMost(
  records: readonly AlignedRecord[],
  upstream: bigint,
  said: TranslatedInterval,
  isBetweenSyncs: boolean,
): bigint {
  if (isBetweenSyncs) return said.low;
  const unread = records.find((one) => one.upstream !== null && one.upstream >= upstream);
  return unread === undefined ? said.high : least(said.high, unread.position);
}

/** Records that the source has deleted too are lost to the group on both clusters. */
function readable({ sourceStart }: PartitionMapping, upstream: bigint): bigint {
  return upstream < sourceStart ? sourceStart : upstream;
}

/** The translation by the syncs, unchanged, with the reason why records do not improve its proof. */
export function unsettled(said: TranslatedInterval, why: string): VerifiedPosition {
  const translation =
    said.proof === 'exact' ? said : { ...said, reason: said.reason === null ? why : `${said.reason}; ${why}` };
  return { translation, refutation: null, pair: null, open: false };
}

function covering(stretches: readonly AlignedStretch[], from: bigint, until: bigint): AlignedStretch | null {
  return stretches.find((one) => one.from <= from && one.until >= until) ?? null;
}

function within({ records }: AlignedStretch, from: bigint, until: bigint): readonly AlignedRecord[] {
  return records.slice(firstFrom(records, from), firstFrom(records, until));
}

function firstFrom(records: readonly AlignedRecord[], position: bigint): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.position ?? position) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Index of the first record that must not be skipped: it is or may be at or after the offset, and has no later copy.
 */
function firstToKeep(records: readonly AlignedRecord[], upstream: bigint): number | null {
  const copied = new Set<bigint>();
  let keep: number | null = null;
  for (let i = records.length - 1; i >= 0; i--) {
    const record = records[i];
    if (record === undefined) continue;
    if (record.upstream === null) {
      if (record.possible !== null && record.possible.most >= upstream) keep = i;
    } else if (record.upstream >= upstream && !copied.has(record.upstream)) {
      copied.add(record.upstream);
      keep = i;
    }
  }
  return keep;
}

/** Position of the first recognised record at or after the offset that cannot have a copy among the later ones, or null. */
function onlyInFront(
  front: readonly AlignedRecord[],
  behind: readonly AlignedRecord[],
  upstream: bigint,
): bigint | null {
  const unread = front.filter((one) => one.compared && one.upstream !== null && one.upstream >= upstream);
  if (unread.length === 0) return null;
  const copied = new Set(behind.map((one) => one.upstream));
  return unread.find((one) => !copied.has(one.upstream) && !mayComeAgain(behind, one.upstream))?.position ?? null;
}

/** Whether one of the records was not recognised and equals the source record at an offset. */
function mayComeAgain(records: readonly AlignedRecord[], upstream: bigint | null): boolean {
  return upstream !== null && records.some(({ equal }) => equal.includes(upstream));
}

function copiesBehind(records: readonly AlignedRecord[], position: bigint, upstream: bigint): Copies {
  const copies: Copies = { again: 0n, perhaps: 0n };
  for (const record of records) {
    if (record.position < position) continue;
    if (record.upstream !== null) {
      if (record.upstream < upstream) copies.again++;
    } else if (record.possible !== null && record.possible.least < upstream) copies.perhaps++;
  }
  return copies;
}

function add(sum: Copies, more: Copies): void {
  sum.again += more.again;
  sum.perhaps += more.perhaps;
}

function pairAt(records: readonly AlignedRecord[], keep: number | null, upstream: bigint): VerifiedPosition['pair'] {
  const record = keep === null ? undefined : records[keep];
  if (record === undefined || record.upstream === null || !record.compared || record.upstream < upstream) return null;
  return { upstream: record.upstream, downstream: record.position };
}

/** Records that were not recognised count as already read: the position is safe, and they are its cost. */
function boundedBy(
  records: readonly AlignedRecord[],
  position: bigint,
  upstream: bigint,
  copies: Copies,
): TranslatedInterval {
  const unread = records.find((one) => one.position >= position && one.upstream !== null && one.upstream >= upstream);
  const high = unread?.position ?? position;
  const inFront = copiesBehind(records, position, upstream);
  const behind = copiesBehind(records, high, upstream);
  const counted = inFront.again + inFront.perhaps - behind.again - behind.perhaps;
  const again = copies.again + copies.perhaps - counted;
  return { kind: 'interval', low: position, high, again, expired: 0n, proof: 'bounded', reason: null };
}

/**
 * The interval between the two recognised records around the offset. The records between them cannot be recognised,
 * because the source has deleted the originals. The rule is the one for two syncs, applied to a closer pair.
 */
function betweenNeighbours(
  records: readonly AlignedRecord[],
  position: bigint,
  upstream: bigint,
  copies: Copies,
): TranslatedInterval[] {
  const at = firstFrom(records, position);
  let left = at - 1;
  while (left >= 0 && records[left]?.compared !== true) left--;
  let right = at;
  while (right < records.length && records[right]?.compared !== true) right++;
  const [a, b] = [records[left], records[right]];
  if (a?.upstream == null || b?.upstream == null || a.upstream >= upstream || b.upstream < upstream) return [];
  const offsets = b.upstream - a.upstream;
  const arrived = b.position - a.position;
  if (arrived > offsets) return [];
  const high = least(b.position, a.position + (upstream - a.upstream));
  const low = greatest(a.position + 1n, least(high, b.position - (b.upstream - upstream)));
  const between = copiesBehind(records.slice(left + 1, right), position, upstream);
  const again = copies.again + copies.perhaps - between.again - between.perhaps;
  const proof = low === high && again === 0n ? 'exact' : 'bounded';
  return [{ kind: 'interval', low, high, again, expired: 0n, proof, reason: null }];
}

/**
 * @param later whether MM2 wrote records again after these: a record that is only before the position here can have a
 *   copy there
 */
function refutationOf(
  upstream: bigint,
  said: TranslatedInterval,
  records: readonly AlignedRecord[],
  wrong: readonly bigint[],
  later: boolean,
): Refutation | null {
  const [first] = wrong;
  if (first !== undefined) {
    const how = 'an offset sync names a record other than the one there';
    const voids = { kind: 'older', downstream: wrong.reduce(greatest) } as const;
    return { upstream, said: said.low, found: first, how, certain: true, voids };
  }
  const lastCopies = new Map<bigint, bigint>();
  for (const one of records) if (one.upstream !== null && one.compared) lastCopies.set(one.upstream, one.position);
  const skipped = [...lastCopies].filter(
    ([offset, position]) =>
      offset >= upstream && position < said.low && !mayComeAgain(records.slice(firstFrom(records, said.low)), offset),
  );
  const [skip] = skipped;
  if (skip !== undefined && !later) {
    const how = `${counted(skipped.length, 'record at or after the offset is', 'records at or after the offset are')} before the position`;
    const voids = { kind: 'between', downstream: skip[1] } as const;
    return { upstream, said: said.low, found: skip[1], how, certain: true, voids };
  }
  const read = records.filter(
    (one) => one.compared && one.position >= said.low && (one.upstream ?? upstream) < upstream,
  );
  const last = read.at(-1);
  if (last !== undefined && BigInt(read.length) > rereadsOf(said)) {
    const how = `${counted(read.length, 'record before the offset is', 'records before the offset are')} at or after the position; the syncs allow at most ${rereadsOf(said)}`;
    const voids = { kind: 'older', downstream: last.position } as const;
    return { upstream, said: said.low, found: last.position + 1n, how, certain: true, voids };
  }
  return null;
}

function rereadsOf({ low, high, again }: TranslatedInterval): bigint {
  return high - low + again;
}
