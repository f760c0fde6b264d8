import { ClusterUnreachableError } from '../domain/model/errors.ts';
import type { Clock, ClusterReader } from '../ports.ts';
import { StepFailedError } from './failover-errors.ts';

export interface SourceOfRun {
  readonly alias: string;
  /** Whether it was dead when the run was approved: of another one, nothing is asked. */
  readonly wasDead: boolean;
  readonly reader: () => ClusterReader;
  readonly clock: Clock;
  /** How long it may take to answer, in milliseconds. */
  readonly stillMs: number;
}

/** How many questions a watched source has open: the oldest ends before a connection in a black hole is given up, after 4 s. */
const QUESTIONS_AT_ONCE = 4;

/** What one question to the source has shown: it answers, it cannot be reached, or it says nothing within the time. */
type Seen = 'answers' | 'unreachable' | 'silent';

/**
 * Whether the source of a run answers again that was dead when the run was approved: producers may write there, and
 * MirrorMaker may mirror on. A source that does not answer within the time counts as dead.
 *
 * In a black hole a question takes all that time. So a step that waits for something else may ask meanwhile: it has `watch`
 * ask without a gap, and waits at its end only for what is left.
 */
export class DeadSource {
  readonly #source: SourceOfRun;
  /** Since when it has been asked without a gap, and with what that ended. */
  #watched: { readonly since: number; readonly end: Promise<Seen> } | null = null;
  #isLeft = false;
  readonly #open = new Set<ClusterReader>();

  constructor(source: SourceOfRun) {
    this.#source = source;
  }

  /** Begins to ask, and asks on until `leave`. Does not wait. */
  watch(): void {
    if (!this.#source.wasDead || this.#watched !== null) return;
    const end = this.#askOn();
    // Whoever requires an answer gets the error; a step that has failed before requires none.
    end.catch(() => undefined);
    this.#watched = { since: this.#source.clock.now(), end };
  }

  /** @throws StepFailedError SOURCE_ANSWERS */
  async requireDead(): Promise<void> {
    const { alias, wasDead } = this.#source;
    if (!wasDead || (await this.#seen()) !== 'answers') return;
    throw new StepFailedError('SOURCE_ANSWERS', `${alias} was dead when the run was approved, and answers again`, {
      retriable: true,
      remedy: 'Undo the failover, and use --planned. If the source is dead again, run it again under the same id.',
    });
  }

  /** Ends what `watch` began. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    await Promise.all([...this.#open].map((reader) => reader.close()));
  }

  async #seen(): Promise<Seen> {
    if (this.#watched === null) return await this.#ask(this.#source.stillMs);
    const { clock, stillMs } = this.#source;
    const { since, end } = this.#watched;
    const left = Math.max(0, since + stillMs - clock.now());
    const silent = clock.pause?.(left).then((): Seen => 'silent');
    const seen = await Promise.race(silent === undefined ? [end] : [end, silent]);
    // It failed some time ago: whether it still does shows at once.
    return seen === 'unreachable' ? await this.#ask(stillMs) : seen;
  }

  /**
   * Asks again and again while it is silent. A question stays open until the next one has had its time, so at any moment one has
   * been open for `stillMs`. What fails at once costs no time, and is asked for when it is needed.
   */
  #askOn(): Promise<Seen> {
    const { clock, stillMs } = this.#source;
    const everyMs = stillMs / QUESTIONS_AT_ONCE;
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (settle: () => void): void => {
        isOver = true;
        settle();
      };
      const askOn = async (): Promise<void> => {
        while (!isOver && !this.#isLeft) {
          this.#ask(stillMs + everyMs).then(
            (seen) => {
              if (seen !== 'silent') end(() => resolve(seen));
            },
            (error: unknown) => end(() => reject(error)),
          );
          // Where time stands still, one question is all.
          if (clock.pause === undefined) return;
          await clock.pause(everyMs);
        }
      };
      void askOn();
    });
  }

  /** @param withinMs for how long it may be silent */
  async #ask(withinMs: number): Promise<Seen> {
    const { clock, reader: open } = this.#source;
    const reader = open();
    this.#open.add(reader);
    const answers = reader.metadata().then(
      (): Seen => 'answers',
      // Whoever refuses a request answers.
      (error: unknown): Seen => (error instanceof ClusterUnreachableError ? 'unreachable' : 'answers'),
    );
    const end = clock.pause?.(withinMs).then((): Seen => 'silent');
    return await Promise.race(end === undefined ? [answers] : [answers, end]).finally(() => {
      this.#open.delete(reader);
      return reader.close();
    });
  }
}
