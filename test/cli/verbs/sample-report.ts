import type { Acknowledgement, Finding, SuppressedFinding } from '../../../shared/domain/model/finding.ts';
import type {
  AuditReport,
  FlowReport,
  GroupReport,
  PartitionReport,
  SnapshotOrigin,
} from '../../../shared/domain/model/report.ts';

export const AT = Date.UTC(2026, 10, 20, 10, 0, 0);

export function partition(over: Partial<PartitionReport> = {}): PartitionReport {
  return {
    topic: 'orders',
    targetTopic: 'A.orders',
    partition: 0,
    sourceStart: 0n,
    sourceEnd: 1_234n,
    targetStart: 0n,
    targetEnd: 1_200n,
    replicatedTo: 1_200n,
    lag: { kind: 'known', records: 34n, basis: 'proven' },
    missing: 0n,
    ...over,
  };
}

export function group(over: Partial<GroupReport> = {}): GroupReport {
  return {
    group: 'billing',
    topic: 'orders',
    partition: 0,
    committed: 1_000n,
    commitCheckedAt: AT + 120,
    mm2: {
      kind: 'at',
      position: 203n,
      from: 'group-offset',
      cost: { kind: 'known', rereadAtMost: 797n, skipAtMost: 0n },
    },
    tidemark: {
      kind: 'known',
      position: 1_000n,
      high: 1_000n,
      proof: 'exact',
      rereadAtMost: 0n,
      skipAtMost: 0n,
      reason: null,
    },
    ...over,
  };
}

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    code: 'MIRROR_STOPPED',
    severity: 'critical',
    subject: { cluster: 'B' },
    message: 'MM2 last gave a sign of life 95 s ago',
    evidence: { lastSign: 1_700_000_000_000n, sign: 'heartbeat', age: 95.5, alive: false, nothing: null },
    runbook: 'docs/runbook.md#mirror-stopped',
    ...over,
  };
}

export function acknowledgement(over: Partial<Acknowledgement> = {}): Acknowledgement {
  return {
    id: '3f9a2c1b7d04',
    flow: 'A->B',
    code: 'MIRROR_STOPPED',
    subject: {},
    reason: 'planned upgrade of MM2',
    by: 'alice',
    at: AT - 600_000,
    until: AT + 3_600_000,
    ending: null,
    ...over,
  };
}

export function suppressed(over: Partial<SuppressedFinding> = {}): SuppressedFinding {
  return { code: 'GROUP_SYNC_OFF', severity: 'info', subject: { cluster: 'B' }, rule: 0, ...over };
}

export function flow(over: Partial<FlowReport> = {}): FlowReport {
  return {
    flow: 'A->B',
    verdict: 'not-ready',
    reasons: ['MIRROR_STOPPED'],
    loss: { kind: 'known', records: 34n, seconds: 95.4, basis: 'proven' },
    partitions: [partition()],
    groups: [group()],
    findings: [finding()],
    suppressed: [],
    unread: [],
    snapshot: null,
    ...over,
  };
}

export function snapshot(over: Partial<SnapshotOrigin> = {}): SnapshotOrigin {
  return {
    asOf: AT + 90_000,
    takenAt: AT,
    heldUntil: AT + 60_000,
    thinned: false,
    passedOver: [],
    unread: [],
    ...over,
  };
}

export function report(...flows: readonly FlowReport[]): AuditReport {
  return { at: AT, flows };
}
