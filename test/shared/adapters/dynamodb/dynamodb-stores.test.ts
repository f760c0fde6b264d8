import { afterAll, beforeAll } from '@jest/globals';
import { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import { testAcknowledgementStore } from './dynamodb-acknowledgement-store.ts';
import { testFindingOutbox } from './dynamodb-finding-outbox.ts';
import { testGroupPlacesStore } from './dynamodb-group-places-store.ts';
import { testNameSideStore } from './dynamodb-name-side-store.ts';
import { testPlanStore } from './dynamodb-plan-store.ts';
import { testRunStore } from './dynamodb-run-store.ts';
import { testSnapshotStore } from './dynamodb-snapshot-store.ts';

/** One process for all stores, each with a table of its own: starting it takes longer than most of what they test. */
let local: DynamoDbLocal;
beforeAll(async () => {
  local = await DynamoDbLocal.start();
});
afterAll(() => local?.stop());

for (const testStore of [
  testSnapshotStore,
  testPlanStore,
  testAcknowledgementStore,
  testFindingOutbox,
  testGroupPlacesStore,
  testRunStore,
  testNameSideStore,
]) {
  testStore(() => local);
}
