import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { startLab } from '../../../lab/lab.ts';
import { temporaryParent } from '../../../lab/temporary-folder.ts';
import { RecordWriter } from '../../../lab/workload/record-writer.ts';
import { createDynamoDbPlanStore } from '../../../shared/adapters/dynamodb/dynamodb-plan-store.ts';
import { createClusterReader } from '../../../shared/adapters/kafka/cluster-reader.ts';
import { createOffsetWriter } from '../../../shared/adapters/kafka/offset-writer.ts';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqlitePlanStore } from '../../../shared/adapters/sqlite/sqlite-plan-store.ts';
import { killAtEveryWrite } from './kill-at-every-write.ts';
import {
  CLUSTER,
  fileReader,
  fileWriter,
  groupsBefore,
  type Positions,
  readCluster,
  TOPIC,
  writeCluster,
} from './restore-world.ts';

const folder = mkdtempSync(join(temporaryParent(), 'tidemark-killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sqlite(name: string) {
  const place = join(folder, `${name}.db`);
  return {
    store: { kind: 'sqlite', place, table: '' } as const,
    plans: createSqlitePlanStore(openHistoryDatabase(place)),
  };
}

function fileCluster(name: string) {
  const file = join(folder, `${name}.json`);
  writeCluster(file, { ...CLUSTER, positions: groupsBefore() });
  return {
    cluster: { kind: 'file', file } as const,
    connect: () => ({ reader: fileReader(file), writer: fileWriter(file) }),
    positions: async () => readCluster(file).positions,
  };
}

describe('WHEN a restore is killed at any write THEN running it again completes or undoes it', () => {
  test('plans in DynamoDB', async () => {
    const local = await DynamoDbLocal.start();
    const client = local.client();
    const table = 'killed';
    await local.createHistoryTable(table);
    try {
      const { steps } = await killAtEveryWrite(async (step) => {
        const store = { kind: 'dynamodb', place: local.endpoint, table } as const;
        const { cluster, ...rest } = fileCluster(`dynamodb-${step}`);
        const plans = createDynamoDbPlanStore(client, table);
        return { run: { store, cluster, plan: { id: `p${step}`, madeAt: Date.now() } }, plans, ...rest };
      });
      expect(steps).toBeGreaterThan(15);
    } finally {
      client.destroy();
      await local.stop();
    }
  });

  test('plans in SQLite, groups of a real Kafka', async () => {
    const lab = await startLab();
    try {
      const a = await lab.startCluster({ alias: 'A' });
      const topicId = await a.admin.createTopic(TOPIC, { partitions: 2 });
      const records = new RecordWriter(a.admin);
      for (const partition of [0, 1]) await records.write(TOPIC, 1_000, { partition });
      const { steps, completed } = await killAtEveryWrite(async (step) => {
        const prefix = `step${step}-`;
        for (const [group, positions] of Object.entries(groupsBefore(prefix))) {
          const offsets = Object.entries(positions).map(([name, offset]) => [Number(name.slice(2)), BigInt(offset)]);
          await a.admin.commitOffsets(group, TOPIC, Object.fromEntries(offsets));
        }
        const { store, plans } = sqlite(`kafka-${step}`);
        const plan = { id: 'p', prefix, clusterId: a.clusterId, topicId, madeAt: Date.now() };
        return {
          run: { store, cluster: { kind: 'kafka', bootstrapServers: a.bootstrapServers }, plan },
          plans,
          connect: () => ({ reader: createClusterReader(a.connection), writer: createOffsetWriter(a.connection) }),
          async positions() {
            const found: Record<string, Positions[string]> = {};
            for (const group of Object.keys(groupsBefore(prefix))) {
              const rows = await a.admin.groupOffsets(group);
              const inOrder = rows.map(({ topic, partition, offset }) => [`${topic}-${partition}`, String(offset)]);
              found[group] = Object.fromEntries(inOrder.sort());
            }
            return found;
          },
        };
      });
      expect(steps).toBeGreaterThan(12);
      expect(completed).toBeGreaterThan(6);
    } finally {
      await lab.stop();
    }
  });
});
