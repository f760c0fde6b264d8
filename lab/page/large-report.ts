import type { AuditReport, GroupReport, PartitionReport } from '../../shared/domain/model/report.ts';

const TOPICS = 100;
const PARTITIONS_OF_TOPIC = 100;
const GROUPS = 1_000;
const COMMITS_OF_GROUP = 100;

/** A report of 10,000 partitions and 1,000 groups with 100 commits each, of every kind. */
export function largeReport(at: number): AuditReport {
  const partitions = Array.from({ length: TOPICS * PARTITIONS_OF_TOPIC }, (_, n) => partitionOf(n));
  const groups = Array.from({ length: GROUPS * COMMITS_OF_GROUP }, (_, n) => groupOf(n, at));
  const loss = { kind: 'known', records: 41_230n, seconds: 12.5, basis: 'estimated' } as const;
  return {
    at,
    flows: [
      {
        flow: 'eu-west->eu-central',
        verdict: 'at-risk',
        reasons: ['GROUP_REREADS_MUCH'],
        loss,
        partitions,
        groups,
        findings: Array.from({ length: 250 }, (_, n) => ({
          code: 'GROUP_REREADS_MUCH' as const,
          severity: 'warning' as const,
          subject: { group: `team-${n}.consumer` },
          message: `at MM2's positions the group would read ${n * 1_000 + 60_000} records twice`,
          evidence: {},
          runbook: 'docs/runbook.md#group-rereads-much',
        })),
        suppressed: [],
        unread: [],
        snapshot: null,
      },
    ],
  };
}

function topicOf(n: number): { readonly topic: string; readonly partition: number } {
  return { topic: `orders.region-${Math.floor(n / PARTITIONS_OF_TOPIC)}`, partition: n % PARTITIONS_OF_TOPIC };
}

function partitionOf(n: number): PartitionReport {
  const { topic, partition } = topicOf(n);
  const lag = BigInt(n % 17 === 0 ? n : 0);
  return {
    topic,
    targetTopic: `eu-west.${topic}`,
    partition,
    sourceStart: 0n,
    sourceEnd: 1_000_000n + lag,
    targetStart: 0n,
    targetEnd: 1_000_000n,
    replicatedTo: 1_000_000n,
    lag:
      n % 501 === 0
        ? { kind: 'unknown', reason: 'broker 7 is down' }
        : { kind: 'known', records: lag, basis: 'proven' },
    missing: 0n,
  };
}

function groupOf(n: number, at: number): GroupReport {
  const group = Math.floor(n / COMMITS_OF_GROUP);
  const { topic, partition } = topicOf((n * 7) % (TOPICS * PARTITIONS_OF_TOPIC));
  const committed = 900_000n + BigInt(n % 1_000);
  return {
    group: `team-${group}.consumer`,
    topic,
    partition,
    committed,
    commitCheckedAt: at,
    mm2: {
      kind: 'at',
      position: committed - BigInt(group),
      from: 'checkpoint',
      cost: { kind: 'known', rereadAtMost: BigInt(group), skipAtMost: n % 4_001 === 0 ? 12n : 0n },
    },
    tidemark: {
      kind: 'known',
      position: committed,
      high: committed,
      proof: n % 3 === 0 ? 'bounded' : 'exact',
      rereadAtMost: n % 3 === 0 ? 2n : 0n,
      skipAtMost: 0n,
      reason: n % 3 === 0 ? 'transaction markers lie between two syncs' : null,
    },
  };
}
