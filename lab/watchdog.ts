import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * A separate process that outlives the lab for a moment. It reads `+<pid>`, `-<pid>` and `dir <folder>` lines. When its
 * input ends, because the lab ended for whatever reason (including SIGKILL), it kills the registered processes and
 * removes the folders.
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
    // Use SIGKILL: it also ends a broker that was paused with SIGSTOP.
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}
for (const folder of folders) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
