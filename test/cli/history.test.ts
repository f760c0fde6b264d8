import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { LabCluster } from '../../lab/cluster.ts';
import { type HttpReceiver, startHttpReceiver } from '../../lab/http-receiver.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../lab/mirroring.ts';
import type { LabMm2 } from '../../lab/mm2.ts';
import { mm2Properties } from '../../lab/mm2-properties.ts';
import { waitUntil } from '../../lab/wait-until.ts';
import { RecordWriter } from '../../lab/workload/record-writer.ts';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { tidemark } from './tidemark.ts';

const published = (name: string) =>
  z.fromJSONSchema(
    JSON.parse(readFileSync(new URL(`../../docs/schema/${name}`, import.meta.url), 'utf8')) as Parameters<
      typeof z.fromJSONSchema
    >[0],
  );
const auditSchema = published('audit-1.json');
const watchSchema = published('watch-1.json');

const audited = z.object({
  at: z.string(),
  flows: z.tuple([
    z
      .object({
        verdict: z.string(),
        reasons: z.array(z.string()),
        loss: z.object({ kind: z.string(), records: z.string().optional() }),
        partitions: z.array(z.unknown()),
        groups: z.array(z.object({ group: z.string(), committed: z.string() }).loose()),
        findings: z.array(
          z
            .object({
              code: z.string(),
              severity: z.string(),
              message: z.string(),
              acknowledged: z.unknown().optional(),
            })
            .loose(),
        ),
        suppressed: z.array(z.object({ code: z.string() }).loose()),
        snapshot: z.object({ asOf: z.string(), takenAt: z.string(), heldUntil: z.string() }).loose().optional(),
      })
      .loose(),
  ]),
});
const watched = z
  .object({
    event: z.string(),
    at: z.string(),
    verdict: z.string().optional(),
    commitsAsOf: z.string().nullable().optional(),
    positions: z.record(z.string(), z.number()).optional(),
    finding: z.object({ code: z.string() }).loose().optional(),
    sinceBefore: z.boolean().optional(),
    openSeconds: z.number().optional(),
  })
  .loose();
type Watched = z.infer<typeof watched>;

/** What a webhook gets. */
const pageSchema = z.object({
  schema: z.literal('tidemark.page/1'),
  kind: z.string(),
  page: z.object({ command: z.string() }),
  event: z.object({ finding: z.object({ code: z.string() }) }),
});

const BIN = new URL('../../bin/tidemark.js', import.meta.url).pathname;

/** The history on the command line: kept by audits and a watch on a live flow, and asked once the source is dead. */
describe('the history', () => {
  let lab: Lab;
  let a: LabCluster;
  let b: LabCluster;
  let mm2: LabMm2;
  let watcher: ChildProcess | undefined;
  let receiver: HttpReceiver;
  let before: z.infer<typeof audited>;
  const environment = () => ({ TIDEMARK_HISTORY: join(lab.folder, 'history.db') });
  const run = (...args: string[]) =>
    tidemark([...args, '-c', 'tidemark.yaml'], { cwd: lab.folder, environment: environment() });
  const audit = async (...args: string[]) => {
    const ran = await run('audit', '--format', 'json', ...args);
    expect(auditSchema.safeParse(JSON.parse(ran.stdout)).error).toBeUndefined();
    return { code: ran.code, report: audited.parse(JSON.parse(ran.stdout)) };
  };
  /** When no process holds the right to write the flow's history, 0. */
  const leasedUntil = (): unknown => {
    const database = openHistoryDatabase(environment().TIDEMARK_HISTORY);
    try {
      return database.prepare('SELECT leased_until FROM head').get()?.leased_until;
    } finally {
      database.close();
    }
  };

  beforeAll(async () => {
    [lab, receiver] = await Promise.all([startLab(), startHttpReceiver()]);
    [a, b] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
    await a.admin.createTopics({ orders: {} });
    await new RecordWriter(a.admin).write('orders', 900);
    await a.admin.commitOffsets('billing', 'orders', { 0: 333n });
    mm2 = await lab.startMm2({ properties: mm2Properties(a, b) });
    await waitUntilSettled({ source: a, target: b, topic: 'orders', mm2 });
    await waitUntilGroupSynced({ source: a, target: b, topic: 'orders', mm2 }, 'billing');
    const policy = 'policy: { heartbeatStaleSeconds: 5, mirrorStoppedSeconds: 8 }';
    writeFileSync(join(lab.folder, 'tidemark.yaml'), `mm2: ${mm2.propertiesFile}\n${policy}\n`);
  });
  afterAll(async () => {
    watcher?.kill('SIGKILL');
    await Promise.all([lab?.stop(), receiver?.close()]);
  });

  test('an audit keeps itself, gives the history back, and can be asked for again as of its time', async () => {
    await waitUntil(
      'the audit to find nothing',
      async () => {
        const { code, report } = await audit();
        before = report;
        return code === 0 && report.flows[0].verdict === 'ready';
      },
      { deadlineMs: 120_000, explain: () => JSON.stringify(before.flows[0].findings) },
    );
    expect(leasedUntil()).toBe(0);
    const { code, report } = await audit('--as-of', before.at);
    expect(code).toBe(0);
    const [then, now] = [before.flows[0], report.flows[0]];
    expect(now.snapshot).toMatchObject({ asOf: before.at, thinned: false, passedOver: [], unread: [] });
    expect(now.verdict).toEqual(then.verdict);
    expect(now.reasons).toEqual(then.reasons);
    expect(now.loss).toEqual(then.loss);
    expect(now.partitions).toEqual(then.partitions);
    const position = ({ group, committed, tidemark: at }: Record<string, unknown>) => ({ group, committed, at });
    expect(now.groups.map(position)).toEqual(then.groups.map(position));
  });

  test('a history that cannot be opened stops no audit, which says so', async () => {
    const { code, report } = await audit('--history', lab.folder, '--fail-on', 'warning');
    expect({ code, verdict: report.flows[0].verdict }).toMatchObject({ code: 1, verdict: 'at-risk' });
    const [finding] = report.flows[0].findings;
    expect(finding).toMatchObject({ code: 'HISTORY_NOT_RECORDED', severity: 'warning' });
    expect(finding?.message).toContain('cannot be opened');
  });

  test('a watch: findings open and close with MM2, and it goes on when the source is dead', async () => {
    const events: Watched[] = [];
    let rest = '';
    const child = spawn(
      process.execPath,
      [BIN, 'watch', '-c', 'tidemark.yaml', '--interval', '1', '--format', 'json', '--notify', receiver.url],
      {
        cwd: lab.folder,
        env: { PATH: process.env.PATH ?? '', HOME: lab.folder, ...environment() },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    watcher = child;
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        expect(watchSchema.safeParse(JSON.parse(line)).error).toBeUndefined();
        events.push(watched.parse(JSON.parse(line)));
      }
    });
    const seen = (what: string, test: (event: Watched) => boolean, from = 0) =>
      waitUntil(what, () => events.slice(from).find(test), {
        deadlineMs: 120_000,
        explain: () => JSON.stringify(events.slice(-5)),
      });
    const of = (kind: string, code: string) => (event: Watched) => event.event === kind && event.finding?.code === code;

    await seen('a good audit', ({ event, verdict }) => event === 'audit' && verdict === 'ready');
    mm2.pause();
    const opened = await seen('MM2 to be missed', of('opened', 'MIRROR_STOPPED'));
    expect(opened.sinceBefore).toBe(false);
    mm2.resume();
    const closed = await seen('MM2 to be back', of('closed', 'MIRROR_STOPPED'));
    const expected = (Date.parse(closed.at) - Date.parse(opened.at)) / 1_000;
    expect(closed).toMatchObject({ openSeconds: expected, openedAt: opened.at });
    await waitUntil('both pages', () => receiver.bodies.filter((body) => body.includes('MIRROR_STOPPED')).length === 2);
    const pages = receiver.bodies.map((body) => pageSchema.parse(JSON.parse(body)));
    const stopped = pages.filter(({ event }) => event.finding.code === 'MIRROR_STOPPED');
    expect(stopped.map(({ kind }) => kind)).toEqual(['page', 'resolved']);
    expect(stopped[0]?.page.command).toMatch(/^tidemark audit --config tidemark\.yaml --flow 'A->B' --as-of 2/);
    await seen(
      'the flow to be ready again',
      ({ event, verdict }) => event === 'audit' && verdict === 'ready',
      events.length,
    );

    for (const nodeId of a.nodeIds) await a.kill(nodeId);
    await seen('the source to be missed', of('opened', 'CLUSTER_UNREACHABLE'));
    const blind = await seen(
      'an audit with positions of before',
      ({ event, commitsAsOf }) => event === 'audit' && typeof commitsAsOf === 'string',
    );
    // Not ready from the moment on when MM2's last heartbeat is too old.
    expect(['at-risk', 'not-ready']).toContain(blind.verdict);
    expect(blind.positions).toEqual({ exact: 1 });
    await seen('the watch to go on', ({ event }) => event === 'audit', events.length);

    expect(leasedUntil()).toBeGreaterThan(Date.now());
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(leasedUntil()).toBe(0);
  });

  test('with the source dead: the report of before, and translations live and as of then', async () => {
    const { code, report } = await audit('--as-of', before.at);
    expect({ code, verdict: report.flows[0].verdict }).toEqual({ code: 0, verdict: 'ready' });
    expect(report.flows[0].partitions).toEqual(before.flows[0].partitions);
    const table = await run('audit', '--as-of', before.at);
    expect(table.stdout).toMatch(/^REPORT OF THE PAST, as of .*\n.*no cluster was asked/);
    expect(table.stdout).toMatch(/billing {2}orders-0 {2}at 333\n\s+MM2 .*\n\s+Tidemark\s+333\s+0\s+0 {2}exact\n/);

    for (const args of [[], ['--as-of', before.at]]) {
      const { stdout } = await run('translate', '--topic', 'orders', '--offset', '333', '--format', 'json', ...args);
      const { tidemark: position, snapshot } = JSON.parse(stdout) as { tidemark: object; snapshot?: { asOf: string } };
      expect(position).toMatchObject({ position: '333', proof: 'exact', rereadAtMost: '0' });
      expect(snapshot?.asOf).toBe(args[1]);
    }
    const without = await run('translate', '--topic', 'orders', '--offset', '333', '--history', 'off');
    expect(without.code).not.toBe(0);
  });

  test('as of the time when it was dead: what was unread then is said', async () => {
    const { report } = await audit('--as-of', 'now');
    expect(report.flows[0].reasons).toContain('CLUSTER_UNREACHABLE');
    expect(report.flows[0].snapshot).toMatchObject({
      unread: expect.arrayContaining([{ role: 'source', kind: 'cluster', name: '' }]),
    });
    expect((await run('audit', '--as-of', 'now')).code).toBe(1);
    expect((await run('audit', '--as-of', 'now')).stdout).toContain(
      'not read at that time, shown as known before: source cluster',
    );
  });

  test('nothing as old as asked: exit 3, and where to look', async () => {
    const { code, stdout, stderr } = await run('audit', '--as-of', '2020-01-01T00:00:00Z');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('has no snapshot of A->B as of 2020-01-01T00:00:00.000Z');
    expect(stderr).toContain('tidemark.js snapshots list');
  });

  test('snapshots list, show and stats', async () => {
    const listed = JSON.parse((await run('snapshots', 'list', '--format', 'json', '--limit', '1000')).stdout) as {
      schema: string;
      flows: { flow: string; snapshots: { takenAt: string; damage: string | null }[]; left: number }[];
    };
    expect(listed).toMatchObject({ schema: 'tidemark.snapshots/1', flows: [{ flow: 'A->B', left: 0 }] });
    const snapshots = listed.flows[0]?.snapshots ?? [];
    const times = snapshots.map(({ takenAt }) => takenAt);
    expect(times).toEqual(times.toSorted().reverse());
    expect(times.length).toBeGreaterThan(2);
    expect(snapshots.filter(({ damage }) => damage !== null)).toEqual([]);
    const two = (await run('snapshots', 'list', '--limit', '2')).stdout;
    expect(two).toMatch(
      new RegExp(`^A->B\\n.*\\n  ${times[0]} .*\\n  ${times[1]} .*\\n  and ${times.length - 2} older`),
    );
    expect((await run('snapshots', 'list', '--to', times.at(-1) ?? '')).stdout.match(/Z/g)).toHaveLength(2);

    const shown = JSON.parse(
      (await run('snapshots', 'show', '--as-of', before.at, '--format', 'json')).stdout,
    ) as object;
    expect(shown).toMatchObject({
      schema: 'tidemark.snapshot/1',
      flows: [
        {
          verdict: 'ready',
          // MM2 writes offset syncs of its heartbeats too.
          partitions: expect.arrayContaining([
            expect.objectContaining({
              topic: 'orders',
              targetTopic: 'A.orders',
              source: { start: '0', end: '900' },
              target: { start: '0', end: '900' },
            }),
          ]),
          positions: [{ group: 'billing', topic: 'orders', partition: 0, source: '333', target: expect.any(String) }],
        },
      ],
    });
    const table = (await run('snapshots', 'show', '--as-of', before.at, '--group', 'bill*')).stdout;
    expect(table).toMatch(/^A->B {2}READY\n/);
    expect(table).toMatch(/billing {2}orders-0 +333 +\d+\n/);
    const other = await run('snapshots', 'show', '--group', 'other');
    expect(other).toMatchObject({ code: 2, stdout: '' });
    expect(other.stderr).toContain('there is no group "other" in the history as of');

    const stats = JSON.parse((await run('snapshots', 'stats', '--format', 'json')).stdout) as object;
    expect(stats).toMatchObject({ flows: [{ snapshots: times.length, oldest: times.at(-1), newest: times[0] }] });
    expect((await run('snapshots', 'stats')).stdout).toMatch(/one per 1 min kept for 1 d: \d+ snapshots?, /);
  });

  test('what is known does not count, with the source dead and as of that time; withdrawn it counts again', async () => {
    const table = async () => (await run('audit')).stdout.replace(/\s+/g, ' ');
    const first = await audit();
    expect(first.code).toBe(1);
    expect(first.report.flows[0].reasons).toContain('CLUSTER_UNREACHABLE');
    const critical = first.report.flows[0].findings.filter(({ severity }) => severity === 'critical');
    const ids: string[] = [];
    for (const { code } of critical) {
      const cluster = code === 'CLUSTER_UNREACHABLE' ? ['--cluster', 'A'] : [];
      const args = ['acknowledge', code, ...cluster, '--reason', 'the site is lost', '--by', 'alice'];
      const { acknowledgements } = JSON.parse((await run(...args, '--format', 'json')).stdout) as {
        acknowledgements: { id: string }[];
      };
      ids.push(...acknowledgements.map(({ id }) => id));
    }
    expect(ids).toHaveLength(critical.length);

    const known = await audit();
    // What was not read holds: never better than at risk.
    expect({ code: known.code, verdict: known.report.flows[0].verdict }).toEqual({ code: 0, verdict: 'at-risk' });
    expect(known.report.flows[0].reasons).toEqual([]);
    const shown = known.report.flows[0].findings.filter(({ acknowledged }) => acknowledged !== undefined);
    expect(shown.map(({ code }) => code)).toEqual(critical.map(({ code }) => code));
    expect(shown).toMatchObject(shown.map(() => ({ acknowledged: { by: 'alice', reason: 'the site is lost' } })));
    expect(await table()).toContain(`${ids.length} acknowledged`);
    const past = await audit('--as-of', 'now');
    expect(past.report.flows[0]).toMatchObject({ verdict: 'at-risk', reasons: [] });
    expect(past.report.flows[0].findings).toMatchObject(
      past.report.flows[0].findings.map(() => ({ acknowledged: {} })),
    );

    for (const id of ids) expect((await run('acknowledge', '--withdraw', id)).code).toBe(0);
    expect((await audit()).code).toBe(1);

    const file = join(lab.folder, 'tidemark.yaml');
    const without = readFileSync(file, 'utf8');
    writeFileSync(file, without.replace(' }', ', rules: [{ flow: A->*, severity: off }] }'));
    const off = await audit();
    expect(off.report.flows[0]).toMatchObject({ verdict: 'at-risk', reasons: [], findings: [] });
    expect(off.report.flows[0].suppressed.map(({ code }) => code)).toEqual(
      expect.arrayContaining(critical.map(({ code }) => code)),
    );
    expect(await table()).toContain('TURNED OFF by policy.rules: ');
    writeFileSync(file, without);
  });

  test('acknowledgements that cannot be read stop no audit: every finding counts, and the report says why', async () => {
    const database = openHistoryDatabase(environment().TIDEMARK_HISTORY);
    const { document } = database.prepare('SELECT document FROM acknowledgement LIMIT 1').get() ?? {};
    database.prepare('UPDATE acknowledgement SET document = ? WHERE document = ?').run('{}', String(document));
    for (const args of [[], ['--as-of', 'now']]) {
      const { code, report } = await audit(...args);
      expect(code).toBe(1);
      const said = report.flows[0].findings.filter(({ code }) => code === 'ACKNOWLEDGEMENTS_UNREADABLE');
      expect(said).toMatchObject([{ severity: 'info', message: expect.stringContaining('is not what was stored') }]);
    }
    const { code, stdout, stderr } = await run('acknowledge', '--list');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('an acknowledgement of A->B is not what was stored');
    database.prepare('UPDATE acknowledgement SET document = ? WHERE document = ?').run(String(document), '{}');
    database.close();
  });

  test('a damaged snapshot is skipped and shown as damaged', async () => {
    const database = openHistoryDatabase(environment().TIDEMARK_HISTORY);
    const at = database.prepare('SELECT max(at) AS at FROM frame').get()?.at;
    if (typeof at !== 'number') throw new Error('the history has a newest frame');
    database.prepare('UPDATE frame SET bytes = zeroblob(length(bytes)) WHERE at = ?').run(at);
    database.close();
    const time = new Date(at).toISOString();
    expect((await run('snapshots', 'list')).stdout).toMatch(new RegExp(`^  ${time} .*DAMAGED \\(not-a-frame\\)$`, 'm'));
    const { report } = await audit('--as-of', 'now');
    expect(report.flows[0].snapshot).toMatchObject({ passedOver: [{ at: time, damage: 'not-a-frame' }] });
    expect((await run('audit', '--as-of', 'now')).stdout).toContain(`skipped: ${time}, damaged (not-a-frame)`);
  });
});
