import { existsSync, realpathSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const IN_MEMORY = '/dev/shm';
/** A lab's files take some 100 MB. Many labs may run at once. */
const ENOUGH_BYTES = 2 ** 32;

/**
 * The parent of folders that nobody needs after the process: in memory, if the machine has much of it. Brokers, MM2 and
 * databases wait for the disk at every start and every commit.
 */
export function temporaryParent(): string {
  if (!existsSync(IN_MEMORY)) return realpathSync(tmpdir());
  const { bavail, bsize } = statfsSync(IN_MEMORY);
  return bavail * bsize > ENOUGH_BYTES ? IN_MEMORY : realpathSync(tmpdir());
}
