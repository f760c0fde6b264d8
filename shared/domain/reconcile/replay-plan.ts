import { canonicalJson } from '../model/canonical-json.ts';

export const REPLAY_PLAN_SCHEMA = 'tidemark.replay-plan/1';

/** Source offsets: every data record of [from, until) is written. */
export interface ReplayRange {
  readonly from: bigint;
  readonly until: bigint;
}

/** What is written to one partition of the target. */
export interface ReplayPartition {
  readonly topic: string;
  readonly targetTopic: string;
  readonly sourceId: string | null;
  readonly targetId: string | null;
  /** The same number on both clusters. */
  readonly partition: number;
  readonly ranges: readonly ReplayRange[];
  readonly records: bigint;
  readonly bytes: bigint;
  /** Over offset, time, key, value and headers of every record: what is written is what was approved. */
  readonly digest: string;
  /** What an attempt has written lies from this target offset on: the log's end before the plan was made. */
  readonly lookFrom: bigint;
  /** How many of the records have a newer one of their key on the target; null if that is not known. */
  readonly superseded: bigint | null;
}

/** What a person approves by its hash. It holds no record, key or secret. */
export interface ReplayPlan {
  /** `A->B` */
  readonly flow: string;
  readonly source: { readonly alias: string; readonly clusterId: string };
  readonly target: { readonly alias: string; readonly clusterId: string | null };
  /** The failover whose points bound the copies; null if none was used. */
  readonly failover: string | null;
  readonly skipSuperseded: boolean;
  /** ms since the epoch. After `expiresAt` a new plan says what the target has by then. */
  readonly madeAt: number;
  readonly expiresAt: number;
  readonly partitions: readonly ReplayPartition[];
}

/** SHA-256 of a text in hex. */
type Digest = (text: string) => string;

/** The hash by which a person approves a plan. */
export function hashOfReplay(plan: ReplayPlan, digest: Digest): string {
  return digest(`${REPLAY_PLAN_SCHEMA}\n${canonicalJson(plan)}`);
}

/** The ranges without single records, both in rising order. */
export function withoutOffsets(ranges: readonly ReplayRange[], offsets: readonly bigint[]): ReplayRange[] {
  const rest: ReplayRange[] = [];
  let at = 0;
  for (const { from, until } of ranges) {
    let begin = from;
    for (let offset = offsets[at]; offset !== undefined && offset < until; offset = offsets[++at]) {
      if (offset > begin) rest.push({ from: begin, until: offset });
      if (offset >= begin) begin = offset + 1n;
    }
    if (begin < until) rest.push({ from: begin, until });
  }
  return rest;
}

/** Whether an offset lies in one of the ranges, which are in rising order. */
export function isInside(ranges: readonly ReplayRange[], offset: bigint): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.until ?? offset) <= offset) low = middle + 1;
    else high = middle;
  }
  const found = ranges[low];
  return found !== undefined && found.from <= offset;
}
