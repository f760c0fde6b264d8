import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LabCluster } from '../../lab/cluster.ts';
import type { AclSpec } from '../../lab/cluster-admin.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../lab/mirroring.ts';
import { type Mm2Side, mm2Properties } from '../../lab/mm2-properties.ts';
import { waitUntil } from '../../lab/wait-until.ts';
import { RecordWriter } from '../../lab/workload/record-writer.ts';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { newestHistory } from '../../shared/history/history-lineage.ts';
import { openFrame } from '../../shared/history/sealed-frame.ts';
import { grantsOf } from './printed-grants.ts';
import { type Run, runTidemark } from './run-tidemark.ts';

/** Two guarded clusters with MM2 between them, and a principal that is granted what `tidemark doctor` prints. */
describe('auditing as a principal that may only look', () => {
  let lab: Lab;
  let clusters: Readonly<Record<'A' | 'B', LabCluster>>;
  let auditorFile: string;
  let superUserFile: string;
  let doctorBefore: Run;
  let granted: Readonly<Record<'A' | 'B', readonly AclSpec[]>>;
  const password = randomBytes(8).toString('hex');

  const sideOf = (cluster: LabCluster, clientProperties: Readonly<Record<string, string>>): Mm2Side => ({
    alias: cluster.alias,
    bootstrapServers: clientProperties['bootstrap.servers'] ?? '',
    clientProperties,
  });
  const asSuperUser = (cluster: LabCluster) => sideOf(cluster, cluster.superUserProperties);
  const asAuditor = (cluster: LabCluster) =>
    sideOf(
      cluster,
      cluster.clientPropertiesFor({ listener: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512', user: 'auditor' }),
    );
  const audit = (file = auditorFile) => runTidemark(['audit', '--mm2', file, '--format', 'json']);

  beforeAll(async () => {
    lab = await startLab();
    const options = { security: { users: { auditor: password } }, authorizer: true };
    const [a, b] = await Promise.all(['A', 'B'].map((alias) => lab.startCluster({ alias, ...options })));
    if (a === undefined || b === undefined) throw new Error('two clusters were started');
    clusters = { A: a, B: b };
    await a.admin.createTopics({ orders: { partitions: 2 }, payments: {} });
    const writer = new RecordWriter(a.admin);
    await writer.write('orders', 120, { partition: 0 });
    await writer.write('orders', 60, { partition: 1 });
    await writer.write('payments', 40);
    await a.admin.commitOffsets('billing', 'orders', { 0: 50n, 1: 60n });
    await a.admin.commitOffsets('shipping', 'payments', { 0: 7n });
    const text = mm2Properties(asSuperUser(a), asSuperUser(b));
    const mm2 = await lab.startMm2({ properties: text });
    superUserFile = mm2.propertiesFile;
    auditorFile = join(lab.folder, 'auditor.properties');
    writeFileSync(auditorFile, mm2Properties(asAuditor(a), asAuditor(b)), { mode: 0o600 });
    for (const topic of ['orders', 'payments']) await waitUntilSettled({ source: a, target: b, topic, mm2 });
    await waitUntilGroupSynced({ source: a, target: b, topic: 'orders', mm2 }, 'billing');
    await waitUntilGroupSynced({ source: a, target: b, topic: 'payments', mm2 }, 'shipping');

    doctorBefore = await runTidemark(['doctor', '--mm2', auditorFile]);
    granted = { A: grantsOf(doctorBefore.stdout, 'A'), B: grantsOf(doctorBefore.stdout, 'B') };
    for (const alias of ['A', 'B'] as const) await clusters[alias].admin.createAcls(...granted[alias]);
  });
  afterAll(() => lab?.stop());

  /** Changes permissions, audits until this is what is said of it, and puts them back. */
  const refusalWhile = async (
    alias: 'A' | 'B',
    change: { readonly without?: readonly AclSpec[]; readonly denying?: readonly AclSpec[] },
    message: string,
  ): Promise<void> => {
    const { admin } = clusters[alias];
    const { without = [], denying = [] } = change;
    if (without.length > 0) await admin.deleteAcls(...without);
    if (denying.length > 0) await admin.createAcls(...denying);
    try {
      // Brokers learn of changed permissions a moment later.
      await waitUntil(`the audit to say "${message}"`, async () => {
        expectOneMessage(await audit(), message);
        return true;
      });
    } finally {
      if (denying.length > 0) await admin.deleteAcls(...denying);
      if (without.length > 0) await admin.createAcls(...without);
    }
  };

  const expectOneMessage = (run: Run, message: string): void => {
    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.stderr).toContain(`tidemark: ${message}\n`);
    expect(run.stderr.match(/^tidemark: /gm)).toHaveLength(1);
    expect(run.stderr).toMatch(/^ {2}→ grant it: kafka-acls\.sh --add /m);
    expect(run.stderr).not.toContain(password);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  };

  test('GIVEN no permission at all THEN doctor says so, and what it prints grants Describe and Read alone', () => {
    expect(doctorBefore.code).not.toBe(0);
    const operations = [...granted.A, ...granted.B].map(({ operation }) => operation);
    expect(new Set(operations)).toEqual(new Set(['DESCRIBE', 'READ']));
  });

  test('GIVEN what doctor prints THEN the audit says what it says to a super user, and doctor is content', async () => {
    await waitUntil('both audits to say the same', async () => {
      const [limited, unlimited] = await Promise.all([audit(), audit(superUserFile)]);
      expect([limited.code, unlimited.code]).toEqual([0, 0]);
      expect(lasting(limited)).toEqual(lasting(unlimited));
      expect(lasting(limited)).toMatchObject({ flows: [{ verdict: 'ready', unread: [] }] });
      return true;
    });
    const doctor = await runTidemark(['doctor', '--mm2', auditorFile]);
    expect(doctor).toMatchObject({ code: 0, complaints: '' });
    const translated = await runTidemark(['translate', '--mm2', auditorFile, '--topic', 'orders', '--offset', '50']);
    expect(translated).toMatchObject({ code: 0, complaints: '' });
  });

  test('the history and the plans of restores hold no password and no record', async () => {
    const history = join(lab.folder, 'history.db');
    const common = ['--mm2', auditorFile, '--history', history];
    expect(await runTidemark(['audit', '--verify', ...common])).toMatchObject({ code: 0, complaints: '' });
    const plan = ['restore', 'plan', '--as-of', 'now', '--onto', 'source', '--group', '*'];
    expect(await runTidemark([...plan, ...common])).toMatchObject({ code: 0, complaints: '' });

    const stored = await everythingIn(history);
    // Names are there, so that what is not found is not merely packed.
    for (const name of ['billing', 'orders']) expect(stored.some((bytes) => bytes.includes(name))).toBe(true);
    const [record] = await clusters.A.admin.readRaw('payments', 0);
    const value = record?.value?.toString() ?? '';
    expect(value).not.toBe('');
    const secrets = [password, 'ScramLoginModule', value];
    expect(secrets.filter((secret) => stored.some((bytes) => bytes.includes(secret)))).toEqual([]);
  });

  test.each(['A', 'B'] as const)(
    'WHEN any one of the permissions on %s is taken away THEN it is named',
    async (alias) => {
      const named: string[] = [];
      for (const grant of granted[alias]) {
        const { operation, resourceType } = grant;
        if (operation === 'DESCRIBE' && resourceType === 'TOPIC') continue; // Read, which is left, implies it.
        const permission = printed(grant);
        await refusalWhile(alias, { without: [grant] }, `cluster ${alias}: permission missing: ${permission}`);
        named.push(permission);
      }
      expect(named.length).toBeGreaterThanOrEqual(3);
    },
  );

  test.each(['A', 'B'] as const)(
    'Read on topics implies Describe on %s, and without both, both are named',
    async (alias) => {
      const onTopics = granted[alias].filter(({ resourceType }) => resourceType === 'TOPIC');
      const describing = onTopics.filter(({ operation }) => operation === 'DESCRIBE');
      await clusters[alias].admin.deleteAcls(...describing);
      try {
        const { code, complaints } = await audit();
        expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
      } finally {
        await clusters[alias].admin.createAcls(...describing);
      }
      await refusalWhile(
        alias,
        { without: onTopics },
        `cluster ${alias}: permission missing: ${onTopics.map(printed).join(', ')}`,
      );
    },
  );

  const hidden = [
    { what: 'a source topic', alias: 'A', type: 'TOPIC', name: 'payments' },
    { what: 'a replica', alias: 'B', type: 'TOPIC', name: 'A.payments' },
    { what: 'the offset syncs', alias: 'A', type: 'TOPIC', name: 'mm2-offset-syncs.B.internal' },
    { what: 'the checkpoints', alias: 'B', type: 'TOPIC', name: 'A.checkpoints.internal' },
    { what: 'a source group', alias: 'A', type: 'GROUP', name: 'shipping' },
    { what: 'a target group', alias: 'B', type: 'GROUP', name: 'shipping' },
  ] as const;

  test.each(hidden)('WHEN $what alone is hidden THEN it is named, not left out', async ({ alias, type, name }) => {
    const message =
      type === 'GROUP' ? `Describe on Group "${name}"` : `Describe on Topic "${name}", Read on Topic "${name}"`;
    await refusalWhile(alias, { denying: [deny(type, name)] }, `cluster ${alias}: permission missing: ${message}`);
  });

  test('WHEN the records of the offset syncs alone may not be read THEN that is named', async () => {
    const topic = 'mm2-offset-syncs.B.internal';
    const message = `cluster A: permission missing: Read on Topic "${topic}"`;
    await refusalWhile('A', { denying: [deny('TOPIC', topic, 'READ')] }, message);
  });

  test('WHEN a topic to translate for is hidden THEN translate names the permission', async () => {
    const hiding = deny('TOPIC', 'orders');
    await clusters.A.admin.createAcls(hiding);
    try {
      const run = await runTidemark(['translate', '--mm2', auditorFile, '--topic', 'orders', '--offset', '50']);
      expectOneMessage(run, 'cluster A: permission missing: Describe on Topic "orders", Read on Topic "orders"');
    } finally {
      await clusters.A.admin.deleteAcls(hiding);
    }
  });

  test('GIVEN all of the above THEN the authorizers saw nothing but Describe and Read of it, allowed or denied', async () => {
    for (const cluster of [clusters.A, clusters.B]) {
      const seen = cluster
        .authorizerLog()
        .split('\n')
        .filter((line) => line.includes('Principal = User:auditor '))
        .map((line) => /is (\w+) operation = (\w+) .* resource = (\w+):/.exec(line)?.slice(1, 4) ?? [line]);
      expect(new Set(seen.map(([, operation]) => operation))).toEqual(new Set(['DESCRIBE', 'READ']));
      expect(new Set(seen.map(([verdict]) => verdict))).toEqual(new Set(['Allowed', 'Denied']));
      expect(new Set(seen.map(([, , resource]) => resource))).toEqual(new Set(['Topic', 'Group', 'Cluster']));
      expect(cluster.log(1)).not.toContain(password);
    }
  });
});

function deny(resourceType: AclSpec['resourceType'], resourceName: string, operation = 'DESCRIBE'): AclSpec {
  return { principal: 'User:auditor', operation, resourceType, resourceName, permission: 'DENY' };
}

/** As an error message names it. */
function printed({ operation, resourceType, resourceName, patternType }: AclSpec): string {
  const name = patternType === 'PREFIXED' ? `${resourceName}*` : resourceName;
  return `${titled(operation)} on ${titled(resourceType)} "${name}"`;
}

function titled(word: string): string {
  return `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`;
}

/** The report without what changes from one moment to the next: times, and what is measured in them. */
function lasting(run: Run): unknown {
  return JSON.parse(run.stdout, (key, value: unknown) =>
    /(^at|At|^seconds|^evidence|^message|^findings)$/.test(key) ? undefined : value,
  );
}

/** The file of the history as it is, and every frame in it unpacked. */
async function everythingIn(file: string): Promise<readonly Buffer[]> {
  const store = newestHistory(createSqliteSnapshotStore(openHistoryDatabase(file)));
  try {
    const now = Date.now();
    const entries = await store.list('A->B', { from: 0, to: now }, now);
    const frames = await store.read(
      'A->B',
      entries.map(({ at }) => at),
      now,
    );
    const bodies = frames.flatMap((frame) => (frame?.bytes == null ? [] : [Buffer.from(openFrame(frame.bytes).body)]));
    return [readFileSync(file), ...bodies];
  } finally {
    await store.close();
  }
}
