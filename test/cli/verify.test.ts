import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { waitUntilSettled } from '../../lab/mirroring.ts';
import { LiveStage } from '../../lab/truth/live-stage.ts';
import { RecordWriter } from '../../lab/workload/record-writer.ts';
import { tidemark } from './tidemark.ts';

const published = JSON.parse(
  readFileSync(new URL('../../docs/schema/verify-1.json', import.meta.url), 'utf8'),
) as Parameters<typeof z.fromJSONSchema>[0];
const schema = z.fromJSONSchema(published);
const position = z.object({ position: z.string().nullable(), proof: z.string(), reason: z.string().optional() });
const verified = z.object({
  flows: z.array(
    z.object({
      positions: z.array(z.object({ group: z.string(), was: position, is: position })),
      findings: z.array(z.object({ code: z.string() })),
    }),
  ),
});
const audited = z.object({ flows: z.array(z.object({ groups: z.array(z.object({ tidemark: position })) })) });

/** The command line against real clusters with a real MM2 between them. */
describe('tidemark verify on a live flow', () => {
  let stage: LiveStage;
  const run = (...args: string[]) => tidemark([...args, '--mm2', stage.mm2PropertiesFile()], { cwd: stage.lab.folder });

  beforeAll(async () => {
    stage = await LiveStage.open();
    const { a, b, writer } = stage;
    await a.admin.createTopics({ orders: {} });
    for (let i = 0; i < 4; i++) await writer.writeTransaction('orders', 30, 'commit', { valueBytes: 200 });
    for (const at of [40n, 70n]) await a.admin.commitOffsets(`at-${at}`, 'orders', { 0: at });
    await waitUntilSettled({ source: a, target: b, topic: 'orders', mm2: await stage.startMm2() });
    await stage.mm2.stop();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test('each position before and after, as the published schema says; 0 where nothing contradicts', async () => {
    const { code, stdout } = await run('verify', '--topic', 'orders', '--format', 'json');
    expect(schema.safeParse(JSON.parse(stdout)).error?.issues ?? []).toEqual([]);
    const [flow] = verified.parse(JSON.parse(stdout)).flows;
    expect(flow?.positions).toMatchObject([
      { group: 'at-40', is: { position: '39', proof: 'verified' } },
      { group: 'at-70', is: { position: '68', proof: 'verified' } },
    ]);
    expect(code).toBe(0);
  });

  test('for a person as a table', async () => {
    const { code, stdout } = await run('verify', '--group', 'at-40');
    expect(stdout).toMatch(/^A->B {2}1 position: 1 verified \(\d+ KiB compared\)$/m);
    expect(stdout).toMatch(/^ {2}at-40 {2}orders-0 {2}at 40$/m);
    expect(stdout).toMatch(/^ {4}is {13}39 {12}0 {2}verified$/m);
    expect(code).toBe(0);
  });

  test('an audit with --verify leaves no position open, and one whose budget does not reach says why', async () => {
    const proofs = async (...more: string[]) => {
      const { stdout } = await run('audit', '--verify', '--format', 'json', '--fail-on', 'never', ...more);
      return audited.parse(JSON.parse(stdout)).flows.flatMap(({ groups }) => groups.map((one) => one.tidemark));
    };
    for (const { proof } of await proofs()) expect(['verified', 'exact']).toContain(proof);
    for (const { proof, reason } of await proofs('--budget', '1K')) {
      if (proof !== 'exact') expect(reason).toContain('left out for the budget');
    }
  });

  test('1 where records contradict the syncs, with the finding', async () => {
    const { b } = stage;
    await b.admin.deleteTopics('A.orders');
    await b.admin.createTopics({ 'A.orders': {} });
    await new RecordWriter(b.admin).write('A.orders', 120);
    const { code, stdout } = await run('verify', '--topic', 'orders', '--format', 'json');
    const [flow] = verified.parse(JSON.parse(stdout)).flows;
    expect(flow?.findings).toMatchObject([{ code: 'VERIFICATION_REFUTED' }]);
    expect(flow?.positions.map(({ is }) => is.proof)).toEqual(['none', 'none']);
    expect(code).toBe(1);
  });
});
