import type { RememberedFlow } from '../../../../../shared/domain/judge/observation.ts';
import type { SourceTaskMetrics } from '../../../../../shared/domain/model/mirror-metrics.ts';
import { peek, record, rememberedIds } from '../case-parts.ts';
import { AT, type FlowCase, MINUTE, type PartitionCase, SECOND } from '../case-shapes.ts';
import { metricsOf, PRESSED_PRODUCER, taskOf } from '../mirror-metrics-fixture.ts';
import type { FindingFamilies } from './finding-family.ts';

/** 50 records wait, the first of them since a minute and a half. */
const WAITING: PartitionCase = {
  source: [0n, 1_051n],
  records: { waiting: { from: 1_001n, peek: peek(record(1_001n, AT - 90 * SECOND)) } },
};

/** What the last audit remembers: when it was, and where the source log ended. */
function audited(agoMs: number, end: bigint): RememberedFlow {
  const remembered = rememberedIds({});
  return { ...remembered, readAt: { source: AT - agoMs, target: AT - agoMs }, sourceEnd: () => end };
}

const STILL = { writtenPerSecond: 0 };

function still(tasks: readonly SourceTaskMetrics[], over: FlowCase = {}): FlowCase {
  return { partition: WAITING, remembered: audited(MINUTE, 1_021n), metrics: metricsOf(tasks), ...over };
}

const pressed = taskOf(1, { producer: PRESSED_PRODUCER });

function full(producer: Partial<SourceTaskMetrics['producer']> = {}, over: FlowCase = {}): FlowCase {
  const tasks = [taskOf(0), taskOf(1, { producer: { ...PRESSED_PRODUCER, ...producer } })];
  return { partition: WAITING, metrics: metricsOf(tasks), ...over };
}

export const WORKER_FINDINGS: FindingFamilies = {
  MIRROR_WRITES_NOTHING: {
    opens: {
      of: still([taskOf(0, STILL), taskOf(1, STILL)]),
      subject: { cluster: 'B' },
      evidence: { waiting: 20n, seconds: 60, tasks: 2 },
      says: 'no task of A->B has written a record in the last half minute, by their metrics, while up to 20 records have waited for 60 s or longer',
    },
    verdict: 'at-risk',
    before: { partition: WAITING, metrics: metricsOf([taskOf(0), taskOf(1)]) },
    quiet: {
      'one task writes': still([taskOf(0, STILL), taskOf(1)]),
      'of one task nothing is known': still([taskOf(0, STILL), taskOf(1, { writtenPerSecond: null })]),
      'the records came after the last audit, whatever their times say': still([taskOf(0, STILL)], {
        remembered: audited(MINUTE, 1_001n),
      }),
      'the last audit was a moment ago': still([taskOf(0, STILL)], { remembered: audited(20 * SECOND, 1_021n) }),
      'no audit was before': still([taskOf(0, STILL)], { remembered: null }),
      'nothing waits': still([taskOf(0, STILL)], { partition: {} }),
      'the source is down': still([taskOf(0, STILL)], { down: 'source' }),
      'the metrics were not read': still([], { metrics: 'unread' }),
      'no exporter is configured': { partition: WAITING, remembered: audited(MINUTE, 1_021n) },
    },
  },
  MIRROR_BATCHES_FULL: {
    opens: {
      of: full(),
      subject: { cluster: 'B' },
      evidence: { task: 1, batchBytes: 16_125, requestLatencyMs: 94, queueMs: 12_784, tasks: 1 },
      says: 'task 1 sends batches of 16125 bytes, as full as batch.size=16384 allows, and a request takes 94 ms: batches wait 12784 ms to be sent',
    },
    verdict: 'ready',
    alsoOpens: {
      'compressed batches are as full as what was put into them': {
        of: full({ batchBytes: 5_000, compression: 0.32 }),
        subject: { cluster: 'B' },
        evidence: { task: 1, batchBytes: 5_000, requestLatencyMs: 94, queueMs: 12_784, tasks: 1 },
      },
      'of several tasks the first': {
        of: { partition: WAITING, metrics: metricsOf([pressed, { ...pressed, task: 2 }]) },
        subject: { cluster: 'B' },
        evidence: { task: 1, batchBytes: 16_125, requestLatencyMs: 94, queueMs: 12_784, tasks: 2 },
      },
    },
    quiet: {
      'nothing waits': full({}, { partition: {} }),
      'batches are small': full({ batchBytes: 9_000 }),
      'batches are larger than the default allows, so that their limit is not known': full({ batchBytes: 40_000 }),
      'requests are fast': full({ requestLatencyMs: 4 }),
      'batches do not wait': full({ queueMs: 50 }),
      'the size of batches is not exported': full({ batchBytes: null }),
      'how long they wait is not exported': full({ queueMs: null }),
      'the latency is not exported': full({ requestLatencyMs: null }),
      'the target is down': full({}, { down: 'target' }),
    },
  },
};
