import { type FlowMeasurement, ratesOf } from './measurement.ts';
import { type Pace, paceOf } from './pace.ts';
import type { SourceRetention } from './retention.ts';

export interface Outage {
  readonly hours: number;
  /** In which all is to be mirrored again, after the outage. */
  readonly withinHours: number;
  /** What the mirror can do, as measured before; in records per second. */
  readonly capacity?: number | undefined;
  /** What producers write then, if it is not what they write now; in records per second. */
  readonly sourceRate?: number | undefined;
}

/** Records per second that the mirror can do with the tasks it has. */
export type Capacity =
  | { readonly kind: 'known'; readonly perSecond: number; readonly from: 'measured' | 'given' }
  /** It keeps up, and so has shown only this. */
  | { readonly kind: 'at-least'; readonly perSecond: number; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface CapacityPlan {
  readonly pace: Pace;
  /** Records per second that are written to the source, as the plan counts with them. */
  readonly sourceRate: number;
  readonly capacity: Capacity;
  /** Null if nothing says how many tasks run. */
  readonly tasks: number | null;
  readonly partitions: number;
  /** Records that wait at the end of the outage. */
  readonly backlog: bigint;
  readonly catchUp:
    | { readonly kind: 'known'; readonly hours: number; readonly isAtMost: boolean }
    /** It can do no more than producers write. */
    | { readonly kind: 'never' }
    | { readonly kind: 'unknown'; readonly reason: string };
  /** Records per second that catching up in time takes. */
  readonly needed: number;
  readonly tasksNeeded: Needed;
  readonly partitionsNeeded: Needed;
  readonly lost:
    | { readonly kind: 'none' }
    | { readonly kind: 'expires'; readonly topic: string; readonly afterHours: number }
    | { readonly kind: 'unknown'; readonly reason: string };
}

export type Needed =
  | { readonly kind: 'known'; readonly count: number; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What an outage of the mirror costs, and what it takes to catch up in time, by what was measured. */
export function planCapacity(measurement: FlowMeasurement, retention: SourceRetention, outage: Outage): CapacityPlan {
  const rates = ratesOf(measurement);
  const pace = paceOf(measurement);
  const sourceRate = outage.sourceRate ?? rates.source;
  const { metrics, partitions } = measurement;
  const tasks = metrics?.end.kind === 'read' ? metrics.end.value.tasks.length : null;
  const capacity = capacityOf(pace, rates.mirrored, outage);
  const waits = measurement.backlog.kind === 'known' ? measurement.backlog.records : 0n;
  const backlog = BigInt(Math.ceil(sourceRate * outage.hours * 3_600)) + waits;
  const needed = sourceRate + Number(backlog) / (outage.withinHours * 3_600);
  const perTask = capacity.kind === 'known' && tasks !== null && tasks > 0 ? capacity.perSecond / tasks : null;
  const tasksNeeded = tasksFor(needed, perTask, capacity, tasks);
  return {
    ...{ pace, sourceRate, capacity, tasks, partitions: partitions.length, backlog, needed, tasksNeeded },
    catchUp: catchUpOf(capacity, sourceRate, Number(backlog)),
    partitionsNeeded: partitionsFor(measurement, tasksNeeded, needed, perTask),
    lost: lostIn(outage.hours, retention),
  };
}

function capacityOf(pace: Pace, mirrored: number, { capacity }: Outage): Capacity {
  if (capacity !== undefined) return { kind: 'known', perSecond: capacity, from: 'given' };
  switch (pace.kind) {
    case 'behind':
      return { kind: 'known', perSecond: mirrored, from: 'measured' };
    case 'keeps-up':
      return {
        kind: 'at-least',
        perSecond: mirrored,
        reason: 'the mirror keeps up, so that nothing shows how fast it could be',
      };
    case 'still':
      return { kind: 'unknown', reason: 'nothing arrives on the target' };
    case 'unknown':
      return { kind: 'unknown', reason: pace.reason };
  }
}

function catchUpOf(capacity: Capacity, sourceRate: number, backlog: number): CapacityPlan['catchUp'] {
  if (capacity.kind === 'unknown') return capacity;
  const spare = capacity.perSecond - sourceRate;
  if (backlog === 0) return { kind: 'known', hours: 0, isAtMost: false };
  // A mirror that keeps up mirrors what is written: that says nothing of what it has left.
  if (capacity.kind === 'at-least' && spare <= 0.05 * capacity.perSecond) {
    return { kind: 'unknown', reason: `${capacity.reason}; measure while it catches up, or give --capacity` };
  }
  if (spare <= 0) return { kind: 'never' };
  return { kind: 'known', hours: backlog / spare / 3_600, isAtMost: capacity.kind === 'at-least' };
}

function tasksFor(needed: number, perTask: number | null, capacity: Capacity, tasks: number | null): Needed {
  if (perTask === null || perTask <= 0) {
    const reason = capacity.kind === 'known' ? 'how many tasks run is unknown: flows[].metrics' : capacity.reason;
    return { kind: 'unknown', reason };
  }
  const count = Math.max(1, Math.ceil(needed / perTask));
  return {
    kind: 'known',
    count,
    reason: `${tasks} now, each with ${Math.round(perTask)} records/s, if workers and brokers have room`,
  };
}

/** A task mirrors whole partitions, so that the busiest of them takes a whole task at most. */
function partitionsFor({ partitions }: FlowMeasurement, tasks: Needed, needed: number, perTask: number | null): Needed {
  if (tasks.kind === 'unknown' || perTask === null) return tasks;
  const written = partitions.reduce((sum, one) => sum + one.written, 0n);
  const most = partitions.reduce((max, one) => (one.written > max ? one.written : max), 0n);
  if (written === 0n)
    return {
      kind: 'unknown',
      reason: 'nothing was written to the source meanwhile: how its partitions share records is unknown',
    };
  const share = Number(most) / Number(written);
  if (share * needed > perTask) {
    const percent = Math.round(100 * share);
    const count = Math.ceil((share * needed) / perTask) * partitions.length;
    return {
      kind: 'known',
      count,
      reason: `the busiest partition has ${percent} % of the records, more than one task can mirror in time`,
    };
  }
  const count = Math.max(tasks.count, partitions.length);
  return {
    kind: 'known',
    count,
    reason: count > partitions.length ? 'one for each task, at least' : 'those that there are',
  };
}

function lostIn(hours: number, retention: SourceRetention): CapacityPlan['lost'] {
  if (retention.kind === 'unknown') return retention;
  const { ms, topic, bySize } = retention;
  if (ms !== null && topic !== null && hours * 3_600_000 >= ms)
    return { kind: 'expires', topic, afterHours: ms / 3_600_000 };
  if (bySize.length > 0) {
    const more = bySize.length === 1 ? '' : ` and ${bySize.length - 1} more`;
    return {
      kind: 'unknown',
      reason: `${bySize[0]}${more} delete by size (retention.bytes): how long that lasts depends on what is written`,
    };
  }
  return { kind: 'none' };
}
