import { describe, expect, test } from '@jest/globals';
import { ClusterUnreachableError } from '../../../shared/domain/model/errors.ts';
import { DeadSource } from '../../../shared/failover/dead-source.ts';
import type { ClusterReader } from '../../../shared/ports.ts';

const STILL_MS = 3_000;
const ANSWERS = 'answers again';

/** Whoever waits, waits for the time that the test lets pass. */
class Time {
  now = 1_000_000;
  readonly #waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ until: this.now + ms, resolve }));
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await settled();
      const [next] = this.#waiting.toSorted((a, b) => a.until - b.until);
      if (next === undefined || next.until > end) break;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.now = next.until;
      next.resolve();
    }
    this.now = end;
    await settled();
  }
}

/** All that is ready has run. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A black hole until `isBack`; asked before, it does not answer later either. */
class Source {
  isBack = false;
  /** How long an answer takes. */
  answerMs = 0;
  refuses = false;
  asked = 0;
  closed = 0;
  readonly time = new Time();

  of(wasDead = true): DeadSource {
    const clock = { now: () => this.time.now, pause: (ms: number) => this.time.pause(ms) };
    return new DeadSource({ alias: 'A', wasDead, reader: () => this.#reader(), clock, stillMs: STILL_MS });
  }

  #reader(): ClusterReader {
    const reader = {
      alias: 'A',
      metadata: async () => {
        this.asked++;
        if (this.refuses) throw new ClusterUnreachableError('A', 'CONNECTION_REFUSED', 'A refuses connections');
        if (!this.isBack) await new Promise(() => undefined);
        if (this.answerMs > 0) await this.time.pause(this.answerMs);
      },
      close: async () => {
        this.closed++;
      },
    };
    return reader as unknown as ClusterReader;
  }
}

/** What came of it, and when; null: it still waits. */
function follow(source: Source, work: Promise<void>) {
  const begun = source.time.now;
  const found: { seen: string | null; afterMs: number } = { seen: null, afterMs: 0 };
  const note = (seen: string) => Object.assign(found, { seen, afterMs: source.time.now - begun });
  work.then(
    () => note('dead'),
    (error: Error) => note(error.message.endsWith(ANSWERS) ? ANSWERS : error.message),
  );
  return found;
}

describe('whether a dead source answers again', () => {
  test('a source that was not dead is not asked', async () => {
    const source = new Source();
    const one = source.of(false);
    one.watch();
    await one.requireDead();
    expect(source.asked).toBe(0);
  });

  test('a black hole that nobody watched is waited for', async () => {
    const source = new Source();
    const found = follow(source, source.of().requireDead());
    await source.time.pass(STILL_MS - 1);
    expect(found.seen).toBeNull();
    await source.time.pass(1);
    expect(found).toEqual({ seen: 'dead', afterMs: STILL_MS });
    expect(source.closed).toBe(source.asked);
  });

  test.each([
    { watchedMs: 0, waitsMs: 3_000 },
    { watchedMs: 1_000, waitsMs: 2_000 },
    { watchedMs: 3_000, waitsMs: 0 },
    { watchedMs: 10_500, waitsMs: 0 },
  ])('watched for $watchedMs ms, it is waited for $waitsMs ms', async ({ watchedMs, waitsMs }) => {
    const source = new Source();
    const one = source.of();
    one.watch();
    await source.time.pass(watchedMs);
    const found = follow(source, one.requireDead());
    await source.time.pass(STILL_MS);
    expect(found).toEqual({ seen: 'dead', afterMs: waitsMs });
    await one.leave();
    await source.time.pass(STILL_MS);
    const { asked } = source;
    await source.time.pass(10 * STILL_MS);
    expect(source.asked).toBe(asked);
  });

  test.each([
    { backAtMs: 500, answerMs: 0 },
    { backAtMs: 4_000, answerMs: 0 },
    { backAtMs: 8_500, answerMs: 0 },
    { backAtMs: 500, answerMs: 2_900 },
    { backAtMs: 4_000, answerMs: 2_900 },
    { backAtMs: 8_500, answerMs: 2_900 },
  ])('one that is back after $backAtMs ms, and takes $answerMs ms, is noticed', async ({ backAtMs, answerMs }) => {
    const source = new Source();
    const one = source.of();
    one.watch();
    await source.time.pass(backAtMs);
    Object.assign(source, { isBack: true, answerMs });
    // The next question comes within a quarter of the time.
    await source.time.pass(STILL_MS / 4 + answerMs);
    const found = follow(source, one.requireDead());
    await source.time.pass(0);
    expect(found).toEqual({ seen: ANSWERS, afterMs: 0 });
  });

  test('one that refused connections is asked again at the end: it may have started since', async () => {
    const source = new Source();
    source.refuses = true;
    const one = source.of();
    one.watch();
    await source.time.pass(10_000);
    expect(source.asked).toBe(1);
    source.refuses = false;
    source.isBack = true;
    const found = follow(source, one.requireDead());
    await source.time.pass(0);
    expect(found).toEqual({ seen: ANSWERS, afterMs: 0 });
  });

  test('an error of the reader is the error of whoever requires the answer, and of nobody else', async () => {
    const { time } = new Source();
    const one = new DeadSource({
      alias: 'A',
      wasDead: true,
      reader: () => {
        throw new Error('no such file');
      },
      clock: { now: () => time.now, pause: (ms) => time.pause(ms) },
      stillMs: STILL_MS,
    });
    one.watch();
    await settled();
    await expect(one.requireDead()).rejects.toThrow('no such file');
    await one.leave();
  });
});
