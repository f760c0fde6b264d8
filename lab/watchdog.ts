import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * A process of its own that outlives the lab by a moment: it reads `+<pid>`, `-<pid>` and `dir <folder>` lines, and
 * when its input ends, whatever ended the lab (SIGKILL included), it kills what is still registered and removes the folders.
 */
const pids = new Set<number>();
const folders = new Set<string>();

for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('+')) pids.add(Number(line.slice(1)));
  else if (line.startsWith('-')) pids.delete(Number(line.slice(1)));
  else if (line.startsWith('dir ')) folders.add(line.slice('dir '.length));
}

for (const pid of pids) {
  try {
    // SIGKILL also ends a broker that was paused with SIGSTOP.
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
for (const folder of folders) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
