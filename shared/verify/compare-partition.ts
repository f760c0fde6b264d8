import type { IsolationLevel } from '../domain/cluster-data.ts';
import type { PartitionMapping } from '../domain/mapping.ts';
import type { DigestedRecord, DigestedStretch } from '../domain/verification/digested-record.ts';
import { planStretches, type Stretch, widened } from '../domain/verification/plan-stretches.ts';
import { isOpen, settlePositions, type WantedPosition } from '../domain/verification/settle-positions.ts';
import { SourceRecords } from '../domain/verification/source-records.ts';
import { unsettled, type VerifiedPosition } from '../domain/verification/verify-position.ts';
import type { ClusterReader } from '../ports.ts';
import { digestRecord } from './digest-record.ts';

export interface PartitionComparison {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  readonly mapping: PartitionMapping;
  readonly wanted: readonly WantedPosition[];
  /** Begin of the source log and the end of what MM2 can have read of it, observed after the target's end. */
  readonly log: Stretch;
  /** That of MM2's consumer on the source. */
  readonly isolation: IsolationLevel;
}

export interface ComparedPartition {
  /** In the order of `wanted`. */
  readonly positions: readonly VerifiedPosition[];
  /** Bytes of record batches that both clusters sent. */
  readonly bytes: number;
}

/** Times that more of the source is read because something on the target equals nothing of it yet. */
const WIDEN_AT_MOST = 8;
/** The target has to be read first, and nothing is told without the source. */
const TARGET_SHARE = 0.5;
export const OVER_BUDGET = 'left out for the budget of bytes to compare';

/**
 * Reads the stretches of both logs that settle the wanted positions, shortest first, within `allowance` bytes, and holds
 * each position against them. A stretch that does not fit is left out, and its positions say so.
 */
export async function comparePartition(
  comparison: PartitionComparison,
  source: ClusterReader,
  target: ClusterReader,
  allowance: number,
): Promise<ComparedPartition> {
  const { topic, targetTopic, partition, mapping, wanted, log, isolation } = comparison;
  const upstreams = wanted.map(({ upstream }) => upstream);
  const plan = planStretches(mapping, upstreams, log);
  const budget = { left: allowance };
  let missing: string | null = null;

  const onTarget: DigestedStretch[] = [];
  for (const stretch of plan.target.toSorted((a, b) => compare(a.until - a.from, b.until - b.from))) {
    const left = Math.floor(budget.left - allowance * (1 - TARGET_SHARE));
    const read = await readStretch(
      target,
      { topic: targetTopic, partition, isolation: 'read_uncommitted' },
      stretch,
      left,
    );
    budget.left -= read.bytes;
    if (read.missing === null) onTarget.push(read.stretch);
    else missing = read.missing;
  }

  const where = { topic, partition, isolation };
  let [range, start] = [plan.source, log.from];
  let records: DigestedRecord[] = [];
  let positions: readonly VerifiedPosition[] = wanted.map(({ said }) => unsettled(said, missing ?? OVER_BUDGET));
  if (onTarget.length === 0) return { positions, bytes: allowance - budget.left };
  let next: Stretch = range;
  for (let round = 0; round <= WIDEN_AT_MOST; round++) {
    const parts =
      round === 0
        ? [next]
        : [
            { from: next.from, until: range.from },
            { from: range.until, until: next.until },
          ];
    const reads = [];
    for (const part of parts) {
      const read = await readStretch(source, where, part, budget.left);
      budget.left -= read.bytes;
      reads.push(read);
    }
    const failed = reads.find((read) => read.missing !== null);
    // What came of a stretch that did not fit still counts, where it is the first one.
    if (failed !== undefined && round > 0) {
      missing = failed.missing;
      break;
    }
    const [first, second] = reads;
    if (first === undefined) break;
    records = [
      ...(second === undefined ? [] : first.stretch.records),
      ...records,
      ...(second ?? first).stretch.records,
    ];
    range = round === 0 ? first.stretch : next;
    start = reads.reduce((latest, read) => (read.start > latest ? read.start : latest), start);
    const compared = new SourceRecords([{ ...range, records }], { start, end: log.until });
    positions = settlePositions(mapping, wanted, onTarget, compared);
    if (failed !== undefined) missing = failed.missing;
    next = widened(range, log);
    if (missing !== null || !positions.some(isOpen) || (next.from === range.from && next.until === range.until)) break;
  }
  const reason = missing;
  if (reason !== null) {
    positions = positions.map((one) =>
      isOpen(one) && 'low' in one.translation
        ? { ...one, translation: unsettled(one.translation, reason).translation }
        : one,
    );
  }
  return { positions, bytes: allowance - budget.left };
}

interface StretchRead {
  /** As far as it could be read. */
  readonly stretch: DigestedStretch;
  /** Begin of the log as it is now. */
  readonly start: bigint;
  readonly bytes: number;
  /** Why not all of it is there; null where it is. */
  readonly missing: string | null;
}

async function readStretch(
  reader: ClusterReader,
  where: { readonly topic: string; readonly partition: number; readonly isolation: IsolationLevel },
  { from, until }: Stretch,
  maxBytes: number,
): Promise<StretchRead> {
  const records: DigestedRecord[] = [];
  const nothing = { stretch: { from, until: from, records }, start: 0n, bytes: 0 };
  if (from >= until) return { ...nothing, stretch: { from, until, records }, missing: null };
  if (maxBytes <= 0) return { ...nothing, missing: OVER_BUDGET };
  const scan = await reader.scan({ ...where, from, until, maxBytes }, (record) => records.push(digestRecord(record)));
  if (scan.kind === 'unread')
    return { ...nothing, stretch: { ...nothing.stretch, records: [] }, missing: scan.unread.message };
  const { start, next, bytes } = scan.value;
  // Where more came than was asked for, the rest of the batch was looked at as well, but not its end.
  const reached = next < until ? next : until;
  const stretch = { from, until: reached, records: records.filter(({ offset }) => offset < reached) };
  return { stretch, start, bytes, missing: reached < until ? OVER_BUDGET : null };
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
