import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { LabCluster } from '../../lab/cluster.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../lab/mirroring.ts';
import type { LabMm2 } from '../../lab/mm2.ts';
import { mm2Properties } from '../../lab/mm2-properties.ts';
import { waitUntil } from '../../lab/wait-until.ts';
import { RecordWriter } from '../../lab/workload/record-writer.ts';
import { faultsOf, publishedSchema } from '../docs/published-schema.ts';
import { type Serving, serving } from './serving.ts';
import { tidemark } from './tidemark.ts';

const TOKEN = 'a-token-of-this-test-0123456789';
const report = z.object({
  at: z.string(),
  flows: z.tuple([
    z
      .object({
        verdict: z.string(),
        reasons: z.array(z.string()),
        loss: z.object({ records: z.string().optional() }).loose(),
        groups: z.array(z.object({ commitCheckedAt: z.string() }).loose()),
        partitions: z.array(z.object({ lag: z.object({ records: z.string().optional() }).loose() }).loose()),
      })
      .loose(),
  ]),
});

/** A real server over real clusters with a real MM2 between them. */
describe('tidemark serve on a live flow', () => {
  let lab: Lab;
  let a: LabCluster;
  let b: LabCluster;
  let mm2: LabMm2;
  let server: Serving;
  const environment = () => ({ TIDEMARK_HISTORY: join(lab.folder, 'history.db'), TIDEMARK_SERVE_TOKEN: TOKEN });
  const get = (path: string, headers: Record<string, string> = { Authorization: `Bearer ${TOKEN}` }) =>
    fetch(`${server.url}${path}`, { headers });
  const audited = async () => report.parse(await (await get('/api/audit')).json());
  const metric = async (line: string) => {
    const text = await (await get('/metrics')).text();
    const found = text.split('\n').find((one) => one.startsWith(`${line} `));
    return found === undefined ? null : Number(found.slice(line.length + 1));
  };

  beforeAll(async () => {
    lab = await startLab();
    [a, b] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
    await a.admin.createTopics({ orders: {} });
    await new RecordWriter(a.admin).write('orders', 1_500);
    await a.admin.commitOffsets('billing', 'orders', { 0: 777n });
    await a.admin.commitOffsets('<script>alert(1)</script>', 'orders', { 0: 5n });
    mm2 = await lab.startMm2({ properties: mm2Properties(a, b) });
    await waitUntilSettled({ source: a, target: b, topic: 'orders', mm2 });
    await waitUntilGroupSynced({ source: a, target: b, topic: 'orders', mm2 }, 'billing');
    const policy = 'policy: { heartbeatStaleSeconds: 5, mirrorStoppedSeconds: 8 }';
    writeFileSync(join(lab.folder, 'tidemark.yaml'), `mm2: ${mm2.propertiesFile}\n${policy}\n`);
    const args = ['--interval', '2', '--timeout', '20'];
    server = await serving(args, { cwd: lab.folder, environment: environment() });
  });
  afterAll(async () => {
    await server?.stop();
    await lab?.stop();
  });

  test('the JSON is that of tidemark audit, and as published', async () => {
    const served = await waitUntil('an audit with the verdict ready', async () => {
      const answer = await get('/api/audit');
      const body: unknown = await answer.json();
      if (answer.status !== 200) return false;
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(faultsOf(body, publishedSchema('audit-1'))).toEqual([]);
      const parsed = report.parse(body);
      return parsed.flows[0].verdict === 'ready' && parsed;
    });
    const { stdout } = await tidemark(['audit', '--format', 'json', '-c', 'tidemark.yaml'], {
      cwd: lab.folder,
    });
    const timeless = ({ flows }: z.infer<typeof report>) => ({
      flows: flows.map((flow) => ({
        ...flow,
        groups: flow.groups.map(({ commitCheckedAt: _, ...group }) => group),
        // The audit beside it keeps no history, which it says.
        findings: [],
      })),
    });
    expect(timeless(served)).toEqual(timeless(report.parse(JSON.parse(stdout))));
  });

  test('the metrics are the numbers of the report', async () => {
    await waitUntil('metrics of the audit', async () => (await metric('tidemark_audit_completed{flow="A->B"}')) === 1);
    expect(await metric('tidemark_verdict{flow="A->B",verdict="ready"}')).toBe(1);
    expect(await metric('tidemark_verdict{flow="A->B",verdict="not-ready"}')).toBe(0);
    expect(await metric('tidemark_lag_records_maximum{flow="A->B"}')).toBe(0);
    expect(await metric('tidemark_lag_records_samples{flow="A->B"}')).toBe(1);
    expect(
      await metric(
        'tidemark_group_reread_at_most_combined{flow="A->B",group="<script>alert(1)</script>",position="tidemark"}',
      ),
    ).toBe(0);
  });

  test('nothing but /healthz answers without the token', async () => {
    for (const path of ['/metrics', '/api/audit', '/no-such-path']) {
      for (const Authorization of ['', 'Bearer', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`]) {
        const answer = await get(path, { Authorization });
        expect({ path, status: answer.status }).toEqual({ path, status: 401 });
        expect(await answer.text()).not.toContain('orders');
      }
    }
    const alive = await get('/healthz', {});
    expect(alive.status).toBe(200);
    expect(await alive.json()).toMatchObject({
      status: 'ok',
      why: expect.stringMatching(/^the last audit ended \d+ s ago$/),
    });
  });

  test('it only reads, and names what there is', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const answer = await fetch(`${server.url}/api/audit`, { method, headers: { Authorization: `Bearer ${TOKEN}` } });
      expect({ method, status: answer.status }).toEqual({ method, status: 405 });
    }
    const missing = await get('/admin');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ error: 'NO_SUCH_PATH' });
    expect((await get('/toString')).status).toBe(404);
  });

  test('MM2 dead: the verdict and the metrics follow, and the past can be asked for', async () => {
    const before = await audited();
    await mm2.kill();
    await new RecordWriter(a.admin).write('orders', 25);
    await waitUntil('the server to miss MM2', async () => {
      const { flows } = await audited();
      return flows[0].reasons.includes('MIRROR_STOPPED') && flows[0].loss.records === '25';
    });
    await waitUntil('the metrics to follow', async () => (await metric('tidemark_loss_records{flow="A->B"}')) === 25);
    expect(await metric('tidemark_verdict{flow="A->B",verdict="not-ready"}')).toBe(1);
    const past = await get(`/api/audit?as-of=${encodeURIComponent(before.at)}`);
    const body: unknown = await past.json();
    expect(faultsOf(body, publishedSchema('audit-1'))).toEqual([]);
    expect(report.parse(body).flows[0]).toMatchObject({ verdict: 'ready', loss: { records: '0' } });
  });

  test('a browser gives the token in a form, and then sees the page, of now and of the past', async () => {
    const { at } = await audited();
    const refused = await get('/', {});
    expect(refused.status).toBe(401);
    expect(await refused.text()).toContain('<form method="post" action="/login">');
    const login = (token: string) =>
      fetch(`${server.url}/login`, { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' });
    expect((await login('wrong')).status).toBe(401);
    const accepted = await login(TOKEN);
    expect([accepted.status, accepted.headers.get('location')]).toEqual([303, '/']);
    const Cookie = accepted.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await (await get('/', { Cookie })).text();
    expect(page).toContain('✕ NOT READY');
    expect(page).toContain('a failover now would lose 25 records');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
    const past = await get(`/?as-of=${encodeURIComponent(at)}`, { Cookie });
    expect(past.status).toBe(200);
    expect(await past.text()).toContain('From the history alone');
    const before = await get('/?as-of=3d', { Cookie });
    expect(before.status).toBe(404);
    expect(await before.text()).toContain('<p class="banner">the history');
    expect((await get('/runbook', { Cookie })).status).toBe(200);
  });

  test('a time that cannot be: 400; one before the history: 404', async () => {
    for (const query of ['asof=-2h', 'as-of=-2h&as-of=-1h', 'flow=A']) {
      expect((await get(`/api/audit?${query}`)).status).toBe(400);
    }
    const bad = await get('/api/audit?as-of=yesterday');
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({
      error: 'BAD_TIME',
      message: expect.stringContaining('2026-11-20T10:00:00Z'),
    });
    expect((await get('/api/audit?as-of=3d')).status).toBe(404);
  });

  test('both clusters dead: no number is shown as the present, and the server lives', async () => {
    await Promise.all([a.kill(1), b.kill(1)]);
    await waitUntil('audits to fail', async () => (await get('/api/audit')).status === 503);
    expect(await metric('tidemark_audit_completed{flow="A->B"}')).toBe(0);
    expect(await metric('tidemark_lag_records_maximum{flow="A->B"}')).toBeNull();
    expect((await get('/healthz')).status).toBe(200);
    expect(await (await get('/healthz')).text()).not.toContain('127.0.0.1');
    expect(server.stderr()).toMatch(/not audited: no flow could be audited/);
  });

  test('SIGTERM ends it', async () => {
    expect(await server.stop()).toBe(143);
    expect(server.stderr()).not.toContain(TOKEN);
  });
});
