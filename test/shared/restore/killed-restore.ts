import { writeSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqlitePlanStore } from '../../../shared/adapters/sqlite/sqlite-plan-store.ts';
import type { ClusterReader, OffsetWriter } from '../../../shared/ports.ts';
import { applyRestore } from '../../../shared/restore/apply-restore.ts';
import { loadPlan } from '../../../shared/restore/load-plan.ts';
import type { PlanStore } from '../../../shared/restore/plan-store.ts';
import { undoRestore } from '../../../shared/restore/undo-restore.ts';
import { killMyself } from '../../run-until-killed.ts';
import { fileReader, fileWriter, planOf, storePlan } from './restore-world.ts';

/** The only argument of the killed process, in JSON. */
export interface KilledRun {
  readonly store: { readonly kind: 'sqlite' | 'dynamodb'; readonly place: string; readonly table: string };
  readonly cluster:
    | { readonly kind: 'file'; readonly file: string }
    | { readonly kind: 'kafka'; readonly bootstrapServers: string };
  readonly plan: Parameters<typeof planOf>[0];
  /** The process kills itself with SIGKILL right after this write, counted from 1. */
  readonly dieAfter: number;
}

/**
 * Plans, applies and undoes, and kills itself right after the n-th write to the store or the cluster. Prints each
 * acknowledged step.
 */
const run = JSON.parse(process.argv[2] ?? '{}') as KilledRun;
let writes = 0;

function afterWrite(): void {
  if (++writes === run.dieAfter) killMyself();
}

function counted(writer: OffsetWriter): OffsetWriter {
  return {
    ...writer,
    async commit(group, positions) {
      const answers = await writer.commit(group, positions);
      afterWrite();
      return answers;
    },
    async delete(group, partitions) {
      const answers = await writer.delete(group, partitions);
      afterWrite();
      return answers;
    },
  };
}

function sqliteStore(): PlanStore {
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function countedExec(sql: string) {
    exec.call(this, sql);
    afterWrite();
  };
  const { run: runStatement } = StatementSync.prototype;
  StatementSync.prototype.run = function countedRun(this: StatementSync, ...values: Parameters<typeof runStatement>) {
    const result = runStatement.apply(this, values);
    afterWrite();
    return result;
  } as typeof runStatement;
  return createSqlitePlanStore(openHistoryDatabase(run.store.place));
}

async function dynamoDbStore(): Promise<PlanStore> {
  const { dynamoDbLocalClient } = await import('../../../lab/dynamodb-local.ts');
  const { createDynamoDbPlanStore } = await import('../../../shared/adapters/dynamodb/dynamodb-plan-store.ts');
  const client = dynamoDbLocalClient(run.store.place);
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      if (context.commandName === 'PutItemCommand') afterWrite();
      return result;
    },
    { step: 'initialize' },
  );
  return createDynamoDbPlanStore(client, run.store.table);
}

/** Loads only what it needs, because it is started many times. */
async function connect(): Promise<{ readonly reader: ClusterReader; readonly writer: OffsetWriter }> {
  if (run.cluster.kind === 'file') {
    return { reader: fileReader(run.cluster.file), writer: counted(fileWriter(run.cluster.file)) };
  }
  const { createClusterReader } = await import('../../../shared/adapters/kafka/cluster-reader.ts');
  const { createOffsetWriter } = await import('../../../shared/adapters/kafka/offset-writer.ts');
  const bootstrapServers = run.cluster.bootstrapServers.split(',');
  const connection = { alias: 'A', bootstrapServers, clientId: 'killed-restore' };
  return { reader: createClusterReader(connection), writer: counted(createOffsetWriter(connection)) };
}

const clock = { now: () => Date.now() };
const { reader, writer } = await connect();
const plans = run.store.kind === 'sqlite' ? sqliteStore() : await dynamoDbStore();
const hash = await storePlan(plans, planOf(run.plan));
writeSync(1, 'planned\n');
const found = await loadPlan(plans, run.plan.id, clock.now());
if (found.kind !== 'found') throw new Error('the plan is not there');
const { loaded } = found;
const applied = await applyRestore({ loaded, hash, plans, reader, writer, clock });
if (applied.kind === 'refused') throw new Error(JSON.stringify(applied));
writeSync(1, 'applied\n');
const undone = await undoRestore({ loaded, plans, reader, writer, clock, force: false });
if (undone.kind === 'refused') throw new Error(JSON.stringify(undone));
writeSync(1, 'undone\n');
process.exit(0);
