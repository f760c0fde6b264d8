import { SyncHistory } from '../sync-history.ts';

/** One offset sync as the history keeps it. */
export interface MappingPoint {
  readonly upstream: bigint;
  readonly downstream: bigint;
  /** When MM2 wrote it: ms since the epoch; of all but a partition's first only the second, rounded down. */
  readonly timestamp: number;
  /** The offset-syncs topic lost records, or was not read, between the point before and this one. */
  readonly hole: boolean;
  /** The source topic became another one of the same name between the point before and this one. */
  readonly newSource: boolean;
  /** The same of the target topic. */
  readonly newTarget: boolean;
  /** Not written by MM2: the two records were found to be the same. */
  readonly compared: boolean;
}

/**
 * Adds a sync to those of its partition, merging neighbours of slope 1 into a run that keeps its two ends.
 *
 * Nothing that translation uses is lost: between two syncs as far apart on the source as on the target every offset is
 * exact, with or without a third one on the line between them. Only where a partition turns out to have both gaps and
 * foreign records, so that differences count no longer, the bounds across a run are as wide as the run. What goes is the
 * time of the syncs inside a run, which only raises doubts about a recreated source; recreations that an audit noticed
 * stay.
 */
export function appendPoint(points: readonly MappingPoint[], point: MappingPoint): readonly MappingPoint[] {
  const last = points.at(-1);
  if (last === undefined) return [point];
  const before = points.at(-2);
  const next = { ...point, timestamp: Math.floor(point.timestamp / 1000) * 1000 };
  const isOnLine = before !== undefined && continues(before, last) && continues(last, point);
  return isOnLine ? [...points.slice(0, -1), next] : [...points, next];
}

/** Whether a point lies on the line of slope 1 through another, with nothing in doubt between them. */
function continues(from: MappingPoint, to: MappingPoint): boolean {
  const upstream = to.upstream - from.upstream;
  return (
    !isBroken(to) && !from.compared && !to.compared && upstream > 0n && to.downstream - from.downstream === upstream
  );
}

export interface ThinnedPoints {
  readonly points: readonly MappingPoint[];
  readonly dropped: number;
}

/**
 * Brings a partition's points down to a budget, oldest first. A point may go where the source alone had gaps on both
 * sides of it: the interval that remains bounds the same offsets, only wider, so that their proof falls from exact to
 * bounded by itself. Points at rewinds, foreign records, holes and pins stay: they are what the others are judged by.
 * Where too few may go, the result stays above the budget.
 */
export function thinPoints(points: readonly MappingPoint[], budget: number): ThinnedPoints {
  let kept = points;
  // Every second one, again and again: the newest stay dense, and what is left is evenly spread.
  while (kept.length > budget) {
    const next: MappingPoint[] = [];
    let excess = kept.length - budget;
    for (const [index, point] of kept.entries()) {
      const left = next.at(-1);
      const right = kept[index + 1];
      const previousDropped = next.length > 0 && left !== kept[index - 1];
      const mayGo = left !== undefined && right !== undefined && !previousDropped && isBetweenGaps(left, point, right);
      if (excess > 0 && mayGo) excess--;
      else next.push(point);
    }
    if (next.length === kept.length) break;
    kept = next;
  }
  return { points: kept, dropped: points.length - kept.length };
}

function isBetweenGaps(left: MappingPoint, point: MappingPoint, right: MappingPoint): boolean {
  return isGap(left, point) && isGap(point, right);
}

function isGap(left: MappingPoint, right: MappingPoint): boolean {
  if (isBroken(right)) return false;
  const upstream = right.upstream - left.upstream;
  const downstream = right.downstream - left.downstream;
  return upstream > 0n && downstream > 0n && downstream <= upstream;
}

/** Whether something is in doubt between a point and the one before it. */
function isBroken({ hole, newSource, newTarget }: MappingPoint): boolean {
  return hole || newSource || newTarget;
}

/** The points as the evidence that `PartitionMapping` takes. */
export function syncHistoryOf(points: readonly MappingPoint[]): SyncHistory {
  return SyncHistory.of(points.map((point) => ({ ...point, timestamp: BigInt(point.timestamp) })));
}
