import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { LabCluster } from '../../../../lab/cluster.ts';
import type { LabConnect } from '../../../../lab/connect.ts';
import { configureMirror } from '../../../../lab/connect-mirror.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { waitUntilMirrored } from '../../../../lab/mirroring.ts';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { createConnectMirrorControl } from '../../../../shared/adapters/connect-rest/connect-mirror-control.ts';
import { createConnectMirrorOffsets } from '../../../../shared/adapters/connect-rest/connect-mirror-offsets.ts';
import { createConnectorReader } from '../../../../shared/adapters/connect-rest/connector-reader.ts';
import type { MirrorConnector } from '../../../../shared/domain/model/mirror-connector.ts';
import { runTidemark } from '../../../cli/run-tidemark.ts';

const FLOW = { source: 'A', target: 'B' } as const;
const SOURCE = 'A->B.MirrorSourceConnector';
const CHECKPOINT = 'A->B.MirrorCheckpointConnector';

/** A connector that drops replayed records, as the runbook shows it. */
const DROPS_REPLAYED = {
  transforms: 'drop',
  'transforms.drop.type': 'org.apache.kafka.connect.transforms.Filter',
  'transforms.drop.predicate': 'replayed',
  predicates: 'replayed',
  'predicates.replayed.type': 'org.apache.kafka.connect.transforms.predicates.HasHeaderKey',
  'predicates.replayed.name': 'tidemark-replayed',
};

function sortedByPartition<T extends { readonly topic: string; readonly partition: number }>(ends: readonly T[]): T[] {
  return ends.toSorted((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition);
}

const audit = z.object({
  flows: z.tuple([
    z.object({
      verdict: z.string(),
      findings: z.array(
        z.object({ code: z.string(), severity: z.string(), message: z.string(), evidence: z.unknown() }),
      ),
      unread: z.array(z.unknown()),
    }),
  ]),
});

describe("MM2's connectors on a real Connect cluster", () => {
  let lab: Lab;
  let source: LabCluster;
  let target: LabCluster;
  let connect: LabConnect;
  const password = randomBytes(12).toString('hex');

  /** What both connectors are told; the login is for a listener that nobody uses. */
  const config = (kind: string, more: Readonly<Record<string, string>> = {}) => ({
    'connector.class': `org.apache.kafka.connect.mirror.${kind}`,
    'source.cluster.alias': 'A',
    'target.cluster.alias': 'B',
    'source.cluster.bootstrap.servers': source.bootstrapServers,
    'target.cluster.bootstrap.servers': target.bootstrapServers,
    'source.cluster.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="mm2" password="${password}";`,
    'tasks.max': '1',
    topics: 'orders',
    'replication.factor': '1',
    'offset-syncs.topic.replication.factor': '1',
    'checkpoints.topic.replication.factor': '1',
    'refresh.topics.interval.seconds': '1',
    ...more,
  });

  beforeAll(async () => {
    lab = await startLab();
    [source, target] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
    connect = await lab.startConnect({ bootstrapServers: target.bootstrapServers });
    await source.admin.createTopics({ orders: {}, payments: { partitions: 2 } });
  });
  afterAll(() => lab?.stop());

  const states = async (): Promise<readonly MirrorConnector[] | null> => {
    const outcome = await createConnectorReader({ url: connect.url }, { deadlineMs: 10_000 }).connectorsOf(FLOW);
    return outcome.kind === 'read' ? outcome.value : null;
  };
  const runAudit = async () => {
    const file = join(lab.folder, 'tidemark.yaml');
    const clusters = [source, target].map(
      ({ alias, bootstrapServers }) => `  ${alias}: { bootstrapServers: "${bootstrapServers}" }`,
    );
    const flow = `  - { flow: A->B, topics: [orders], connectOffsets: null, connect: { url: "${connect.url}" } }`;
    writeFileSync(file, ['clusters:', ...clusters, 'flows:', flow, ''].join('\n'));
    const run = await runTidemark(['audit', '--config', file, '--history', 'off', '--format', 'json']);
    expect(run.stdout + run.stderr).not.toContain(password);
    return audit.parse(JSON.parse(run.stdout)).flows[0];
  };

  test('a Connect cluster without the connector of the flow is an unread part', async () => {
    const { findings } = await runAudit();
    expect(findings.find(({ code }) => code === 'AUDIT_INCOMPLETE')?.message).toBe(
      `whether a task of A->B has failed is unknown: Kafka Connect at ${connect.url} has no MirrorSourceConnector of A->B`,
    );
  });

  test('stops MM2 at its exact end, says where that is, and resumes there', async () => {
    await configureMirror(connect, source, target, { topics: 'payments' });
    const writer = new RecordWriter(source.admin);
    for (const partition of [0, 1]) await writer.write('payments', 100 + partition, { partition });
    await waitUntilMirrored({ source, target, topic: 'payments' });
    const control = createConnectMirrorControl({ url: connect.url }, FLOW);
    expect(await control.isInEffect()).toBe(false);
    expect(await control.hasTasks()).toBe(true);
    await control.apply();
    await control.apply();
    const stopped = async () => (await control.isInEffect()) === true;
    await waitUntil('the connectors to stop', stopped, { explain: () => connect.tail() });
    expect(await control.hasTasks()).toBe(false);
    const byPartition = new Map(
      (await control.ends())
        ?.filter(({ topic }) => topic === 'payments')
        .map((one) => [one.partition, one.lastMirrored]),
    );
    expect([byPartition.get(0), byPartition.get(1)]).toEqual([99n, 100n]);

    await writer.write('payments', 10, { partition: 0 });
    const [log] = await target.admin.listOffsets('A.payments');
    expect(log?.highWatermark).toBe(100n);
    await control.putBack?.();
    await waitUntilMirrored({ source, target, topic: 'payments' });
    // Nothing twice: the log has as many records as the source.
    expect((await target.admin.listOffsets('A.payments'))[0]?.highWatermark).toBe(110n);
    expect(await control.isInEffect()).toBe(false);
  });

  test('a control names Connect and what it was asked for if that has no such connector', async () => {
    const other = createConnectMirrorControl({ url: connect.url }, { source: 'B', target: 'A' });
    await expect(other.apply()).rejects.toMatchObject({ code: 'CONNECTOR_NOT_FOUND' });
  });

  test('sets where a stopped mirror begins, which Connect does not check: only reading back shows it', async () => {
    const flow = { source: 'X', target: 'Y' };
    const name = 'X->Y.MirrorSourceConnector';
    const offsets = createConnectMirrorOffsets({ url: connect.url }, flow);
    await expect(offsets.read()).rejects.toMatchObject({ code: 'CONNECTOR_NOT_FOUND' });
    const settings = { 'source.cluster.alias': 'X', 'target.cluster.alias': 'Y', topics: 'nothing' };
    await connect.createStopped(name, config('MirrorSourceConnector', { ...settings, ...DROPS_REPLAYED }));
    const control = createConnectMirrorControl({ url: connect.url }, flow);
    // Connect lists it a moment after it has answered.
    const isStopped = async () => (await control.isInEffect().catch(() => null)) === true;
    await waitUntil('the connector to be stopped', isStopped, { explain: () => connect.tail() });
    expect(await offsets.read()).toEqual([]);

    // Neither the topic nor its partition exists.
    const places = [0, 1].map((partition) => ({ topic: 'orders', partition, lastMirrored: 41n }));
    await offsets.set(places);
    // Connect can show offsets a moment after it has accepted them.
    const isShown = async () => (await offsets.read()).length === places.length;
    await waitUntil('the offsets to be read back', isShown, { explain: () => connect.tail() });
    expect(sortedByPartition(await offsets.read())).toEqual(places);
    await offsets.set([{ topic: 'orders', partition: 1, lastMirrored: null }]);
    await waitUntil('the offset to be removed', async () => (await offsets.read()).length === 1, {
      explain: () => connect.tail(),
    });
    expect(await offsets.read()).toEqual(places.slice(0, 1));
    await fetch(`${connect.url}/connectors/${encodeURIComponent(name)}/offsets`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        offsets: [{ partition: { cluster: 'Z', topic: 'orders', partition: 0 }, offset: { offset: 7 } }],
      }),
    }).then(({ status }) => expect(status).toBe(200));
    expect(await offsets.read()).toEqual(places.slice(0, 1));

    expect(await offsets.leavesOut('tidemark-replayed')).toBe(true);
    expect(await offsets.leavesOut('another')).toBe(false);
    await connect.configure(
      name,
      config('MirrorSourceConnector', { ...settings, ...DROPS_REPLAYED, 'transforms.drop.negate': 'true' }),
    );
    expect(await offsets.leavesOut('tidemark-replayed')).toBe(false);
  });

  test('does not set where a mirror continues that runs', async () => {
    const offsets = createConnectMirrorOffsets({ url: connect.url }, FLOW);
    const before = sortedByPartition(await offsets.read());
    const place = { topic: 'payments', partition: 0, lastMirrored: 3n };
    await expect(offsets.set([place])).rejects.toMatchObject({ code: 'CONNECT_FAILED', retriable: false });
    // It mirrors on in the meantime, and never goes back.
    const after = sortedByPartition(await offsets.read());
    expect(after.map(({ partition }) => partition)).toEqual(before.map(({ partition }) => partition));
    for (const [i, { lastMirrored }] of after.entries()) {
      expect(lastMirrored).toBeGreaterThanOrEqual(before[i]?.lastMirrored ?? 4n);
    }
  });

  test('running, failed with the cause, healed by a new configuration, dead', async () => {
    await connect.configure(SOURCE, config('MirrorSourceConnector'));
    await connect.configure(CHECKPOINT, config('MirrorCheckpointConnector'));
    const writer = new RecordWriter(source.admin);
    await writer.write('orders', 10, { partition: 0 });
    await waitUntilMirrored({ source, target, topic: 'orders' });
    expect(
      (await states())?.map(({ name, kind, state, tasks }) => [name, kind, state, tasks.map((task) => task.state)]),
    ).toEqual([
      [CHECKPOINT, 'checkpoint', 'RUNNING', expect.any(Array)],
      [SOURCE, 'source', 'RUNNING', ['RUNNING']],
    ]);
    expect((await runAudit()).findings.map(({ code }) => code)).not.toContain('MIRROR_TASK_FAILED');

    await connect.configure(SOURCE, config('MirrorSourceConnector', { 'producer.override.max.request.size': '500' }));
    const taskState = async () => (await states())?.find(({ name }) => name === SOURCE)?.tasks[0]?.state;
    const fails = async () => {
      // The task may still run with its old configuration, and mirror the first ones.
      await writer.write('orders', 1, { partition: 0, valueBytes: 2_000 });
      return (await taskState()) === 'FAILED';
    };
    await waitUntil('the task to fail', fails, { deadlineMs: 60_000, intervalMs: 500, explain: () => connect.tail() });
    const failed = await runAudit();
    expect(failed.verdict).toBe('not-ready');
    expect(failed.findings.find(({ code }) => code === 'MIRROR_TASK_FAILED')).toMatchObject({
      severity: 'critical',
      message: expect.stringMatching(
        /^task 0 of connector A->B\.MirrorSourceConnector has failed on \S+: org\.apache\.kafka\.common\.errors\.RecordTooLargeException: The message is \d+ bytes/,
      ),
      evidence: { connector: SOURCE, kind: 'source', task: 0, failed: 1 },
    });

    await connect.configure(SOURCE, config('MirrorSourceConnector'));
    await waitUntil('the task to run', async () => (await taskState()) === 'RUNNING', { deadlineMs: 60_000 });
    expect((await runAudit()).findings.map(({ code }) => code)).not.toContain('MIRROR_TASK_FAILED');

    await connect.kill();
    const control = createConnectMirrorControl({ url: connect.url }, FLOW);
    await expect(control.apply()).rejects.toMatchObject({ code: 'CONNECT_UNREACHABLE', retriable: true });
    const blind = await runAudit();
    expect(blind.findings.map(({ code }) => code)).toContain('AUDIT_INCOMPLETE');
    expect(blind.unread).toContainEqual(expect.objectContaining({ error: 'CONNECT_UNREACHABLE', cluster: 'B' }));
  });
});
