import { writeSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import { killMyself } from '../../run-until-killed.ts';
import { openWriter, terms } from '../history/recorded-flow.ts';
import { auditState, GROUPS, KILL_AUDITS } from './kill-audits.ts';

/** Records audits and kills itself with SIGKILL right after the n-th write; prints each time that was acknowledged. */
const [kind, place = '', table = '', begin = '', dieAfter = ''] = process.argv.slice(2);
let writes = 0;

function afterWrite(): void {
  if (++writes === Number(dieAfter)) killMyself();
}

function sqliteStore(): SnapshotStore {
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function counted(sql: string) {
    exec.call(this, sql);
    afterWrite();
  };
  const { run } = StatementSync.prototype;
  StatementSync.prototype.run = function counted(this: StatementSync, ...values: Parameters<typeof run>) {
    const result = run.apply(this, values);
    afterWrite();
    return result;
  } as typeof run;
  return createSqliteSnapshotStore(openHistoryDatabase(place));
}

/** Loads only what it needs, because it is started many times. */
async function dynamoDbStore(): Promise<SnapshotStore> {
  const { dynamoDbLocalClient } = await import('../../../lab/dynamodb-local.ts');
  const { createDynamoDbSnapshotStore } = await import('../../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts');
  const client = dynamoDbLocalClient(place);
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      if (/^(Put|Update|TransactWrite)Item/.test(context.commandName ?? '')) afterWrite();
      return result;
    },
    { step: 'initialize' },
  );
  return createDynamoDbSnapshotStore(client, table);
}

const store = kind === 'sqlite' ? sqliteStore() : await dynamoDbStore();
const writer = await openWriter(store, Number(begin), { owner: 'killed' });
for (let audit = 0; audit < KILL_AUDITS; audit++) {
  const state = auditState(writer, Number(begin), audit, kind === 'sqlite' ? GROUPS.sqlite : GROUPS.dynamodb);
  await writer.record(state, terms(state.at));
  writeSync(1, `${audit}\n`);
}
process.exit(0);
