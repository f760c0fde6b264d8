import { readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { systemErrorOf } from '../../output/new-file.ts';

/**
 * Keeps two processes from carrying one plan out at the same time: each would write what the other has not written yet. A
 * file beside the plan names the process. One of this machine that has died holds nothing.
 *
 * @returns what gives the plan back
 * @throws TidemarkError REPLAY_RUNNING
 */
export async function holdPlan(plan: string): Promise<() => Promise<void>> {
  const file = `${plan}.lock`;
  const own = `${hostname()} ${process.pid}\n`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(file, own, { flag: 'wx', mode: 0o600 });
      return async () => {
        if ((await readFile(file, 'utf8').catch(() => '')) === own) await unlink(file).catch(() => undefined);
      };
    } catch (error) {
      if (systemErrorOf(error) !== 'EEXIST') throw error;
    }
    const holder = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (isAlive(holder)) {
      throw new TidemarkError('REPLAY_RUNNING', `the plan is being carried out by ${holder}`, {
        remedy: `Wait until it has ended. If it has died on another machine, remove ${file}.`,
      });
    }
    await unlink(file).catch(() => undefined);
  }
  throw new TidemarkError('REPLAY_RUNNING', 'another process has just begun to carry the plan out', {
    retriable: true,
  });
}

/** Of another machine nobody knows. */
function isAlive(holder: string): boolean {
  const [host, pid] = holder.split(' ');
  if (host !== hostname()) return holder !== '';
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return systemErrorOf(error) === 'EPERM';
  }
}
