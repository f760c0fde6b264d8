import { printable } from './text.ts';

/** Says on stderr what is being done, once it takes longer than a second. */
export interface Progress {
  step(what: string): void;
  /** Clears the line. Nothing is printed afterwards. */
  end(): void;
}

const SILENT_MS = 1_000;
const TICK_MS = 1_000;
/** Between two lines elsewhere than on a terminal: a cron job's mail is no place for each of a thousand steps. */
const LINE_MS = 10_000;

/**
 * On a terminal one line that is rewritten with the seconds so far; elsewhere a line for the step that is under way,
 * at most every 10 s. No spinner, no colour.
 */
export function createProgress(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const begin = now();
  let current: string | null = null;
  let said: string | null = null;
  let saidAt = Number.NEGATIVE_INFINITY;
  const show = (): void => {
    if (current === null || now() - begin < SILENT_MS) return;
    if (stream.isTTY === true) {
      const text = `${current} … ${Math.round((now() - begin) / 1000)} s`;
      stream.write(`\r\u001b[K${text.slice(0, (stream.columns ?? 80) - 1)}`);
      said = current;
    } else if (current !== said && now() - saidAt >= LINE_MS) {
      stream.write(`${current} …\n`);
      said = current;
      saidAt = now();
    }
  };
  const timer = setInterval(show, TICK_MS);
  // Waiting for the next tick is no reason to go on running.
  timer.unref();
  return {
    step(what) {
      current = printable(what);
      show();
    },
    end() {
      clearInterval(timer);
      if (stream.isTTY === true && said !== null) stream.write('\r\u001b[K');
      current = null;
    },
  };
}
