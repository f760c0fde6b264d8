import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { LabCluster } from '../../lab/cluster.ts';
import { HookServer } from '../../lab/drill/failover/hook-server.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { waitUntilMirrored, waitUntilSettled } from '../../lab/mirroring.ts';
import type { LabMm2 } from '../../lab/mm2.ts';
import { mm2Properties } from '../../lab/mm2-properties.ts';
import { RecordWriter } from '../../lab/workload/record-writer.ts';
import { faultsOf, publishedSchema } from '../docs/published-schema.ts';
import { tidemark } from './tidemark.ts';

const printed = z.object({
  run: z.string(),
  hash: z.string(),
  phase: z.string(),
  refused: z.array(z.string()),
  groups: z.array(z.string()),
  faults: z.array(z.object({ code: z.string(), reason: z.string() })),
  steps: z.array(z.object({ step: z.string(), state: z.string() })),
});
const SECRET = 'hunter2-hunter2';

describe('tidemark failover on real clusters', () => {
  let lab: Lab;
  let a: LabCluster;
  let b: LabCluster;
  let mm2: LabMm2;
  let hooks: HookServer;
  /** MM2 is paused instead of stopped: it starts again in no time. The drill stops it. */
  let stopped = false;
  let stopFails = false;
  /** Called when the hook that stops MM2 begins. */
  let stopBegins: (() => void) | null = null;
  const fenced = () => join(lab.folder, 'fenced');
  const renamed = () => join(lab.folder, 'renamed');

  beforeAll(async () => {
    lab = await startLab();
    hooks = await HookServer.start();
    [a, b] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
    await a.admin.createTopics({ orders: {} });
    mm2 = await lab.startMm2({ properties: mm2Properties(a, b) });
    await new RecordWriter(a.admin).write('orders', 500);
    await a.admin.commitOffsets('billing', 'orders', { 0: 321n });
    const mirroring = { source: a, target: b, topic: 'orders', mm2 };
    await waitUntilMirrored(mirroring);
    await waitUntilSettled(mirroring);
    const hook = (apply: readonly string[], more: object = {}) => ({ hook: { apply, timeoutSeconds: 60, ...more } });
    const stop = hooks.argv('stop', async () => {
      stopBegins?.();
      if (stopFails) throw new Error(`no permission for ${SECRET}`);
      mm2.pause();
      stopped = true;
    });
    const failover = {
      objectives: { rpoRecords: 0 },
      mirrorControl: hook(stop, {
        putBack: hooks.argv('start', async () => {
          mm2.resume();
          stopped = false;
        }),
        check: hooks.argv('is-stopped', async () => stopped),
        environment: ['HOOK_SECRET'],
      }),
      fence: hook(['touch', fenced()], { putBack: ['rm', '-f', fenced()], check: ['test', '-e', fenced()] }),
      dns: hook(['touch', renamed()], { check: ['test', '-e', renamed()] }),
    };
    const yaml = { mm2: mm2.propertiesFile, flows: [{ flow: 'A->B', failover }] };
    writeFileSync(join(lab.folder, 'tidemark.yaml'), JSON.stringify(yaml));
  });
  afterAll(async () => {
    hooks?.stop();
    await lab?.stop();
  });

  /** Runs the command; its JSON is as published, and has no secret. */
  const failover = async (code: number, ...args: readonly string[]) => {
    const options = { cwd: lab.folder, environment: { HOOK_SECRET: SECRET } };
    const given = ['--config', 'tidemark.yaml', '--history', 'history.db', '--format', 'json'];
    const ran = await tidemark(['failover', ...args, ...given], options);
    expect(ran.stdout + ran.stderr).not.toContain(SECRET);
    expect([ran.code, ran.stderr.replace(/.*…\n/g, '')]).toEqual([code, '']);
    const document: unknown = JSON.parse(ran.stdout);
    expect(faultsOf(document, publishedSchema('failover-1'))).toEqual([]);
    return printed.parse(document);
  };
  const stateOf = ({ steps }: z.infer<typeof printed>, name: string) => steps.find(({ step }) => step === name)?.state;

  test('assessed, refused without its hash, failed at a step, and undone without a trace', async () => {
    const assessed = await failover(0, 'assess', '--planned');
    expect(assessed).toMatchObject({ phase: 'awaiting-approval', refused: [], groups: ['billing'] });
    const { run, hash } = assessed;
    expect((await failover(4, 'run', run)).faults).toMatchObject([{ code: 'NOT_APPROVED' }]);
    expect((await failover(4, 'run', run, '--approve', 'x')).faults).toMatchObject([{ code: 'HASH_DIFFERS' }]);
    expect((await failover(0, 'run', run, '--dry-run')).phase).toBe('awaiting-approval');
    expect(existsSync(fenced())).toBe(false);

    stopFails = true;
    const failed = await failover(4, 'run', run, '--approve', hash);
    expect(failed).toMatchObject({ phase: 'running', faults: [{ code: 'HOOK_FAILED' }] });
    expect([stateOf(failed, 'drain'), stateOf(failed, 'stop-mirror')]).toEqual(['done', 'failed']);
    expect(existsSync(fenced())).toBe(true);
    stopFails = false;
    const undone = await failover(0, 'undo', run);
    expect([undone.phase, stateOf(undone, 'fence')]).toEqual(['undone', 'undone']);
    expect([existsSync(fenced()), stopped]).toEqual([false, false]);
    expect(await failover(0, 'status')).toEqual(undone);
  });

  test('killed in the middle of a step: locked until a person overrides it, and then undone without a trace', async () => {
    const { run, hash } = await failover(0, 'assess', '--planned');
    const args = ['failover', 'run', run, '--approve', hash, '--config', 'tidemark.yaml', '--history', 'history.db'];
    const killed = await tidemark(args, {
      cwd: lab.folder,
      environment: { HOOK_SECRET: SECRET },
      meanwhile: (child) => {
        stopBegins = () => {
          stopBegins = null;
          child.kill('SIGKILL');
        };
      },
    });
    expect(killed.code).toBeNull();
    const left = await failover(0, 'status', run);
    expect([left.phase, stateOf(left, 'stop-mirror')]).toEqual(['running', 'doing']);
    expect((await failover(4, 'run', run)).faults).toMatchObject([{ code: 'FLOW_LOCKED' }]);
    expect((await failover(0, 'undo', run, '--override-lock')).phase).toBe('undone');
    expect([existsSync(fenced()), stopped]).toEqual([false, false]);
  });

  test('carried out, and past its point of no return', async () => {
    const { run, hash } = await failover(0, 'assess', '--planned');
    const done = await failover(0, 'run', run, '--approve', hash);
    expect(done.phase).toBe('completed');
    expect([existsSync(renamed()), stopped]).toEqual([true, true]);
    expect(await b.admin.groupOffsets('billing')).toEqual([{ topic: 'A.orders', partition: 0, offset: 321n }]);
    expect((await failover(4, 'undo', run)).faults).toMatchObject([{ code: 'PAST_NO_RETURN' }]);
    expect((await failover(4, 'run', run)).faults).toMatchObject([{ code: 'RUN_OVER' }]);
  });

  test('a gate that refuses exits with 4 and says why', async () => {
    const refused = await failover(4, 'assess', '--unplanned');
    expect(refused.refused).toContain('SOURCE_ALIVE');
    expect((await failover(4, 'run', refused.run, '--approve', refused.hash)).faults).toMatchObject([
      { code: 'GATES_REFUSE' },
    ]);
  });

  test.each([
    [['assess'], 'the kind of failover is not given'],
    [['assess', '--planned', '--accept', 'NOTHING'], 'Known gates are'],
    [['run', 'nothing'], '"nothing"'],
  ])('%j is wrong usage', async (args, message) => {
    const given = ['--config', 'tidemark.yaml', '--history', 'history.db'];
    const ran = await tidemark(['failover', ...args, ...given], {
      cwd: lab.folder,
      environment: { HOOK_SECRET: SECRET },
    });
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain(message);
  });
});
