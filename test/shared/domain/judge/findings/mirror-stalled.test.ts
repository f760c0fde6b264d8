import { expect, test } from '@jest/globals';
import { DEFAULT_AUDIT_POLICY } from '../../../../../shared/domain/judge/audit-policy.ts';
import { judgeFlow } from '../../../../../shared/domain/judge/judge-flow.ts';
import {
  partitionStates,
  type RecordEvidence,
  withEvidence,
} from '../../../../../shared/domain/judge/partition-state.ts';
import { PartitionMap } from '../../../../../shared/domain/model/partition-map.ts';
import { onePartition } from '../one-partition.ts';

const AT = 1_000_000;
const LIMIT = DEFAULT_AUDIT_POLICY.mirrorStalledMs;

/** Findings of a flow where 50 records wait, the first of them written at `writtenAt`. */
function findings(writtenAt: number, syncedAt: number): readonly string[] {
  const { observation } = onePartition({
    syncs: [
      [0n, 0n],
      [99n, 99n],
    ],
    sourceEnd: 150n,
    at: AT,
    syncedAt,
  });
  const evidence = new PartitionMap<RecordEvidence>();
  const record = { offset: 100n, timestamp: BigInt(writtenAt), key: null, value: null, headers: [] };
  evidence.set('t', 0, { waiting: { from: 100n, peek: { record, scannedTo: 101n, abortedTransactions: [] } } });
  const states = withEvidence(observation, partitionStates(observation), evidence);
  return judgeFlow(observation, states, DEFAULT_AUDIT_POLICY).findings.map(({ code }) => code);
}

test('a mirror that is alive and brings nothing while records wait is stalled', () => {
  expect(findings(AT - LIMIT - 1, AT - LIMIT - 2)).toContain('MIRROR_STALLED');
});

test('records that have waited for a moment are lag, not a stall', () => {
  expect(findings(AT - 1_000, AT - LIMIT - 2)).not.toContain('MIRROR_STALLED');
});

test('a backfill of old records that MM2 is bringing over is no stall', () => {
  expect(findings(0, AT - 1_000)).not.toContain('MIRROR_STALLED');
});
