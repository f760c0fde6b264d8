import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbSnapshotStore } from '../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { ALARM_PERIOD_SECONDS } from '../../shared/contract/alarms.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import type { AuditHistory } from '../../shared/history/audit-history.ts';
import { HistoryRecorder } from '../../shared/history/history-recorder.ts';
import type { Clock } from '../../shared/ports.ts';
import { StorePatience } from '../runtime/store-patience.ts';

/**
 * Longer than from one audit's recording to the next one's, so that nobody comes between them. An audit records within
 * 42 s of its minute: a lease from then on is over before the second audit of a container that takes the place of one
 * that died, so that it keeps all but its first.
 */
export const LEASE_MS = ALARM_PERIOD_SECONDS * 1_000 + 15_000;

export interface AuditKeeperOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** What people know this process by: Lambda's name of its log stream. */
  readonly process: string;
  readonly clock: Clock;
}

/** Keeps the audits of this process in DynamoDB. */
export interface AuditKeeper {
  /** The history for one audit: nothing of it outlasts `deadline` (ms since the epoch) or `signal`. */
  begin(limits: { readonly deadline: number; readonly signal: AbortSignal }): AuditHistory;
}

export function createAuditKeeper({ client, table, process, clock }: AuditKeeperOptions): AuditKeeper {
  const patience = new StorePatience(client, clock);
  const recorder = new HistoryRecorder({
    store: createDynamoDbSnapshotStore(client, table),
    // A log stream outlives a crash of its process.
    owner: `${process}:${randomUUID()}`,
    retention: DEFAULT_RETENTION,
    leaseMs: LEASE_MS,
    clock,
  });
  return {
    begin({ deadline, signal }) {
      const remainingMs = Math.max(0, Math.floor(deadline - clock.now()));
      patience.begin(AbortSignal.any([signal, AbortSignal.timeout(remainingMs)]));
      return recorder;
    },
  };
}
