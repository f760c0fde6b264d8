import { dynamoDbLocalClient } from '../lab/dynamodb-local.ts';
import { createDynamoDbSnapshotStore } from '../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { openHistoryDatabase } from '../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { readStateAsOf } from '../shared/history/read-history.ts';

/**
 * Reads the state as of a time in its own process, so that the memory is that of reading alone. Prints the wall-clock
 * time, the processor time of all threads, and the peak memory including Node and type stripping.
 *
 * Arguments: `sqlite <file> ''` or `dynamodb <endpoint> <table>`, then flow, current time and requested time in ms.
 */
const [kind, place = '', table = '', flow = '', now = '', time = ''] = process.argv.slice(2);
const store =
  kind === 'sqlite'
    ? createSqliteSnapshotStore(openHistoryDatabase(place))
    : createDynamoDbSnapshotStore(dynamoDbLocalClient(place), table);
const cpu = process.cpuUsage();
const start = performance.now();
const found = await readStateAsOf(store, flow, Number(time), Number(now));
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
const cpuMs = (user + system) / 1_000;
let positions = 0;
for (let slot = 0; slot < (found?.state.size ?? 0); slot++) {
  if (found?.state.dictionary.series(slot).kind === 'commit') positions++;
}
process.stdout.write(`${JSON.stringify({ ms, cpuMs, positions, peakMiB: process.resourceUsage().maxRSS / 1024 })}\n`);
await store.close();
