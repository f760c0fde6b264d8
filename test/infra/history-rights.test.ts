import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DynamoDbLocal } from '../../lab/dynamodb-local.ts';
import { createDynamoDbAcknowledgementStore } from '../../shared/adapters/dynamodb/dynamodb-acknowledgement-store.ts';
import { createDynamoDbFindingOutbox } from '../../shared/adapters/dynamodb/dynamodb-finding-outbox.ts';
import { createDynamoDbSnapshotStore } from '../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { HistoryState } from '../../shared/domain/history/history-state.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import { FindingAnnouncer } from '../../shared/history/finding-announcer.ts';
import { HistoryWriter } from '../../shared/history/history-writer.ts';
import { reportWith, skips } from '../shared/domain/notify/events-fixture.ts';
import { askedActions } from './asked-actions.ts';
import { synthesize } from './synthesize.ts';

const TABLE = 'tidemark-history';
const MINUTE = 60_000;
let local: DynamoDbLocal;
let client: DynamoDBClient;
beforeAll(async () => {
  local = await DynamoDbLocal.start();
  await local.createHistoryTable(TABLE);
  client = local.client();
});
afterAll(async () => {
  client?.destroy();
  await local?.stop();
});

test('the function has exactly the DynamoDB permissions that storing audits needs', async () => {
  const asked = askedActions(client);
  const store = createDynamoDbSnapshotStore(client, TABLE);
  const begin = Date.now();
  const outbox = createDynamoDbFindingOutbox(client, TABLE);
  const acknowledgements = createDynamoDbAcknowledgementStore(client, TABLE);
  await acknowledgements.list('A->B', begin);
  await acknowledgements.end('A->B', 'aaaaaaaaaaaa', { kind: 'closed', at: begin });
  for (const [minute, owner] of ['first', 'second', 'third'].entries()) {
    const at = begin + minute * MINUTE;
    const terms = { now: at, leaseMs: MINUTE };
    const writer = await HistoryWriter.open({ store, flow: 'A->B', owner, retention: DEFAULT_RETENTION, terms });
    const state = writer.newest?.next(at) ?? new HistoryState(at);
    // The third audit finds nothing new.
    state.set({ kind: 'end', role: 'source', topic: 'orders', partition: 0 }, BigInt(Math.min(minute, 1)));
    Object.assign(state.readAt, { source: at, target: at });
    await writer.record(state, terms);
    const failed = (failure: string) => {
      throw new Error(failure);
    };
    const publisher = {
      publish: async (events: readonly unknown[]) => events.map(() => ({ kind: 'accepted' as const })),
    };
    const announcer = new FindingAnnouncer({ outbox, publisher, failed });
    await announcer.announce(writer.lease, {
      report: reportWith([skips(`g${minute}`)]),
      isRefused: false,
      at,
      positions: 'mm2',
    });
    await writer.release();
  }

  const granted = Object.values(synthesize().findResources('AWS::IAM::Policy'))
    .flatMap((policy): { Action: string | string[] }[] => policy.Properties.PolicyDocument.Statement)
    .flatMap(({ Action }) => Action)
    .filter((action) => action.startsWith('dynamodb:'));
  expect([...asked].sort()).toEqual(granted.sort());
});
