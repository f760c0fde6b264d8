import { setTimeout as sleep } from 'node:timers/promises';
import { TidemarkError } from '../shared/domain/model/errors.ts';

export interface WaitOptions {
  /** How long to go on asking, in milliseconds. */
  readonly deadlineMs?: number;
  readonly intervalMs?: number;
  /** More to tell when the deadline passes, such as the end of a log. */
  readonly explain?: () => string | Promise<string>;
}

/**
 * Asks `condition` until it gives something other than `undefined` or `false`, and returns that. A condition that
 * throws counts as not yet; its last error becomes the cause when the deadline passes.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  options: WaitOptions = {},
): Promise<T> {
  const deadlineMs = options.deadlineMs ?? 60_000;
  const end = Date.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const result = await condition();
      if (result !== undefined && result !== false) return result;
      lastError = undefined;
    } catch (error) {
      // A fault that cannot pass, such as a process that is gone, is not worth waiting for.
      if (error instanceof TidemarkError && !error.retriable) throw error;
      lastError = error;
    }
    if (Date.now() >= end) {
      const detail = await options.explain?.();
      const cause = lastError instanceof Error ? `; last error: ${lastError.message}` : '';
      throw new TidemarkError(
        'LAB_DEADLINE_PASSED',
        `${what}: not so within ${deadlineMs} ms${cause}${detail ? `\n${detail}` : ''}`,
        { cause: lastError },
      );
    }
    await sleep(options.intervalMs ?? 100);
  }
}
