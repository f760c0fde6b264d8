import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { DynamoDbLocal } from '../../lab/dynamodb-local.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { createDynamoDbSnapshotStore } from '../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { HistoryState } from '../../shared/domain/history/history-state.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import { assessFailover, beginRun } from '../../shared/failover/assess-failover.ts';
import { HistoryWriter } from '../../shared/history/history-writer.ts';
import { FakeWorld } from '../shared/failover/failover-world.ts';
import { runTidemark } from './run-tidemark.ts';

const TABLE = 'tidemark-history';

const published = (name: string) =>
  z.fromJSONSchema(
    JSON.parse(readFileSync(new URL(`../../docs/schema/${name}`, import.meta.url), 'utf8')) as Parameters<
      typeof z.fromJSONSchema
    >[0],
  );

/** What the audit function keeps, asked for from a laptop. */
describe('the history in DynamoDB on the command line', () => {
  let folder: string;
  let file: string;
  let local: DynamoDbLocal;
  const takenAt = Date.now() - 60_000;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-dynamodb-'));
    file = join(folder, 'mm2.properties');
    writeFileSync(
      file,
      'clusters = A, B\nA.bootstrap.servers = 127.0.0.1:1\nB.bootstrap.servers = 127.0.0.1:1\nA->B.enabled = true\n',
    );
    local = await DynamoDbLocal.start();
    await local.createHistoryTable(TABLE);
    const store = createDynamoDbSnapshotStore(local.client(), TABLE);
    try {
      const terms = { now: takenAt, leaseMs: 1_000 };
      const options = { store, flow: 'A->B', owner: 'function', retention: DEFAULT_RETENTION, terms };
      const writer = await HistoryWriter.open(options);
      const state = new HistoryState(takenAt);
      state.set({ kind: 'start', role: 'source', topic: 'orders', partition: 0 }, 0n);
      state.set({ kind: 'end', role: 'source', topic: 'orders', partition: 0 }, 500n);
      state.set({ kind: 'commit', role: 'source', group: 'billing', topic: 'orders', partition: 0 }, 432n);
      state.said = { verdict: 'at-risk', reasons: ['FOREIGN_WRITES'] };
      await writer.record(state, terms);
    } finally {
      await store.close();
    }
  });
  afterAll(async () => {
    await local?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    runTidemark([...args, '--mm2', file, '--history', `dynamodb:${TABLE}`], {
      environment: {
        AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
        AWS_REGION: 'local',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_EC2_METADATA_DISABLED: 'true',
        ...environment,
      },
    });

  test('a failover that the state machine began is shown with its evidence', async () => {
    const client = local.client();
    const runs = createDynamoDbRunStore(client, TABLE);
    const fake = new FakeWorld();
    const assessment = await assessFailover({ world: fake.world(), runs, mode: 'planned', groups: ['*'], accept: [] });
    const id = await beginRun(runs, assessment, { by: 'state machine', at: fake.now, validForMs: 60_000 });
    client.destroy();
    const shown = await run(['failover', 'status', '--format', 'json']);
    expect(shown).toMatchObject({ code: 0, complaints: '' });
    expect(JSON.parse(shown.stdout)).toMatchObject({ run: id, hash: assessment.hash, phase: 'awaiting-approval' });
  });

  test('snapshots, and the audit of a time, are read from the table', async () => {
    const listed = await run(['snapshots', 'list']);
    expect(listed).toMatchObject({ code: 0, complaints: '' });
    expect(listed.stdout).toContain(new Date(takenAt).toISOString());
    const shown = await run(['audit', '--as-of', 'now', '--format', 'json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      flows: [{ verdict: 'at-risk', reasons: ['FOREIGN_WRITES'], groups: [{ group: 'billing', committed: '432' }] }],
    });
  });

  test.each([
    ['list', 'snapshots-1.json'],
    ['show', 'snapshot-1.json'],
    ['stats', 'history-size-1.json'],
  ])('snapshots %s prints what its published schema says', async (verb, file) => {
    const { code, stdout } = await run(['snapshots', verb, '--format', 'json']);
    expect(code).toBe(0);
    expect(stdout).toContain('A->B');
    expect(published(file).safeParse(JSON.parse(stdout)).error?.issues ?? []).toEqual([]);
  });

  test('the restores planned from it are in the same table', async () => {
    expect(await run(['restore', 'show'])).toMatchObject({ code: 0, complaints: '' });
  });

  test.each([
    {
      what: 'a table that is not there',
      args: ['--history', 'dynamodb:elsewhere'],
      environment: {},
      says: /the history's DynamoDB table does not exist/,
    },
    {
      what: 'no credentials',
      args: [],
      environment: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', HOME: '/nonexistent' },
      says: /no AWS credentials were found/,
    },
    {
      what: 'no Region',
      args: [],
      environment: { AWS_REGION: '', HOME: '/nonexistent' },
      says: /no AWS Region was found/,
    },
    { what: 'an odd name', args: ['--history', 'dynamodb:a b'], environment: {}, says: /no name of a DynamoDB table/ },
  ])('$what is told in one message with its remedy', async ({ args, environment, says }) => {
    const common = ['snapshots', 'stats', '--mm2', file];
    const history = args.length > 0 ? args : ['--history', `dynamodb:${TABLE}`];
    const ran = await runTidemark([...common, ...history], {
      environment: {
        AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
        AWS_REGION: 'local',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_EC2_METADATA_DISABLED: 'true',
        ...environment,
      },
    });
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toMatch(says);
    expect(ran.stderr).toMatch(/^ {2}→ /m);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });
});
