import { counted } from '../model/figures.ts';
import type { MirrorMetrics } from '../model/mirror-metrics.ts';
import type { Advice } from './advice.ts';
import type { FlowMeasurement } from './measurement.ts';

/** A worker that uses this share of its processors has no room for more. */
const BUSY = 0.8;

/** A mirror that is behind: would more tasks share the work? */
export function tasksMaxAdvice(measurement: FlowMeasurement, batch: Advice, worker: Advice): Advice {
  const { metrics, partitions, settings } = measurement;
  const of = (kind: 'keep' | 'unknown', reason: string): Advice => ({ lever: 'tasks-max', kind, reason });
  if (metrics === undefined) return of('unknown', 'the configuration names no exporter: flows[].metrics');
  if (metrics.end.kind === 'unread') return of('unknown', metrics.end.unread.message);
  const tasks = metrics.end.value.tasks.length;
  const moving = partitions.filter(({ mirrored, written }) => mirrored > 0n || written > 0n).length;
  if (tasks >= moving) {
    return of(
      'keep',
      `${counted(tasks, 'task mirrors', 'tasks mirror')} ${counted(moving, 'partition')} with records: a task mirrors whole partitions, more would be idle`,
    );
  }
  if (batch.kind === 'change')
    return of('keep', 'change the batches first, and measure again: both together may be too much');
  if (worker.kind === 'act') return of('keep', 'the worker has no room for more tasks');
  const to = Math.min(moving, 2 * tasks);
  return {
    lever: 'tasks-max',
    kind: 'change',
    setting: 'tasks.max',
    place: 'source-connector',
    from: settings?.kind === 'read' && settings.value.tasksMax !== null ? String(settings.value.tasksMax) : null,
    to: String(to),
    reason: `${counted(tasks, 'task mirrors', 'tasks mirror')} ${counted(moving, 'partition')} with records and ${tasks === 1 ? 'is' : 'are'} behind, and their batches do not hold them back: each task has a consumer and a producer of its own`,
    gain:
      worker.kind === 'keep'
        ? { kind: 'throughput', atMost: to / tasks }
        : { kind: 'unknown', reason: 'whether the worker has processors left is unknown' },
  };
}

/** A mirror that is behind: does its worker have processors left? */
export function separateWorkerAdvice({ metrics, seconds }: FlowMeasurement): Advice {
  const of = (kind: 'keep' | 'unknown', reason: string): Advice => ({ lever: 'separate-worker', kind, reason });
  if (metrics === undefined) return of('unknown', 'the configuration names no exporter: flows[].metrics');
  const { begin, end } = metrics;
  if (begin.kind === 'unread') return of('unknown', begin.unread.message);
  if (end.kind === 'unread') return of('unknown', end.unread.message);
  const busiest = busiestWorker(begin.value, end.value, seconds);
  if (busiest === null) {
    return of(
      'unknown',
      'the exporter leaves out process_cpu_seconds_total or the number of processors, or a worker was started again',
    );
  }
  const percent = Math.round(100 * busiest);
  if (busiest < BUSY) return of('keep', `the busiest worker uses ${percent} % of its processors`);
  return {
    lever: 'separate-worker',
    kind: 'act',
    what: 'run this connector on a worker of its own, or give its worker more processors',
    reason: `its worker uses ${percent} % of its processors`,
    gain: { kind: 'unknown', reason: 'how much of that is this flow is not exported' },
  };
}

/** Share of its processors, 0 to 1; null if one worker does not say. */
function busiestWorker(begin: MirrorMetrics, end: MirrorMetrics, seconds: number): number | null {
  let busiest = 0;
  for (const [i, { cpuSeconds, processors }] of end.workers.entries()) {
    const before = begin.workers[i]?.cpuSeconds ?? null;
    if (cpuSeconds === null || before === null || processors === null || processors <= 0 || cpuSeconds < before)
      return null;
    busiest = Math.max(busiest, (cpuSeconds - before) / seconds / processors);
  }
  return end.workers.length === 0 ? null : busiest;
}
