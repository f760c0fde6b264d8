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
import { tidemark } from './tidemark.ts';

const position = z.object({
  position: z.string().nullable(),
  proof: z.string(),
  rereadAtMost: z.string().nullable(),
  reason: z.string().optional(),
});
const printed = z.object({
  flows: z.array(
    z.object({
      verdict: z.string(),
      groups: z.array(z.object({ group: z.string(), topic: z.string(), committed: z.string(), tidemark: position })),
      findings: z.array(z.object({ code: z.string(), severity: z.string() })),
    }),
  ),
});
const verified = z.object({
  flows: z.array(
    z.object({
      positions: z.array(z.object({ group: z.string(), was: position, is: position })),
      findings: z.array(z.object({ code: z.string() })),
    }),
  ),
});
const translation = z.object({ schema: z.literal('tidemark.translation/1'), tidemark: position });

/** The command line against real clusters with a real MM2 between them. */
describe('tidemark on a live flow', () => {
  let lab: Lab;
  let a: LabCluster;
  let b: LabCluster;
  let mm2: LabMm2;
  const inLab = (...args: string[]) => tidemark(args, { cwd: lab.folder });
  const verify = (...args: string[]) => inLab('verify', '--mm2', mm2.propertiesFile, ...args);
  const audit = async (...args: string[]) => {
    const ran = await inLab('audit', '--mm2', mm2.propertiesFile, '--format', 'json', ...args);
    return { ...ran, report: printed.parse(JSON.parse(ran.stdout)) };
  };

  beforeAll(async () => {
    lab = await startLab();
    const started = await Promise.all(['A', 'B'].map((alias) => lab.startCluster({ alias })));
    if (started[0] === undefined || started[1] === undefined) throw new Error('two clusters were started');
    [a, b] = [started[0], started[1]];
    await a.admin.createTopics({ orders: {}, payments: {}, ledger: {} });
    const writer = new RecordWriter(a.admin);
    await writer.write('orders', 1_500);
    await writer.write('payments', 50);
    for (let i = 0; i < 4; i++) await writer.writeTransaction('ledger', 30, 'commit', { valueBytes: 200 });
    for (const at of [40n, 70n]) await a.admin.commitOffsets(`at-${at}`, 'ledger', { 0: at });
    await a.admin.commitOffsets('billing', 'orders', { 0: 777n });
    await a.admin.commitOffsets('shipping', 'payments', { 0: 50n });
    mm2 = await lab.startMm2({
      properties: mm2Properties(
        { alias: 'A', bootstrapServers: a.bootstrapServers },
        { alias: 'B', bootstrapServers: b.bootstrapServers },
      ),
    });
    for (const topic of ['orders', 'payments', 'ledger']) await waitUntilSettled({ source: a, target: b, topic, mm2 });
    await waitUntilGroupSynced({ source: a, target: b, topic: 'orders', mm2 }, 'billing');
    // What `init` makes of MM2's file is as good as the file.
    const made = await inLab('init', mm2.propertiesFile, '--output', 'tidemark.yaml');
    expect(made.code).toBe(0);
  });
  afterAll(() => lab?.stop());

  test('a healthy flow: exit 0, JSON as published, nothing on stdout but the report', async () => {
    await waitUntil('the audit to find nothing', async () => {
      const { code, stdout, report } = await audit();
      expect(faultsOf(JSON.parse(stdout), publishedSchema('audit-1'))).toEqual([]);
      expect({ code, verdicts: report.flows.map(({ verdict }) => verdict) }).toEqual({ code: 0, verdicts: ['ready'] });
      return true;
    });
  });

  test('the table says the same to a person, without escape sequences', async () => {
    const { code, stdout } = await inLab('audit', '--mm2', mm2.propertiesFile);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^A->B {2}READY .*would lose nothing/m);
    expect(stdout).toMatch(/billing {2}orders-0 {2}at 777\n\s+MM2 .*\n\s+Tidemark\s+777\s+0\s+0 {2}exact\n/);
    expect(stdout).not.toContain('\u001b');
  });

  test('./tidemark.yaml, made by init, is found by itself and gives the same positions', async () => {
    const byYaml = await inLab('audit', '--format', 'json');
    expect({ code: byYaml.code, stderr: byYaml.stderr.replace(/^.* …\n/gm, '') }).toEqual({ code: 0, stderr: '' });
    const groups = printed.parse(JSON.parse(byYaml.stdout)).flows[0]?.groups;
    expect(groups).toEqual((await audit()).report.flows[0]?.groups);
  });

  test('translate gives the position that the audit gives the group', async () => {
    const { report } = await audit('--group', 'billing');
    const [billing] = report.flows[0]?.groups ?? [];
    const args = ['translate', '--topic', 'orders', '--offset', billing?.committed ?? ''];
    const { code, stdout } = await inLab(...args, '--format', 'json');
    expect(code).toBe(0);
    expect(faultsOf(JSON.parse(stdout), publishedSchema('translation-1'))).toEqual([]);
    expect(translation.parse(JSON.parse(stdout)).tidemark).toEqual(billing?.tidemark);
    expect((await inLab(...args)).stdout).toMatch(
      /→ 777 of A\.orders-0 .*\n {2}exact: nothing is skipped, nothing is read/,
    );
  });

  test('translate of what is not mirrored: exit 2 and why', async () => {
    const unknown = await inLab('translate', '--topic', 'orderz', '--offset', '1');
    expect(unknown).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('does not mirror a topic "orderz"'),
    });
    const beyond = await inLab('translate', '--topic', 'orders', '--partition', '7', '--offset', '1');
    expect(beyond).toMatchObject({ code: 2, stderr: expect.stringContaining('orders-7 does not exist') });
  });

  test('--group and --topic take names and globs, and say when nothing matches', async () => {
    const groupsOf = async (...args: string[]) =>
      (await audit(...args)).report.flows[0]?.groups.map(({ group }) => group);
    expect(await groupsOf('--group', 'bill*')).toEqual(['billing']);
    expect(await groupsOf('--group', 'billing', '--group', 'shipping')).toEqual(['billing', 'shipping']);
    expect(await groupsOf('--topic', 'pay*')).toEqual(['shipping']);
    const unmatched = await inLab('audit', '--mm2', mm2.propertiesFile, '--group', 'biling');
    expect(unmatched).toMatchObject({ code: 2, stdout: '' });
    expect(unmatched.stderr).toContain('no audited group matches "biling"');
    expect(unmatched.stderr).toContain('did you mean billing?');
  });

  test('verify: each position before and after, as the published schema says; 0 where nothing contradicts', async () => {
    const { code, stdout } = await verify('--topic', 'ledger', '--format', 'json');
    expect(faultsOf(JSON.parse(stdout), publishedSchema('verify-1'))).toEqual([]);
    const [flow] = verified.parse(JSON.parse(stdout)).flows;
    expect(flow?.positions).toMatchObject([
      { group: 'at-40', is: { position: '39', proof: 'verified' } },
      { group: 'at-70', is: { position: '68', proof: 'verified' } },
    ]);
    expect(code).toBe(0);
  });

  test('verify for a person as a table', async () => {
    const { code, stdout } = await verify('--group', 'at-40');
    expect(stdout).toMatch(/^A->B {2}1 position: 1 verified \(\d+ KiB compared\)$/m);
    expect(stdout).toMatch(/^ {2}at-40 {2}ledger-0 {2}at 40$/m);
    expect(stdout).toMatch(/^ {4}is {13}39 {12}0 {2}verified$/m);
    expect(code).toBe(0);
  });

  test('an audit with --verify leaves no position open, and one whose budget does not reach says why', async () => {
    const never = ['--format', 'json', '--fail-on', 'never'];
    const proofs = async (...more: string[]) => {
      const { stdout } = await inLab('audit', '--mm2', mm2.propertiesFile, '--verify', ...never, ...more);
      return printed.parse(JSON.parse(stdout)).flows.flatMap(({ groups }) => groups.map((one) => one.tidemark));
    };
    for (const { proof } of await proofs()) expect(['verified', 'exact']).toContain(proof);
    for (const { proof, reason } of await proofs('--budget', '1K')) {
      if (proof !== 'exact') expect(reason).toContain('left out for the budget');
    }
  });

  test('doctor finds everything in order', async () => {
    const { code, stdout } = await inLab('doctor', '--mm2', mm2.propertiesFile);
    expect(stdout).not.toMatch(/^ {2}(fail|warn|unknown) /m);
    expect(stdout).toMatch(/^ {2}ok .*offset-syncs topic: mm2-offset-syncs\.B\.internal on A is readable/m);
    expect(code).toBe(0);
  });

  test('doctor finds two aliases of one cluster, and topics that are not there, each with a remedy', async () => {
    const file = join(lab.folder, 'same.properties');
    writeFileSync(
      file,
      `clusters=A,C\nA.bootstrap.servers=${a.bootstrapServers}\nC.bootstrap.servers=${a.bootstrapServers}\nA->C.enabled=true\n`,
    );
    const { code, stdout } = await inLab('doctor', '--mm2', file, '--format', 'json');
    expect(faultsOf(JSON.parse(stdout), publishedSchema('doctor-1'))).toEqual([]);
    const { checks } = JSON.parse(stdout) as { checks: { what: string; status: string; remedy?: string }[] };
    const failed = checks.filter(({ status }) => status === 'fail');
    expect(failed.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['cluster id', 'offset-syncs topic', 'checkpoints topic', 'replicas']),
    );
    for (const { remedy } of failed) expect(remedy).toEqual(expect.any(String));
    expect(code).toBe(1);
  });

  test('MM2 dead and records waiting: exit 1 and MIRROR_STOPPED, unless told otherwise', async () => {
    await mm2.kill();
    await new RecordWriter(a.admin).write('orders', 25);
    writeFileSync(
      join(lab.folder, 'strict.yaml'),
      `mm2: ${mm2.propertiesFile}\npolicy: { heartbeatStaleSeconds: 1, mirrorStoppedSeconds: 2 }\n`,
    );
    // Each audit waits for the next heartbeat: both wait at once.
    const tolerant = await waitUntil('the audit to miss MM2', async () => {
      const strict = ['audit', '-c', 'strict.yaml'];
      const [{ code, stdout }, never] = await Promise.all([inLab(...strict), inLab(...strict, '--fail-on', 'never')]);
      const missed = /NOT READY.*would lose 25 records/.test(stdout) && stdout.includes('MIRROR_STOPPED');
      return code === 1 && missed && never.stdout.includes('MIRROR_STOPPED') && never;
    });
    expect(tolerant.code).toBe(0);
  });

  test('verify: 1 where records contradict the syncs, with the finding', async () => {
    await b.admin.deleteTopics('A.ledger');
    await b.admin.createTopics({ 'A.ledger': {} });
    await new RecordWriter(b.admin).write('A.ledger', 120);
    const { code, stdout } = await verify('--topic', 'ledger', '--format', 'json');
    const [flow] = verified.parse(JSON.parse(stdout)).flows;
    expect(flow?.findings).toMatchObject([{ code: 'VERIFICATION_REFUTED' }]);
    expect(flow?.positions.map(({ is }) => is.proof)).toEqual(['none', 'none']);
    expect(code).toBe(1);
  });
});
