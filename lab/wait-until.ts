import { setTimeout as sleep } from 'node:timers/promises';
import { TidemarkError } from '../shared/domain/model/errors.ts';

export interface WaitOptions {
  /** How long to poll, in milliseconds. */
  readonly deadlineMs?: number;
  readonly intervalMs?: number;
  /** More text for the timeout error, such as the end of a log. */
  readonly explain?: () => string | Promise<string>;
}

/**
 * Polls `condition` until it returns something other than `undefined` or `false`, and returns that. A condition that
 * throws counts as not met; the timeout error has the last one as its cause.
 * @param what completes "waited 1000 ms for …", such as "the topic to be deleted"
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
      // Do not wait after a permanent error, such as a dead process.
      if (error instanceof TidemarkError && !error.retriable) throw error;
      lastError = error;
    }
    if (Date.now() >= end) {
      const detail = await options.explain?.();
      const cause = lastError instanceof Error ? `; last error: ${lastError.message}` : '';
      throw new TidemarkError(
        'LAB_DEADLINE_PASSED',
        `waited ${deadlineMs} ms for ${what}${cause}${detail ? `\n${detail}` : ''}`,
        { cause: lastError },
      );
    }
    await sleep(options.intervalMs ?? 100);
  }
}
