import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { unsignedToken } from '../../lab/access.ts';
import type { LabCluster } from '../../lab/cluster.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../lab/mirroring.ts';
import { type Mm2Side, mm2Properties } from '../../lab/mm2-properties.ts';
import { waitUntil } from '../../lab/wait-until.ts';
import { RecordWriter } from '../../lab/workload/record-writer.ts';
import { type Run, runTidemark } from './run-tidemark.ts';

const ALIASES = ['A', 'B'] as const;
type Alias = (typeof ALIASES)[number];
type Settings = Readonly<Record<string, string>>;

const partition = z.object({
  topic: z.string(),
  partition: z.number(),
  sourceEnd: z.string().nullable(),
  targetEnd: z.string().nullable(),
  lag: z.object({ kind: z.enum(['known', 'unknown']) }).loose(),
});
const report = z.object({
  flows: z.tuple([
    z.object({
      verdict: z.string(),
      loss: z.object({ kind: z.string() }).loose(),
      partitions: z.array(partition),
      groups: z.array(z.object({ group: z.string(), topic: z.string(), partition: z.number(), tidemark: z.unknown() })),
      findings: z.array(z.object({ code: z.string(), severity: z.string(), message: z.string() })),
      unread: z.array(z.object({ what: z.string(), cluster: z.string(), error: z.string() })),
    }),
  ]),
});

/** A source of three brokers and a target of one, each behind a link that can fail, with real MM2 past those links. */
describe('an audit when something is wrong with a cluster or the way to it', () => {
  let lab: Lab;
  let clusters: Readonly<Record<Alias, LabCluster>>;
  let healthy: z.infer<typeof report>['flows'][0];
  let files = 0;
  const password = randomBytes(12).toString('hex');
  const secrets = [password];

  const loggingIn = (cluster: LabCluster, given?: string): Settings =>
    cluster.clientPropertiesFor({
      listener: 'SASL_PLAINTEXT',
      mechanism: 'SCRAM-SHA-512',
      user: 'auditor',
      ...(given === undefined ? {} : { password: given }),
    });

  const propertiesFile = (clients: Partial<Record<Alias, Settings>> = {}): string => {
    const side = (alias: Alias): Mm2Side => {
      const clientProperties = clients[alias] ?? loggingIn(clusters[alias]);
      return { alias, bootstrapServers: clientProperties['bootstrap.servers'] ?? '', clientProperties };
    };
    const file = join(lab.folder, `audit-${++files}.properties`);
    writeFileSync(file, mm2Properties(side('A'), side('B')), { mode: 0o600 });
    return file;
  };

  /** Runs a command and holds what is the same of each: in time, without a stack trace, a secret or two messages. */
  const command = async (args: readonly string[], seconds = 15): Promise<Run> => {
    const run = await runTidemark(args);
    const said = `${run.stdout}${run.stderr}`;
    expect(said).not.toMatch(/\n\s+at |file:\/\/|node:internal/);
    for (const secret of secrets) expect(said).not.toContain(secret);
    expect((run.stderr.match(/^tidemark: /gm) ?? []).length).toBeLessThanOrEqual(1);
    expect(run.seconds).toBeLessThan(seconds);
    return run;
  };
  const audit = async (file: string, seconds?: number): Promise<Run> => {
    const run = await command(['audit', '--mm2', file, '--format', 'json'], seconds);
    expect(run.stderr.match(/^tidemark: /gm) ?? []).toHaveLength(run.code === 3 ? 1 : 0);
    return run;
  };
  const flowOf = (run: Run) => report.parse(JSON.parse(run.stdout)).flows[0];

  const expectRefusal = (run: Run, message: RegExp): void => {
    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.complaints).toMatch(message);
    expect(run.complaints).toMatch(/^tidemark: .*\n {2}→ .*\n$/);
  };

  const expectDown = (run: Run, alias: Alias, message: RegExp): void => {
    expect({ code: run.code, complaints: run.complaints }).toEqual({ code: 1, complaints: '' });
    const flow = flowOf(run);
    const found = flow.findings.filter(({ code }) => code === 'CLUSTER_UNREACHABLE');
    expect(found).toMatchObject([{ severity: 'critical', message: expect.stringMatching(message) }]);
    expect(found[0]?.message).toContain(`cluster ${alias}`);
    expect(flow.unread).toContainEqual(expect.objectContaining({ cluster: alias }));
    expect(flow.loss).toMatchObject({ kind: 'unknown', reason: expect.stringContaining(`cluster ${alias}`) });
    expectNothingWrong(run);
    // Without the source nobody knows how much more it has; the groups that MM2 translated are still told.
    for (const { lag } of alias === 'A' ? flow.partitions : []) expect(lag.kind).toBe('unknown');
    expect(new Set(flow.groups.map(({ group }) => group))).toEqual(new Set(['billing']));
  };

  beforeAll(async () => {
    lab = await startLab();
    const options = { security: { users: { auditor: password } }, throughProxy: true };
    const [a, b] = await Promise.all([
      lab.startCluster({ alias: 'A', brokers: 3, heapMb: 384, ...options }),
      lab.startCluster({ alias: 'B', ...options }),
    ]);
    clusters = { A: a, B: b };
    await a.admin.createTopics({ orders: { partitions: 6 } });
    for (let n = 0; n < 6; n++) await new RecordWriter(a.admin).write('orders', 40, { partition: n });
    await a.admin.commitOffsets('billing', 'orders', { 0: 10n, 1: 20n, 2: 30n, 3: 5n, 4: 15n, 5: 25n });
    const sides = [a, b].map((cluster) => {
      const clientProperties = cluster.superUserProperties;
      return { alias: cluster.alias, bootstrapServers: clientProperties['bootstrap.servers'] ?? '', clientProperties };
    });
    const [source, target] = sides;
    if (source === undefined || target === undefined) throw new Error('two sides');
    const mm2 = await lab.startMm2({ properties: mm2Properties(source, target) });
    const mirroring = { source: a, target: b, topic: 'orders', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'billing');
    healthy = await waitUntil('a healthy audit', async () => {
      const run = await audit(propertiesFile());
      expect({ code: run.code, complaints: run.complaints }).toEqual({ code: 0, complaints: '' });
      return flowOf(run);
    });
  });
  afterAll(() => lab?.stop());
  afterEach(async () => {
    for (const alias of ALIASES) {
      for (const nodeId of clusters[alias].nodeIds) clusters[alias].resume(nodeId);
      await clusters[alias].link.heal();
    }
  });

  test.each(ALIASES)('WHEN the host of %s is not known THEN it is a critical finding', async (alias) => {
    const wrong = { ...loggingIn(clusters[alias]), 'bootstrap.servers': 'no-such-host.invalid:9092' };
    expectDown(await audit(propertiesFile({ [alias]: wrong })), alias, /no-such-host\.invalid:9092: the host name/);
  });

  test.each(ALIASES)('WHEN the certificate of %s is not trusted THEN that is a critical finding', async (alias) => {
    const access = { listener: 'SASL_SSL', mechanism: 'SCRAM-SHA-512', user: 'auditor' } as const;
    const {
      'ssl.truststore.location': _ca,
      'ssl.truststore.type': _type,
      ...untrusting
    } = clusters[alias].clientPropertiesFor(access);
    expectDown(await audit(propertiesFile({ [alias]: untrusting })), alias, /no trusted authority signed/);
  });

  test.each(ALIASES)('WHEN %s refuses the password THEN nothing is audited and one message says so', async (alias) => {
    const wrong = `wrong-${randomBytes(8).toString('hex')}`;
    secrets.push(wrong);
    const run = await audit(propertiesFile({ [alias]: loggingIn(clusters[alias], wrong) }));
    expectRefusal(run, new RegExp(`^tidemark: cluster ${alias} refused user "auditor" \\(SCRAM-SHA-512\\)\n`));
  });

  test.each(ALIASES)(
    'WHEN the token for %s has expired THEN nothing is audited and one message says so',
    async (alias) => {
      const token = unsignedToken('auditor', -30);
      secrets.push(token);
      const file = join(lab.folder, `expired-${alias}.jwt`);
      writeFileSync(file, token);
      const { 'sasl.jaas.config': _jaas, ...client } = clusters[alias].clientPropertiesFor({
        listener: 'SASL_PLAINTEXT',
        mechanism: 'OAUTHBEARER',
        token,
      });
      const expired = { ...client, 'sasl.oauthbearer.token.endpoint.url': `file://${file}` };
      expectRefusal(
        await audit(propertiesFile({ [alias]: expired })),
        new RegExp(`^tidemark: cluster ${alias} refused the token .*: it expired at `),
      );
    },
  );

  test.each(ALIASES)('WHEN every broker of %s hangs THEN that is a critical finding', async (alias) => {
    for (const nodeId of clusters[alias].nodeIds) clusters[alias].pause(nodeId);
    const file = propertiesFile();
    const [audited, examined, translated] = await Promise.all([
      audit(file),
      command(['doctor', '--mm2', file]),
      command(['translate', '--mm2', file, '--topic', 'orders', '--offset', '10']),
    ]);
    expectDown(audited, alias, /no answer/);
    expect({ code: examined.code, complaints: examined.complaints }).toEqual({ code: 1, complaints: '' });
    expect(examined.stdout).toMatch(new RegExp(`^${alias}\\n  fail     connection: cluster ${alias} cannot be`, 'm'));
    expect(examined.stdout).toMatch(new RegExp(`^${alias === 'A' ? 'B' : 'A'}\\n  ok       connection: `, 'm'));
    expect(translated.code).toBe(3);
    expect(`${translated.stdout}${translated.stderr}`).toMatch(/no\s+answer/);
  });

  test('WHEN both clusters hang THEN no flow could be audited, and both are named', async () => {
    for (const alias of ALIASES) clusters[alias].link.hang();
    const run = await audit(propertiesFile());
    expectRefusal(
      run,
      /^tidemark: no flow could be audited: .*cluster A cannot be reached.*cluster B cannot be reached/,
    );
  });

  test.each(ALIASES)('WHEN the link to %s refuses connections THEN that is a critical finding', async (alias) => {
    await clusters[alias].link.cut();
    expectDown(await audit(propertiesFile()), alias, /nothing listens|connection broke/);
  });

  /** From the login up to the middle of the records. */
  const cuts = ALIASES.flatMap((alias) => [40, 1_700, 2_000, 2_500].map((bytes) => ({ alias, bytes })));

  test.each(cuts)(
    'WHEN the link to $alias is cut after $bytes bytes of each answer THEN no number is wrong',
    async ({ alias, bytes }) => {
      clusters[alias].link.cutAfter(bytes);
      const run = await audit(propertiesFile());
      expect([0, 1]).toContain(run.code);
      expectNothingWrong(run);
      if (run.code === 0) expect(flowOf(run).verdict).not.toBe('unknown');
    },
  );

  test('WHEN a hang begins in the middle of an audit THEN no number is wrong, and what was not read is named', async () => {
    // Behind the login, and before the last of the answers.
    clusters.A.link.hangAfter(2_000);
    // Each new connection hangs again after as many bytes: several steps wait for the request timeout, and retries may
    // read the rest.
    const run = await audit(propertiesFile(), 40);
    expect([0, 1]).toContain(run.code);
    expectNothingWrong(run);
  });

  test('WHEN a link is narrow THEN the audit takes longer and says the same', async () => {
    for (const alias of ALIASES) clusters[alias].link.throttle(30_000);
    const run = await audit(propertiesFile());
    expect({ code: run.code, complaints: run.complaints }).toEqual({ code: 0, complaints: '' });
    expectNothingWrong(run);
    expect(flowOf(run).unread).toEqual([]);
  });

  test('WHEN one of three brokers hangs THEN its partitions are unknown and the rest stays right', async () => {
    const leaders = (await clusters.A.admin.describeTopics(['orders', 'mm2-offset-syncs.B.internal'])) ?? {};
    const ofSyncs = leaders['mm2-offset-syncs.B.internal']?.leaders[0];
    const hung = leaders.orders?.leaders.find((leader) => leader !== null && leader !== ofSyncs);
    if (hung === undefined || hung === null) throw new Error('no broker to pause');
    clusters.A.pause(hung);
    const run = await audit(propertiesFile());
    expectNothingWrong(run);
    const flow = flowOf(run);
    expect(flow.unread).toContainEqual(expect.objectContaining({ cluster: 'A' }));
    for (const { partition: number, lag } of flow.partitions) {
      expect([number, lag.kind]).toEqual([number, leaders.orders?.leaders[number] === hung ? 'unknown' : 'known']);
    }
  });

  /** Nothing is written or committed meanwhile: every number that is said must be the healthy one, every other unknown. */
  function expectNothingWrong(run: Run): void {
    const flow = flowOf(run);
    for (const { topic, partition: number, sourceEnd, targetEnd, lag } of flow.partitions) {
      const right = healthy.partitions.find((p) => p.topic === topic && p.partition === number);
      expect([right?.sourceEnd, null]).toContain(sourceEnd);
      expect([right?.targetEnd, null]).toContain(targetEnd);
      if (lag.kind === 'known') expect(lag).toMatchObject({ records: '0' });
      else expect(flow.unread).not.toEqual([]);
    }
    const positions = new Map(healthy.groups.map((g) => [`${g.group} ${g.topic}-${g.partition}`, g.tidemark]));
    for (const { group, topic, partition: number, tidemark } of flow.groups) {
      const known = z.object({ position: z.string() }).safeParse(tidemark);
      if (known.success) expect(positions.get(`${group} ${topic}-${number}`)).toMatchObject(known.data);
    }
    if (flow.unread.length > 0) expect(flow.verdict).not.toBe('ready');
    if (flow.partitions.length < healthy.partitions.length) expect(flow.unread).not.toEqual([]);
    if (flow.groups.length < healthy.groups.length) expect(flow.unread).not.toEqual([]);
  }
});
