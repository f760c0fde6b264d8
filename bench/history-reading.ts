import { dynamoDbLocalClient } from '../lab/dynamodb-local.ts';
import { createDynamoDbSnapshotStore } from '../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { openHistoryDatabase } from '../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { readStateAsOf } from '../shared/history/read-history.ts';

/**
 * A process of its own, so that its memory is that of reading alone: reads the state as of each time given and prints
 * how long each took and the most memory that the process ever had.
 * Arguments: `sqlite <file>` or `dynamodb <endpoint>`, then flow, present, and times in ms.
 */
const [kind, place = '', table = '', flow = '', now = '', ...times] = process.argv.slice(2);
const store =
  kind === 'sqlite'
    ? createSqliteSnapshotStore(openHistoryDatabase(place))
    : createDynamoDbSnapshotStore(dynamoDbLocalClient(place), table);
const reads: { readonly at: number; readonly ms: number; readonly positions: number }[] = [];
for (const time of times) {
  const start = performance.now();
  const found = await readStateAsOf(store, flow, Number(time), Number(now));
  const ms = performance.now() - start;
  let positions = 0;
  for (let slot = 0; slot < (found?.state.size ?? 0); slot++) {
    if (found?.state.dictionary.series(slot).kind === 'commit') positions++;
  }
  reads.push({ at: Number(time), ms, positions });
}
process.stdout.write(`${JSON.stringify({ reads, peakMiB: process.resourceUsage().maxRSS / 1024 })}\n`);
await store.close();
