import type { Flow } from '../model/flow.ts';
import type { Advice, Lever, TuningLimits } from './advice.ts';
import { batchSizeAdvice } from './batch-size.ts';
import type { FlowMeasurement } from './measurement.ts';
import { flushIntervalAdvice, offsetLagMaxAdvice } from './offset-advice.ts';
import { type Pace, paceOf } from './pace.ts';
import { separateWorkerAdvice, tasksMaxAdvice } from './task-advice.ts';

export interface Tuning {
  readonly pace: Pace;
  /** One for each lever. */
  readonly advice: readonly Advice[];
}

/** What to change in MM2, by what was measured of the flow; on a mirror that keeps up nothing that is about speed. */
export function advise(
  measurement: FlowMeasurement,
  flow: Pick<Flow, 'offsetFlushIntervalMs' | 'offsetLagMax' | 'emitOffsetSyncs'>,
  limits: TuningLimits,
): Tuning {
  const pace = paceOf(measurement);
  return {
    pace,
    advice: [
      ...speedAdvice(measurement, pace),
      flushIntervalAdvice(measurement, flow, limits),
      offsetLagMaxAdvice(measurement, flow, limits),
    ],
  };
}

function speedAdvice(measurement: FlowMeasurement, pace: Pace): Advice[] {
  const all = (kind: 'keep' | 'unknown', reason: string): Advice[] =>
    (['batch-size', 'linger', 'tasks-max', 'separate-worker'] satisfies Lever[]).map((lever) => ({
      lever,
      kind,
      reason,
    }));
  switch (pace.kind) {
    case 'keeps-up':
      return all('keep', 'the mirror keeps up with its source');
    case 'still':
      return all(
        'keep',
        'nothing arrives on the target: the mirror has stopped or stalled, and settings are no remedy',
      );
    case 'unknown':
      return all('unknown', pace.reason);
    case 'behind': {
      const worker = separateWorkerAdvice(measurement);
      const batch = batchSizeAdvice(measurement);
      const linger: Advice = {
        lever: 'linger',
        kind: 'keep',
        reason:
          'a task has one request under way for each broker: batches fill while they wait for it, and linger.ms only adds to that',
      };
      return [batch, linger, tasksMaxAdvice(measurement, batch, worker), worker];
    }
  }
}
