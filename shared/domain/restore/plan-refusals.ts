import type { ClusterMetadata, LogOffsets } from '../model/cluster.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Refusal } from './refusal.ts';
import type { PlannedTopic, RestorePlan } from './restore-plan.ts';

/** The cluster that a plan writes to, read when the plan is applied. */
export interface ClusterNow {
  readonly metadata: ClusterMetadata;
  /** Outcomes by partition index. */
  readonly logs: ReadonlyMap<string, readonly Outcome<LogOffsets>[]>;
}

/** Changes since a plan was made that forbid applying it. */
export function planRefusals(plan: RestorePlan, { metadata, logs }: ClusterNow): Refusal[] {
  const { clusterId, cluster } = plan;
  if (clusterId !== null && metadata.clusterId !== null && clusterId !== metadata.clusterId) {
    return [
      {
        code: 'CLUSTER_CHANGED',
        subject: { cluster },
        reason: `the plan is for the cluster with id ${clusterId}, ${cluster} is now ${metadata.clusterId}`,
        remedy: 'Apply the plan with the configuration that it was made with.',
      },
    ];
  }
  const wanted = leastPositions(plan);
  return plan.topics.flatMap((planned) => {
    const { topic } = planned;
    const now = metadata.topics.get(topic);
    if (now === undefined) return [changed('TOPIC_MISSING', { cluster, topic }, 'the topic no longer exists')];
    if (planned.id !== null && now.id !== null && planned.id !== now.id) {
      const reason = `when the plan was made the topic had the id ${planned.id}, now it has ${now.id}`;
      return [changed('TOPIC_RECREATED', { cluster, topic }, reason)];
    }
    return planned.logs.flatMap((before) => logRefusal(planned, before, logs.get(topic)?.[before.partition], wanted));
  });
}

type Positions = ReadonlyMap<string, bigint>;

function logRefusal(
  { topic }: PlannedTopic,
  before: PlannedTopic['logs'][number],
  outcome: Outcome<LogOffsets> | undefined,
  wanted: Positions,
): Refusal[] {
  const subject = { topic, partition: before.partition };
  if (outcome?.kind !== 'read') {
    const reason = outcome?.unread.message ?? 'the partition does not exist';
    return [{ code: 'LOG_UNREAD', subject, reason, remedy: 'Try again when all brokers answer.' }];
  }
  const { start, highWatermark: end } = outcome.value;
  if (end < before.end) {
    return [changed('LOG_CHANGED', subject, `the log ended at ${before.end} and now ends at ${end}: it was truncated`)];
  }
  const least = wanted.get(keyOf(topic, before.partition));
  if (least !== undefined && least < start) {
    return [changed('LOG_CHANGED', subject, `the log now starts at ${start}, after the planned position ${least}`)];
  }
  return [];
}

/** The lowest planned position of each partition: retention would pass it first. */
function leastPositions({ groups }: RestorePlan): Positions {
  const least = new Map<string, bigint>();
  for (const { steps } of groups) {
    for (const { topic, partition, to } of steps) {
      const key = keyOf(topic, partition);
      const known = least.get(key);
      if (known === undefined || to < known) least.set(key, to);
    }
  }
  return least;
}

function keyOf(topic: string, partition: number): string {
  return `${partition} ${topic}`;
}

function changed(code: Refusal['code'], subject: Refusal['subject'], reason: string): Refusal {
  return { code, subject, reason, remedy: 'Make a new plan.' };
}
