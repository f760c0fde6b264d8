import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { ConsumedRecord } from '../../lab/agent-schemas.ts';
import type { LabCluster } from '../../lab/cluster.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../lab/mirroring.ts';
import type { LabMm2 } from '../../lab/mm2.ts';
import { mm2Properties } from '../../lab/mm2-properties.ts';
import { readPartition } from '../../lab/partition-records.ts';
import { waitUntil } from '../../lab/wait-until.ts';
import { RecordWriter } from '../../lab/workload/record-writer.ts';
import { tidemark } from './tidemark.ts';

const offset = z.string().transform((text) => BigInt(text));
const audited = z.object({
  flows: z.array(z.object({ groups: z.array(z.object({ tidemark: z.object({ proof: z.string() }) })) })),
});
const planned = z.object({
  schema: z.literal('tidemark.restore-plan/1'),
  id: z.string().nullable(),
  hash: z.string().nullable(),
  refusals: z.array(z.object({ code: z.string() })),
  leftOut: z.array(z.object({ group: z.string(), code: z.string() })),
  groups: z.array(
    z.object({
      group: z.string(),
      steps: z.array(
        z.object({
          topic: z.string(),
          partition: z.number(),
          from: offset.nullable(),
          to: offset,
          rereadAtMost: offset,
          skipAtMost: offset,
          proof: z.string(),
          clamped: z.string().nullable(),
          unreadLoss: offset,
        }),
      ),
    }),
  ),
});
const carriedOut = z.object({
  schema: z.literal('tidemark.restore-result/1'),
  complete: z.boolean(),
  refusals: z.array(z.object({ code: z.string() })),
  groups: z.array(
    z.object({
      group: z.string(),
      refusal: z.object({ code: z.string() }).optional(),
      partitions: z.array(z.object({ standing: z.string(), why: z.string().optional() })),
    }),
  ),
});

const published = (name: string) =>
  z.fromJSONSchema(
    JSON.parse(readFileSync(new URL(`../../docs/schema/${name}`, import.meta.url), 'utf8')) as Parameters<
      typeof z.fromJSONSchema
    >[0],
  );
const planSchema = published('restore-plan-1.json');
const resultSchema = published('restore-result-1.json');

const PARTITIONS = [0, 1];

/**
 * Groups consume, audits record, more is consumed, corrupted records are written: then the groups are put back to before
 * that, on both sides, and real consumers read on.
 */
describe('restore on a live flow', () => {
  let lab: Lab;
  let a: LabCluster;
  let b: LabCluster;
  let mm2: LabMm2;
  let writer: RecordWriter;
  let before: string;
  /** Ids that each partition's group had read at the time that is restored. */
  const readThen = new Map<string, ReadonlySet<string>>();
  const inLab = (...args: string[]) =>
    tidemark(args, { cwd: lab.folder, environment: { TIDEMARK_HISTORY: join(lab.folder, 'history.db') } });
  const audit = async () => {
    const { code, stdout, stderr } = await inLab(
      'audit',
      '--mm2',
      mm2.propertiesFile,
      '--format',
      'json',
      '--fail-on',
      'never',
    );
    expect({ code, stderr: stderr.replace(/^.* …\n/gm, '') }).toEqual({ code: 0, stderr: '' });
    return audited.parse(JSON.parse(stdout)).flows.flatMap(({ groups }) => groups.map(({ tidemark: at }) => at.proof));
  };
  /** Where MM2 writes few syncs, it takes several audits until the records around each position were compared. */
  const auditUntilProven = () =>
    waitUntil('audits to prove every position', async () => {
      const proofs = await audit();
      return proofs.length > 0 && proofs.every((proof) => proof === 'exact' || proof === 'verified');
    });
  const plan = async (onto: string, ...args: string[]) => {
    const ran = await inLab(
      'restore',
      'plan',
      '--mm2',
      mm2.propertiesFile,
      '--onto',
      onto,
      '--as-of',
      before,
      '--format',
      'json',
      ...args,
    );
    expect(planSchema.safeParse(JSON.parse(ran.stdout)).error).toBeUndefined();
    return { ...ran, plan: planned.parse(JSON.parse(ran.stdout)) };
  };
  const carryOut = async (...args: string[]) => {
    const ran = await inLab('restore', ...args, '--mm2', mm2.propertiesFile, '--format', 'json');
    expect(resultSchema.safeParse(JSON.parse(ran.stdout)).error).toBeUndefined();
    return { ...ran, result: carriedOut.parse(JSON.parse(ran.stdout)) };
  };
  const apply = ({ plan: { id, hash } }: Awaited<ReturnType<typeof plan>>) =>
    carryOut('apply', id ?? '', '--hash', hash ?? '');

  beforeAll(async () => {
    lab = await startLab();
    const started = await Promise.all(['A', 'B'].map((alias) => lab.startCluster({ alias })));
    if (started[0] === undefined || started[1] === undefined) throw new Error('two clusters were started');
    [a, b] = [started[0], started[1]];
    await a.admin.createTopics({ orders: { partitions: 2 }, pay: {} });
    writer = new RecordWriter(a.admin);
    // Markers of transactions are gaps: source and target offsets differ from the first of them on.
    for (let round = 0; round < 20; round++) {
      for (const partition of PARTITIONS) await writer.writeTransaction('orders', 50, 'commit', { partition });
    }
    await writer.write('pay', 50);
    await a.admin.commitOffsets('payer', 'pay', { 0: 20n });
    mm2 = await lab.startMm2({
      properties: mm2Properties(
        { alias: 'A', bootstrapServers: a.bootstrapServers },
        { alias: 'B', bootstrapServers: b.bootstrapServers },
        { 'sync.group.offsets.enabled': 'false' },
      ),
    });
    await a.admin.commitOffsets('billing', 'orders', { 0: 460n, 1: 800n });
    await a.admin.commitOffsets('shipping', 'orders', { 0: 1_020n });
    for (const topic of ['orders', 'pay']) await waitUntilSettled({ source: a, target: b, topic, mm2 });
    await auditUntilProven();
    before = new Date().toISOString();
    for (const [group, offsets] of [
      ['billing', [460, 800]],
      ['shipping', [1_020]],
    ] as const) {
      for (const [partition, end] of offsets.entries()) {
        const { offsets: all, ids } = await readPartition(a.admin, 'orders', partition);
        readThen.set(`${group}/${partition}`, new Set(ids.filter((_, i) => (all[i] ?? 0) < end)));
      }
    }
    // More is consumed, and what comes then is corrupted.
    await a.admin.drainGroup('billing', ['orders']);
    for (const partition of PARTITIONS) await writer.write('orders', 150, { partition });
    await a.admin.drainGroup('billing', ['orders'], 'consumer');
    await waitUntilSettled({ source: a, target: b, topic: 'orders', mm2 });
    await audit();
  });
  afterAll(() => lab?.stop());

  /** What the group read against what it had not read then: by ids, over the partitions that were restored. */
  async function judge(cluster: LabCluster, topic: string, group: string, read: readonly ConsumedRecord[]) {
    let [skipped, again] = [0, 0];
    for (const partition of PARTITIONS) {
      const known = readThen.get(`${group}/${partition}`);
      if (known === undefined) continue;
      const { ids } = await readPartition(cluster.admin, topic, partition);
      const got = new Set(read.filter((one) => one.partition === partition).map(({ id }) => id));
      skipped += ids.filter((id) => !known.has(id) && !got.has(id)).length;
      again += [...got].filter((id) => known.has(id)).length;
    }
    return { skipped, again };
  }

  test('the plan onto the source says where each group goes, and how to do it', async () => {
    const ran = await plan('source', '--group', 'billing');
    expect({ code: ran.code, refusals: ran.plan.refusals }).toEqual({ code: 0, refusals: [] });
    const unknown = ['--group', 'payer', '--group', 'bil*', '--topic', 'orders'];
    const none = await inLab(
      'restore',
      'plan',
      '--mm2',
      mm2.propertiesFile,
      '--onto',
      'source',
      '--as-of',
      before,
      ...unknown,
    );
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('there is no group "payer" with positions on these topics in the history as of');
    expect(ran.plan.groups[0]?.steps).toMatchObject([
      { topic: 'orders', partition: 0, from: 1_170n, to: 460n, proof: 'exact' },
      { topic: 'orders', partition: 1, from: 1_170n, to: 800n, proof: 'exact' },
    ]);
    const args = ['--mm2', mm2.propertiesFile, '--onto', 'source', '--as-of', before, '--group', 'billing'];
    const { stdout } = await inLab('restore', 'plan', ...args);
    expect(stdout).toMatch(/2 go back by 1,080 records/);
    expect(stdout).toMatch(
      /node \S+tidemark\.js restore apply [0-9a-f]{6} --hash [0-9a-f]{64} --mm2 \S+ --history \S+\n$/,
    );
  });

  test.each(['classic', 'consumer'] as const)(
    'a live %s group: no plan; one that joins after it: not written, exit 4',
    async (protocol) => {
      const live = await a.admin.startConsumer({ group: 'billing', topics: ['orders'], protocol });
      const refused = await plan('source', '--group', 'billing');
      expect({
        code: refused.code,
        codes: refused.plan.refusals.map(({ code }) => code),
        hash: refused.plan.hash,
      }).toEqual({
        code: 4,
        codes: ['GROUP_LIVE'],
        hash: null,
      });
      const around = await plan('source', '--group', '*', '--exclude', 'payer');
      expect({ code: around.code, refusals: around.plan.refusals, leftOut: around.plan.leftOut }).toEqual({
        code: 0,
        refusals: [],
        leftOut: [{ group: 'billing', code: 'GROUP_LIVE' }],
      });
      expect(around.plan.groups.map(({ group }) => group)).toEqual(['shipping']);
      await live.stop();
      const made = await waitUntil('the group to be empty', async () => {
        const ran = await plan('source', '--group', 'billing', '--group', 'shipping');
        return ran.code === 0 && ran;
      });
      const joined = await a.admin.startConsumer({ group: 'billing', topics: ['orders'], protocol });
      const positions = await a.admin.groupOffsets('billing');
      const { code, result } = await apply(made);
      expect(code).toBe(4);
      expect(result.groups.find(({ group }) => group === 'billing')?.refusal?.code).toBe('GROUP_LIVE');
      expect(await a.admin.groupOffsets('billing')).toEqual(positions);
      expect(result.groups.find(({ group }) => group === 'shipping')?.refusal).toBeUndefined();
      await joined.stop();
    },
  );

  test('onto the source: the group reads every record again from there on, none twice and none not; undo puts it back', async () => {
    const made = await waitUntil('the group to be empty', async () => {
      const ran = await plan('source', '--group', 'billing');
      return ran.code === 0 && ran;
    });
    const had = await a.admin.groupOffsets('billing');
    const { code, result } = await apply(made);
    expect({ code, complete: result.complete }).toEqual({ code: 0, complete: true });
    expect((await apply(made)).code).toBe(0);
    const undone = await carryOut('undo', made.plan.id ?? '');
    expect({ code: undone.code, complete: undone.result.complete }).toEqual({ code: 0, complete: true });
    expect(byPartition(await a.admin.groupOffsets('billing'))).toEqual(byPartition(had));
    const late = await apply(made);
    expect({ code: late.code, codes: late.result.refusals.map((one) => one.code) }).toEqual({
      code: 4,
      codes: ['PLAN_UNDONE'],
    });

    const again = await plan('source', '--group', 'billing');
    expect((await apply(again)).code).toBe(0);
    for (const partition of PARTITIONS) await writer.write('orders', 10, { partition });
    const read = await a.admin.drainGroup('billing', ['orders'], 'consumer');
    expect(await judge(a, 'orders', 'billing', read)).toEqual({ skipped: 0, again: 0 });
    // It has moved on: to undo the restore now would make it skip.
    const moved = await carryOut('undo', again.plan.id ?? '');
    expect(moved.code).toBe(4);
    expect(moved.result.groups[0]?.refusal?.code).toBe('GROUP_MOVED');
  });

  test('onto the target: nothing skipped, re-reads within the plan; a group that was not there comes and goes', async () => {
    const made = await plan('target', '--group', '*');
    expect({ code: made.code, refusals: made.plan.refusals }).toEqual({ code: 0, refusals: [] });
    expect(made.plan.groups.map(({ group }) => group)).toEqual(['billing', 'payer', 'shipping']);
    expect((await apply(made)).code).toBe(0);
    expect((await carryOut('undo', made.plan.id ?? '')).code).toBe(0);
    expect(await b.admin.groupOffsets('billing')).toEqual([]);
    const again = await plan('target', '--group', '*');
    expect((await apply(again)).code).toBe(0);
    for (const { group, steps } of again.plan.groups.filter((one) => one.group !== 'payer')) {
      const read = await b.admin.drainGroup(group, ['A.orders']);
      const reread = steps.reduce((sum, step) => sum + step.rereadAtMost, 0n);
      const { skipped, again: twice } = await judge(b, 'A.orders', group, read);
      expect(skipped).toBe(0);
      expect(BigInt(twice)).toBeLessThanOrEqual(reread);
    }
  });

  test('what arithmetic leaves open is exact, because the audits compared records', async () => {
    const made = await plan('target', '--group', 'billing', '--min-proof', 'exact');
    expect({ code: made.code, refusals: made.plan.refusals }).toEqual({ code: 0, refusals: [] });
    expect(made.plan.groups[0]?.steps.map(({ rereadAtMost }) => rereadAtMost)).toEqual([0n, 0n]);
    const refused = await plan('target', '--group', 'billing', '--min-proof', 'verified');
    expect(refused.code).toBe(4);
    expect(new Set(refused.plan.refusals.map(({ code }) => code))).toEqual(new Set(['PROOF_TOO_WEAK']));
  });

  test('a topic that was deleted and created again since: refused by its id', async () => {
    expect((await plan('source', '--group', 'payer')).plan.groups[0]?.steps[0]?.to).toBe(20n);
    await a.admin.deleteTopics('pay');
    // Its commits go with the topic. An MM2 that starts later never knows the group.
    await waitUntil('the commits to go', async () => (await a.admin.groupOffsets('payer')).length === 0);
    await a.admin.createTopic('pay');
    await writer.write('pay', 50);
    const recreated = await plan('source', '--group', 'payer');
    expect(recreated.code).toBe(4);
    expect(recreated.plan.refusals.map(({ code }) => code)).toEqual(['TOPIC_RECREATED']);
  });

  test('MM2 moves a restored group forward again: refused, unless asked for all the same', async () => {
    await mm2.kill();
    const syncing = mm2Properties(
      { alias: 'A', bootstrapServers: a.bootstrapServers },
      { alias: 'B', bootstrapServers: b.bootstrapServers },
      // Once its admin client gives a dead source up, by default after a minute, MM2 finds no groups any more and stops its
      // checkpoint task. For as long as this test may take it goes on.
      { 'A->B.source.admin.default.api.timeout.ms': '900000' },
    );
    mm2 = await lab.startMm2({ properties: syncing });
    await waitUntilGroupSynced({ source: a, target: b, topic: 'orders', mm2 }, 'billing');
    // The topic that was created again would be refused with every group.
    const billing = ['--group', 'billing', '--topic', 'orders'];
    const refused = await plan('target', ...billing);
    expect({ code: refused.code, codes: refused.plan.refusals.map(({ code }) => code) }).toEqual({
      code: 4,
      codes: ['MM2_SYNCS_GROUPS'],
    });
    const made = await plan('target', ...billing, '--even-if-mm2-syncs');
    expect(made.code).toBe(0);
    const positions = new Map(made.plan.groups[0]?.steps.map(({ partition, to }) => [partition, to]));
    await apply(made);
    // It has only just started.
    await waitUntil(
      'MM2 to move the group',
      async () => {
        const now = await b.admin.groupOffsets('billing');
        return now.some(({ partition, offset: at }) => at > (positions.get(partition) ?? at));
      },
      { deadlineMs: 90_000, explain: () => mm2.tail() },
    );
  });

  test('the source is dead: the plan onto the target comes from the history and keeps its bounds', async () => {
    for (const nodeId of a.nodeIds) await a.kill(nodeId);
    const behind = await plan('target', '--group', 'billing');
    expect(behind.plan.refusals.map(({ code }) => code)).toEqual(['MM2_SYNCS_GROUPS']);
    // MM2 goes on with the checkpoints that it has.
    const undone = await plan('target', '--group', 'billing', '--even-if-mm2-syncs');
    expect((await apply(undone)).code).toBe(0);
    const [first] = undone.plan.groups[0]?.steps ?? [];
    await waitUntil('MM2 to move the group although the source is dead', async () => {
      const now = byPartition(await b.admin.groupOffsets('billing')).get(0);
      return now !== undefined && first !== undefined && now > first.to;
    });
    await mm2.kill();
    const made = await plan('target', '--group', '*', '--topic', 'orders', '--even-if-mm2-syncs');
    expect(made.plan.groups.map(({ group }) => group)).toEqual(['billing', 'shipping']);
    expect({ code: made.code, refusals: made.plan.refusals }).toEqual({ code: 0, refusals: [] });
    expect((await apply(made)).code).toBe(0);
    for (const { group, steps } of made.plan.groups) {
      const read = await b.admin.drainGroup(group, ['A.orders']);
      const { skipped, again } = await judge(b, 'A.orders', group, read);
      expect(skipped).toBe(0);
      expect(BigInt(again)).toBeLessThanOrEqual(steps.reduce((sum, step) => sum + step.rereadAtMost, 0n));
    }
    const rewind = await plan('source', '--group', 'billing');
    expect({ code: rewind.code, codes: rewind.plan.refusals.map(({ code }) => code) }).toEqual({
      code: 4,
      codes: ['CLUSTER_UNREAD'],
    });
    const { stdout } = await inLab('restore', 'show', '--mm2', mm2.propertiesFile);
    expect(stdout).toMatch(/^\S+ {2}applied +made \S+: A->B onto the target as of /m);
    expect(stdout).toMatch(/^\S+ {2}undone +made \S+: A->B onto the source as of /m);
  });

  test('retention has taken records that the group had not read: refused, and with --clamp they are counted', async () => {
    const args = ['--group', 'billing', '--topic', 'orders', '--even-if-mm2-syncs'];
    const made = await plan('target', ...args);
    const held = await readPartition(b.admin, 'A.orders', 0);
    await b.admin.deleteRecords('A.orders', 0, 600n);
    const late = await apply(made);
    expect({ code: late.code, codes: late.result.refusals.map(({ code }) => code) }).toEqual({
      code: 4,
      codes: ['LOG_CHANGED'],
    });
    const refused = await plan('target', ...args);
    expect(refused.plan.refusals.map(({ code }) => code)).toEqual(['OUTSIDE_LOG']);
    const clamped = await plan('target', ...args, '--clamp');
    expect(clamped.code).toBe(0);
    const [step] = clamped.plan.groups[0]?.steps ?? [];
    expect(step).toMatchObject({ partition: 0, to: 600n, clamped: 'start' });
    const known = readThen.get('billing/0');
    const lost = held.ids.filter((id, i) => (held.offsets[i] ?? 0) < 600 && known?.has(id) !== true).length;
    expect(lost).toBeGreaterThan(0);
    expect(Number(step?.unreadLoss)).toBeGreaterThanOrEqual(lost);
    expect(Number(step?.unreadLoss)).toBeLessThanOrEqual(lost + Number(made.plan.groups[0]?.steps[0]?.rereadAtMost));
    expect((await apply(clamped)).code).toBe(0);
  });
});

function byPartition(rows: readonly { readonly partition: number; readonly offset: bigint }[]) {
  return new Map(rows.map(({ partition, offset: at }) => [partition, at]));
}
