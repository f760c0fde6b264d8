import { renderCapacityJson } from '../../cli/verbs/plan-capacity/json.ts';
import { renderTuneJson } from '../../cli/verbs/tune/json.ts';
import type { Flow } from '../../shared/domain/model/flow.ts';
import { advise } from '../../shared/domain/tune/advise.ts';
import { type Outage, planCapacity } from '../../shared/domain/tune/capacity.ts';
import type { FlowMeasurement } from '../../shared/domain/tune/measurement.ts';
import type { SourceRetention } from '../../shared/domain/tune/retention.ts';
import { AT } from '../shared/domain/judge/case-shapes.ts';
import { PRESSED_PRODUCER, taskOf } from '../shared/domain/judge/mirror-metrics-fixture.ts';
import { FLOW, KEEPS_UP, LIMITS, metricsAt, SLOW } from '../shared/domain/tune/measured-flow.ts';

const unknown = { kind: 'unknown', reason: 'broker 2 is down' } as const;
const still = { ...SLOW, partitions: SLOW.partitions.map((one) => ({ ...one, mirrored: 0n })) };
const other = taskOf(0, { producer: { ...PRESSED_PRODUCER, queueMs: 1 } });

function tuned(measurement: FlowMeasurement, flow: Partial<Flow> = {}, limits = LIMITS) {
  return { flow: 'A->B', measurement, tuning: advise(measurement, { ...FLOW, ...flow }, limits) };
}

/** One of each kind of pace, advice and gain. */
export const TUNE_DOCUMENTS = [
  renderTuneJson(AT, [
    tuned(SLOW),
    tuned(KEEPS_UP),
    tuned(still),
    tuned({ ...SLOW, backlog: unknown, unmeasured: 1 }),
    // Busy, and with syncs for every second record.
    tuned({ ...SLOW, syncs: 9_000n, metrics: metricsAt([other], 110) }, { offsetLagMax: 1 }),
    // More tasks, of which nothing says what they gain; groups go back further than the operator wants.
    tuned({ ...SLOW, metrics: withoutProcessors() }, { offsetFlushIntervalMs: 600_000 }, { maxGroupReread: 50n }),
    tuned({ ...SLOW, metrics: metricsAt([other]), settings: { kind: 'unread', unread: unreadSettings() } }),
  ]),
];

const KEPT: SourceRetention = { kind: 'known', ms: 604_800_000, topic: 'orders', bySize: [] };

function planned(measurement: FlowMeasurement, more: Partial<Outage> = {}, retention = KEPT) {
  const outage = { hours: 8, withinHours: 2, ...more };
  return { flow: 'A->B', seconds: 60, plan: planCapacity(measurement, retention, outage) };
}

export const CAPACITY_DOCUMENTS = [
  renderCapacityJson(AT, { hours: 8, withinHours: 2 }, [
    planned(SLOW),
    planned(KEEPS_UP, { sourceRate: 20 }, { kind: 'known', ms: 3_600_000, topic: 'orders', bySize: [] }),
    planned(KEEPS_UP, {}, { kind: 'unknown', reason: 'refused' }),
    planned(SLOW, { capacity: 100 }),
    planned(still),
    planned({ ...SLOW, backlog: unknown }),
    planned({ ...SLOW, metrics: metricsAt([]) }),
    planned(withoutMetrics()),
  ]),
];

function withoutMetrics(): FlowMeasurement {
  const { metrics: _, ...others } = SLOW;
  return others;
}

function withoutProcessors(): NonNullable<FlowMeasurement['metrics']> {
  const { end } = metricsAt([other]);
  if (end.kind === 'unread') throw new Error('the fixture has metrics');
  const value = { ...end.value, workers: [{ cpuSeconds: null, processors: null }] };
  return { begin: { kind: 'read', value }, end: { kind: 'read', value } };
}

function unreadSettings() {
  return { what: 'settings', cluster: 'B', error: 'CONNECT_UNREACHABLE', message: 'no answer', retriable: true };
}
