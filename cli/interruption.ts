import type { Terminal } from './output/terminal.ts';

/** Exit codes as shells have them: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
/** A disk that hangs must not keep the process alive after Ctrl-C. */
const PATIENCE_MS = 2_000;

/** Ends the process at Ctrl-C or SIGTERM, once what commands registered is in order; a second signal ends it at once. */
export function endOnSignals(): Terminal['onInterrupt'] {
  const pending = new Set<() => Promise<void>>();
  let isEnding = false;
  for (const [signal, code] of Object.entries(EXIT_CODES)) {
    process.on(signal, () => {
      if (isEnding) process.exit(code);
      isEnding = true;
      process.stderr.write('\ntidemark: interrupted\n');
      const end = (): void => process.exit(code);
      setTimeout(end, PATIENCE_MS);
      void Promise.allSettled([...pending].map((putInOrder) => putInOrder())).then(end);
    });
  }
  return (putInOrder) => {
    pending.add(putInOrder);
    return () => void pending.delete(putInOrder);
  };
}
