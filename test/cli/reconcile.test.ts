import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import * as z from 'zod';
import type { LabCluster } from '../../lab/cluster.ts';
import type { AclSpec } from '../../lab/cluster-admin.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { mm2Properties } from '../../lab/mm2-properties.ts';
import { createClusterReader } from '../../shared/adapters/kafka/cluster-reader.ts';
import type { LogRecord } from '../../shared/domain/model/cluster.ts';
import { type Ran, tidemark } from './tidemark.ts';

const VARIABLE = 'TIDEMARK_TEST_PASSWORD';
const COPIED = 2;
const TIME = 1_760_000_000_000;

/** Every shape of record that a replay has to keep. The first two were mirrored. */
const RECORDS = [
  { key: 'a', value: 'first' },
  { key: 'b', value: 'second' },
  { key: 'c', value: 'third', headers: { trace: ['x', 'y'], empty: '' } },
  { key: null, value: 'without a key' },
  { key: 'a', value: null },
  { key: 'd', value: 'd'.repeat(20_000) },
].map((record, i) => ({ ...record, partition: 0, timestamp: `${TIME + i}` }));

const listed = z.object({
  partitions: z.array(
    z.object({
      topic: z.string(),
      lost: z.array(z.object({ from: z.string(), until: z.string(), records: z.string() })),
      replayed: z.string(),
    }),
  ),
});
/** What a command said besides its progress, which it prints after a while: sooner on a busy machine. */
const wordsOf = ({ stderr }: Ran): string =>
  stderr
    .split('\n')
    .filter((line) => !line.endsWith('…'))
    .join('\n');
const replay = z.object({
  hash: z.string().nullable(),
  complete: z.boolean().nullable(),
  refusals: z.array(z.string()),
});

/** Two guarded clusters. The auditor may describe and read topics; the writer may write to those of the target. */
describe('reconciling with credentials of their own', () => {
  let lab: Lab;
  let a: LabCluster;
  let b: LabCluster;
  const password = randomBytes(8).toString('hex');
  const printed: string[] = [];
  const as = (user: string) => ({ listener: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512', user }) as const;

  const run = async (config: 'auditor' | 'writer', ...args: readonly string[]): Promise<Ran> => {
    const options = ['--config', join(lab.folder, `${config}.json`), '--format', 'json', '--topic', 't'];
    const ran = await tidemark(['reconcile', ...args, ...options], { environment: { [VARIABLE]: password } });
    printed.push(ran.stdout, ran.stderr);
    return ran;
  };
  const onTarget = async (): Promise<readonly LogRecord[]> => {
    const reader = createClusterReader(b.connectionFor(as('auditor')));
    const records: LogRecord[] = [];
    const request = { topic: 'A.t', partition: 0, from: 0n, isolation: 'read_uncommitted' } as const;
    expect(await reader.scan(request, (record) => records.push(record))).toMatchObject({ kind: 'read' });
    await reader.close();
    return records;
  };

  beforeAll(async () => {
    lab = await startLab();
    const users = Object.fromEntries(['auditor', 'writer', 'app'].map((user) => [user, password]));
    const options = { security: { users }, authorizer: true };
    [a, b] = await Promise.all([
      lab.startCluster({ alias: 'A', ...options }),
      lab.startCluster({ alias: 'B', ...options }),
    ]);
    // Its records are older than a broker keeps them by default.
    const config = { 'retention.ms': '-1' };
    await a.admin.createTopics({ t: { config } });
    await b.admin.createTopics({ 'A.t': { config } });
    const allow = (user: string, resourceName: string, ...operations: readonly string[]): AclSpec[] =>
      operations.map((operation) => ({ principal: `User:${user}`, operation, resourceType: 'TOPIC', resourceName }));
    await a.admin.createAcls(...allow('auditor', 't', 'READ', 'DESCRIBE'), ...allow('app', 't', 'WRITE', 'DESCRIBE'));
    await b.admin.createAcls(
      ...allow('auditor', 'A.t', 'READ', 'DESCRIBE'),
      ...allow('writer', 'A.t', 'WRITE', 'DESCRIBE'),
      ...allow('app', 'A.t', 'WRITE', 'DESCRIBE'),
    );
    await produce(a, 't', RECORDS);
    await produce(b, 'A.t', RECORDS.slice(0, COPIED));
    const sides = [a, b].map((cluster) => {
      const clientProperties = cluster.clientPropertiesFor(as('auditor'));
      return {
        alias: cluster.alias,
        bootstrapServers: clientProperties['bootstrap.servers'] ?? '',
        clientProperties,
      };
    });
    const [source, target] = sides;
    if (source === undefined || target === undefined) throw new Error('there are two sides');
    writeFileSync(join(lab.folder, 'mm2.properties'), mm2Properties(source, target, { topics: 't' }), { mode: 0o600 });
    const sasl = { mechanism: 'SCRAM-SHA-512', username: 'writer', password: { env: VARIABLE } };
    for (const [name, clusters] of Object.entries({ auditor: {}, writer: { B: { writer: { sasl } } } })) {
      writeFileSync(join(lab.folder, `${name}.json`), JSON.stringify({ mm2: 'mm2.properties', clusters }));
    }
  });
  afterAll(() => lab?.stop());

  async function produce(cluster: LabCluster, topic: string, messages: typeof RECORDS): Promise<void> {
    const { bootstrapServers } = cluster.connectionFor(as('app'));
    const sasl = { mechanism: 'scram-sha-512', username: 'app', password } as const;
    const client = new kafkajs.Kafka({ brokers: [...bootstrapServers], sasl, logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer();
    await producer.connect();
    await producer.send({ topic, acks: -1, messages });
    await producer.disconnect();
  }

  test('the auditor lists what is lost, exports it, and cannot write it; the writer can, once', async () => {
    const list = await run('auditor', 'list');
    expect({ code: list.code, stderr: wordsOf(list) }).toEqual({ code: 1, stderr: '' });
    expect(listed.parse(JSON.parse(list.stdout)).partitions).toEqual([
      { topic: 't', lost: [{ from: '2', until: '6', records: '4' }], replayed: '0' },
    ]);

    const file = join(lab.folder, 'lost.jsonl');
    expect((await run('auditor', 'export', '--out', file)).code).toBe(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    const base64 = (value: string | null | undefined) => (value == null ? null : Buffer.from(value).toString('base64'));
    expect(
      text
        .split('\n')
        .slice(0, -1)
        .map((line): unknown => JSON.parse(line)),
    ).toEqual(
      RECORDS.slice(COPIED).map(({ key, value, headers = {} }, i) => ({
        topic: 't',
        partition: 0,
        offset: `${COPIED + i}`,
        timestamp: `${TIME + COPIED + i}`,
        headers: Object.entries(headers)
          .flatMap(([name, of]) => [of].flat().map((one) => [name, one] as const))
          .map(([name, one]) => ({ key: name, value: base64(one) })),
        key: base64(key),
        value: base64(value),
      })),
    );
    const again = await run('auditor', 'export', '--out', file);
    expect({ code: again.code, stderr: again.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('exists already'),
    });
    expect(readFileSync(file, 'utf8')).toBe(text);

    const planFile = join(lab.folder, 'replay.json');
    const planned = await run('auditor', 'replay', '--plan', planFile);
    expect(planned.code).toBe(0);
    expect(statSync(planFile).mode & 0o777).toBe(0o600);
    const hash = replay.parse(JSON.parse(planned.stdout)).hash ?? '';
    const other = await run('writer', 'replay', '--plan', planFile, '--approve', 'f'.repeat(64));
    expect(other.code).toBe(4);
    expect(replay.parse(JSON.parse(other.stdout)).refusals).toEqual(['what was approved is not this plan']);
    const denied = await run('auditor', 'replay', '--plan', planFile, '--approve', hash);
    expect(denied.code).toBe(4);
    expect(denied.stdout).toContain('AUTHORIZATION_FAILED');
    expect(await onTarget()).toHaveLength(COPIED);

    for (const written of ['4', '0']) {
      const { code, stdout } = await run('writer', 'replay', '--plan', planFile, '--approve', hash);
      expect(code).toBe(0);
      expect(stdout).toContain(`"written": "${written}"`);
    }
    const there = await onTarget();
    expect(there).toHaveLength(RECORDS.length);
    for (const [i, record] of there.entries()) {
      const { key, value, headers = {} } = RECORDS[i] ?? { key: null, value: null };
      expect({ key: record.key?.toString() ?? null, value: record.value?.toString() ?? null }).toEqual({ key, value });
      expect(record.timestamp).toBe(BigInt(TIME + i));
      const own = Object.entries(headers).flatMap(([name, of]) => [of].flat().map((one) => `${name}=${one}`));
      const marks = i < COPIED ? [] : [expect.stringMatching(new RegExp(`^tidemark-replayed=[^/]+/t/0/${i}$`))];
      expect(record.headers.map((one) => `${one.key}=${one.value?.toString()}`)).toEqual([...own, ...marks]);
    }
    const after = await run('auditor', 'list');
    expect(after.code).toBe(0);
    expect(listed.parse(JSON.parse(after.stdout)).partitions).toEqual([{ topic: 't', lost: [], replayed: '4' }]);
    expect(printed.filter((one) => one.includes(password))).toEqual([]);
  });

  test('a plan that was altered is not the one that was approved', async () => {
    await produce(a, 't', RECORDS.slice(0, 1));
    const planFile = join(lab.folder, 'altered.json');
    const planned = await run('auditor', 'replay', '--plan', planFile);
    const { code, stdout } = planned;
    const { hash } = replay.parse(JSON.parse(stdout));
    expect({ code, stderr: wordsOf(planned), hash }).toEqual({ code: 0, stderr: '', hash: expect.any(String) });
    writeFileSync(planFile, readFileSync(planFile, 'utf8').replace('"targetTopic":"A.t"', '"targetTopic":"t"'));
    const before = (await onTarget()).length;
    expect((await run('writer', 'replay', '--plan', planFile, '--approve', String(hash))).code).toBe(4);
    expect(await onTarget()).toHaveLength(before);
  });

  test('without the right to read, nothing is listed and the permission is named', async () => {
    const grant = { principal: 'User:auditor', operation: 'READ', resourceType: 'TOPIC', resourceName: 'A.t' } as const;
    await b.admin.deleteAcls(grant);
    const { code, stdout, stderr } = await run('auditor', 'list');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('permission missing: Read on Topic "A.t"');
    await b.admin.createAcls(grant);
  });
});
