import type { RunStore } from '../../shared/failover/run-store.ts';
import type { AcknowledgementStore } from '../../shared/history/acknowledgement-store.ts';
import type { FindingOutbox } from '../../shared/history/finding-outbox.ts';
import type { HistoryStore } from '../../shared/history/history-lineage.ts';
import type { PlanStore } from '../../shared/restore/plan-store.ts';
import type { HistoryPlace } from './history-place.ts';

/** The history and the restores that were planned from it, which are in the same place. */
export interface HistoryStores {
  readonly history: HistoryStore;
  readonly plans: PlanStore;
  close(): Promise<void>;
}

/** The history and what people have said of its findings, which are in the same place. */
export interface AuditStores {
  readonly history: HistoryStore;
  readonly acknowledgements: AcknowledgementStore;
  /** Opens the events of findings that were not delivered, in the same place. */
  outbox(): Promise<FindingOutbox>;
  close(): Promise<void>;
}

/** @throws HistoryStoreError if a file cannot be opened */
export async function openAuditStores(place: HistoryPlace): Promise<AuditStores> {
  if (place.kind === 'dynamodb') {
    const [client, { createDynamoDbSnapshotStore }, { createDynamoDbAcknowledgementStore }] = await Promise.all([
      dynamoDb(),
      import('../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts'),
      import('../../shared/adapters/dynamodb/dynamodb-acknowledgement-store.ts'),
    ]);
    const history = createDynamoDbSnapshotStore(client, place.table);
    const acknowledgements = createDynamoDbAcknowledgementStore(client, place.table);
    const outbox = async () => {
      const { createDynamoDbFindingOutbox } = await import('../../shared/adapters/dynamodb/dynamodb-finding-outbox.ts');
      return createDynamoDbFindingOutbox(client, place.table);
    };
    return { history, acknowledgements, outbox, close: () => history.close() };
  }
  const [{ openHistoryDatabase }, { createSqliteSnapshotStore }, { createSqliteAcknowledgementStore }] =
    await Promise.all([
      import('../../shared/adapters/sqlite/open-database.ts'),
      import('../../shared/adapters/sqlite/sqlite-snapshot-store.ts'),
      import('../../shared/adapters/sqlite/sqlite-acknowledgement-store.ts'),
    ]);
  const database = openHistoryDatabase(place.file);
  const history = createSqliteSnapshotStore(database);
  return {
    history,
    acknowledgements: createSqliteAcknowledgementStore(database),
    outbox: async () => {
      const { createSqliteFindingOutbox } = await import('../../shared/adapters/sqlite/sqlite-finding-outbox.ts');
      return createSqliteFindingOutbox(database);
    },
    close: () => history.close(),
  };
}

/** @throws HistoryStoreError where a file cannot be opened */
export async function openHistoryStores(place: HistoryPlace): Promise<HistoryStores> {
  if (place.kind === 'dynamodb') {
    const [client, { createDynamoDbSnapshotStore }, { createDynamoDbPlanStore }] = await Promise.all([
      dynamoDb(),
      import('../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts'),
      import('../../shared/adapters/dynamodb/dynamodb-plan-store.ts'),
    ]);
    const history = createDynamoDbSnapshotStore(client, place.table);
    return { history, plans: createDynamoDbPlanStore(client, place.table), close: () => history.close() };
  }
  const [{ openHistoryDatabase }, { createSqliteSnapshotStore }, { createSqlitePlanStore }] = await Promise.all([
    import('../../shared/adapters/sqlite/open-database.ts'),
    import('../../shared/adapters/sqlite/sqlite-snapshot-store.ts'),
    import('../../shared/adapters/sqlite/sqlite-plan-store.ts'),
  ]);
  const database = openHistoryDatabase(place.file);
  const history = createSqliteSnapshotStore(database);
  return { history, plans: createSqlitePlanStore(database), close: () => history.close() };
}

/** Failovers, which are in the same place as the history. @throws HistoryStoreError if a file cannot be opened */
export async function openRunStore(place: HistoryPlace): Promise<{ readonly runs: RunStore; close(): Promise<void> }> {
  if (place.kind === 'dynamodb') {
    const [client, { createDynamoDbRunStore }] = await Promise.all([
      dynamoDb(),
      import('../../shared/adapters/dynamodb/dynamodb-run-store.ts'),
    ]);
    return { runs: createDynamoDbRunStore(client, place.table), close: async () => client.destroy() };
  }
  const [{ openHistoryDatabase }, { createSqliteRunStore }] = await Promise.all([
    import('../../shared/adapters/sqlite/open-database.ts'),
    import('../../shared/adapters/sqlite/sqlite-run-store.ts'),
  ]);
  const database = openHistoryDatabase(place.file);
  return { runs: createSqliteRunStore(database), close: async () => database.close() };
}

async function dynamoDb() {
  const { createDynamoDbClient } = await import('./dynamodb-client.ts');
  return createDynamoDbClient();
}
