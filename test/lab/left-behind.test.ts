import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { startLab } from '../../lab/lab.ts';
import { waitUntil } from '../../lab/wait-until.ts';

const HOLDER = fileURLToPath(new URL('lab-holder.ts', import.meta.url));
const heldSchema = z.object({ folder: z.string(), brokerPid: z.number() });

describe('a lab leaves nothing behind', () => {
  let holder: ChildProcess | undefined;
  afterEach(() => {
    holder?.kill('SIGKILL');
  });

  async function hold(): Promise<z.infer<typeof heldSchema>> {
    const child = spawn(process.execPath, [HOLDER], { stdio: ['ignore', 'pipe', 'inherit'] });
    holder = child;
    for await (const line of createInterface({ input: child.stdout })) return heldSchema.parse(JSON.parse(line));
    throw new Error('the lab process ended before its lab started');
  }

  test.each(['SIGKILL', 'SIGINT'] as const)(
    'when its process ends by %s, even with a paused broker',
    async (signal) => {
      const { folder, brokerPid } = await hold();
      expect(isAlive(brokerPid)).toBe(true);
      expect(existsSync(folder)).toBe(true);
      holder?.kill(signal);
      await waitUntil('the broker to be gone', () => !isAlive(brokerPid), { deadlineMs: 20_000 });
      await waitUntil('the folder to be gone', () => !existsSync(folder), { deadlineMs: 20_000 });
    },
  );

  test('when it is stopped twice', async () => {
    const lab = await startLab();
    const cluster = await lab.startCluster({ alias: 'A' });
    const pid = cluster.pid(1);
    await lab.stop();
    await lab.stop();
    expect(pid !== undefined && isAlive(pid)).toBe(false);
    expect(existsSync(lab.folder)).toBe(false);
  });

  test('when a cluster cannot start, and the error shows the end of its log', async () => {
    const lab = await startLab();
    try {
      const start = lab.startCluster({ alias: 'A', config: { 'log.retention.ms': 'soon' } });
      await expect(start).rejects.toThrow(/broker 1 of cluster A is not running[\s\S]*Invalid value soon/);
    } finally {
      await lab.stop();
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
