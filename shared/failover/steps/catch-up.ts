import { counted } from '../../domain/model/figures.ts';
import type { FlowReport } from '../../domain/model/report.ts';
import { StepFailedError } from '../failover-errors.ts';
import { pollUntil } from '../poll-until.ts';
import type { Step } from '../step.ts';
import { replayedEarly } from './replayed-records.ts';

/** What MirrorMaker copies within seconds: applications are not kept from writing for longer than that. */
const CAUGHT_UP_RECORDS = 10_000n;

/** Lets the mirror of a failback catch up while applications still write: the fence comes after it. */
export const catchUp: Step = {
  name: 'catch-up',
  skip: () => null,
  describe: () => [
    `waits until at most ${CAUGHT_UP_RECORDS} records wait for the mirror, while applications still write`,
  ],
  prepare: async () => ({}),
  // A run that was killed while it waited waits again: with a fence, what is left would be downtime.
  check: async () => 'unknown',

  async do({ world, progress }) {
    const { clock, patience } = world;
    let last = 'nothing is known yet';
    const done = await pollUntil(clock, { withinMs: patience.drainMs, everyMs: patience.pollMs }, async () => {
      const waiting = waitingIn(await world.audit());
      last = typeof waiting === 'bigint' ? counted(waiting, 'record waits', 'records wait') : waiting;
      progress(`catching up: ${last}`);
      return typeof waiting === 'bigint' && waiting <= CAUGHT_UP_RECORDS ? true : null;
    });
    if (done !== null) return;
    throw new StepFailedError('NOT_CAUGHT_UP', `the mirror has not caught up after ${patience.drainMs} ms: ${last}`, {
      retriable: true,
      remedy: 'See that MirrorMaker runs. The same command waits again.',
    });
  },

  async evidence(context) {
    const waiting = waitingIn(await context.world.audit());
    // Days of records may have to be read for it: here applications still write.
    const replayed = await replayedEarly(context);
    return { waiting: typeof waiting === 'bigint' ? waiting.toString() : null, replayed };
  },

  undo: null,
};

/** Records that wait, or why that is not known. */
function waitingIn({ partitions }: FlowReport): bigint | string {
  let sum = 0n;
  for (const { topic, partition, lag } of partitions) {
    if (lag.kind === 'unknown') return `${topic}-${partition}: ${lag.reason}`;
    sum += lag.records;
  }
  return sum;
}
