import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbAcknowledgementStore } from '../../shared/adapters/dynamodb/dynamodb-acknowledgement-store.ts';
import { createDynamoDbFindingOutbox } from '../../shared/adapters/dynamodb/dynamodb-finding-outbox.ts';
import { createDynamoDbGroupPlacesStore } from '../../shared/adapters/dynamodb/dynamodb-group-places-store.ts';
import { createDynamoDbSnapshotStore } from '../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { PublishedGroups } from '../../shared/audit/published-groups.ts';
import { ALARM_PERIOD_SECONDS } from '../../shared/contract/alarms.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import type { AcknowledgementStore } from '../../shared/history/acknowledgement-store.ts';
import type { AuditHistory } from '../../shared/history/audit-history.ts';
import { FindingAnnouncer } from '../../shared/history/finding-announcer.ts';
import { HistoryRecorder } from '../../shared/history/history-recorder.ts';
import type { Clock, FindingPublisher } from '../../shared/ports.ts';
import { StorePatience } from '../runtime/store-patience.ts';

/**
 * Longer than the time between two recordings, so that no other process takes over in between. An audit records within
 * 42 s of the start of its minute. If a container dies, this lease therefore ends before the second audit of its
 * replacement: only the first audit of the replacement is not stored.
 */
export const LEASE_MS = ALARM_PERIOD_SECONDS * 1_000 + 15_000;

export interface AuditKeeperOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Name of this process for people: its Lambda log stream. */
  readonly process: string;
  readonly clock: Clock;
  readonly publisher: FindingPublisher;
  /** Called with the reason if events of findings could not be stored or delivered. */
  readonly notAnnounced: (failure: string) => void;
  /** Name of the deployment. */
  readonly deployment: string;
  /** The most groups of a flow with metrics of their own. */
  readonly groupMetricsLimit: number;
  /** Called with the reason if the choice of those groups could not be read or stored. */
  readonly notChosen: (failure: string) => void;
}

/** Stores the audits of this process in DynamoDB. */
export interface AuditKeeper {
  /** The history for one audit. Its requests end at `deadline` (ms since the epoch) or with `signal`. */
  begin(limits: { readonly deadline: number; readonly signal: AbortSignal }): AuditHistory;
  /** What people have said of findings. Its requests have the limits of the audit that began last. */
  readonly acknowledgements: AcknowledgementStore;
  /** The groups with metrics of their own. Its requests have the limits of the audit that began last. */
  readonly groups: PublishedGroups;
}

export function createAuditKeeper(options: AuditKeeperOptions): AuditKeeper {
  const { client, table, process, clock, publisher, notAnnounced, deployment } = options;
  const patience = new StorePatience(client, clock);
  const recorder = new HistoryRecorder({
    store: createDynamoDbSnapshotStore(client, table),
    // After a crash the next process gets the same log stream, so its name alone is not unique.
    owner: `${process}:${randomUUID()}`,
    retention: DEFAULT_RETENTION,
    leaseMs: LEASE_MS,
    clock,
    announcer: new FindingAnnouncer({
      outbox: createDynamoDbFindingOutbox(client, table),
      publisher,
      failed: notAnnounced,
    }),
  });
  return {
    acknowledgements: createDynamoDbAcknowledgementStore(client, table),
    groups: new PublishedGroups({
      store: createDynamoDbGroupPlacesStore(client, table, deployment),
      limit: options.groupMetricsLimit,
      failed: options.notChosen,
    }),
    begin({ deadline, signal }) {
      const remainingMs = Math.max(0, Math.floor(deadline - clock.now()));
      patience.begin(AbortSignal.any([signal, AbortSignal.timeout(remainingMs)]));
      return recorder;
    },
  };
}
