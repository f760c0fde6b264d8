import type { MirrorControl } from '../../ports.ts';
import { joinsJson } from '../failback-joins.ts';
import { StepFailedError } from '../failover-errors.ts';
import { readEnds } from '../log-ends.ts';
import { pollUntil } from '../poll-until.ts';
import type { FailoverWorld, Step, StepContext } from '../step.ts';
import { placesJson } from './mirror-places.ts';
import { backOf, recordedJoins, recordedPlaces } from './place-offsets.ts';
import { STOPS_WITHIN_MS } from './stop-mirror.ts';

/** How long MirrorMaker may take until it runs, in milliseconds. */
const STARTS_WITHIN_MS = 60_000;

/** Starts the mirror of the failback where its offsets were set. */
export const startMirror: Step = {
  name: 'start-mirror',
  skip: () => null,
  describe: ({ flow }) => [`starts the mirror of ${flow.source}->${flow.target}, which writes to ${flow.target}`],
  prepare: async () => ({}),

  async check(context) {
    if (context.intentOf('stop-mirror') !== null) return 'in-effect';
    return await standing(mirrorOf(context.world));
  },

  async do(context) {
    await requirePlaced(context);
    await start(mirrorOf(context.world));
  },

  evidence: async (context) => await running(context, mirrorOf(context.world)),

  /** Records that it has written stay: the next failback continues behind them. */
  async undo(context) {
    const mirror = mirrorOf(context.world);
    await mirror.apply();
    const stopped = await pollUntil(
      context.world.clock,
      { withinMs: STOPS_WITHIN_MS, everyMs: context.world.patience.pollMs },
      async () => ((await mirror.isInEffect()) === false ? null : true),
    );
    if (stopped === null) {
      throw new StepFailedError('MIRROR_NOT_STOPPED', 'the stop was accepted, and MirrorMaker still runs', {
        retriable: true,
        remedy: 'Look at its workers. Then undo again.',
      });
    }
    const mirrored = placesJson([...((await backOf(context.world).offsets?.read()) ?? [])]);
    const joins = joinsJson(recordedJoins(context));
    return { mirrored, targetEnds: { ...(await readEnds(context, 'target')) }, joins };
  },
};

/** Starts the mirror from the old source to the old target again, behind everything that both have. */
export const startForward: Step = {
  name: 'start-forward',
  skip: ({ back }) => (back?.forwardMirror === null ? 'the configuration does not say how to start MirrorMaker' : null),
  describe: ({ flow }) => [`starts the mirror of ${flow.target}->${flow.source}: ${flow.source} is its target again`],
  prepare: async () => ({}),
  check: async ({ world }) => await standing(forwardOf(world)),
  do: async ({ world }) => await start(forwardOf(world)),
  evidence: async (context) => await running(context, forwardOf(context.world)),
  undo: null,
};

/** The last look: if it has run already, it has moved on; never back. */
async function requirePlaced(context: StepContext): Promise<void> {
  const now = (await backOf(context.world).offsets?.read()) ?? [];
  for (const { topic, partition, lastMirrored } of recordedPlaces(context)) {
    const is = now.find((one) => one.topic === topic && one.partition === partition)?.lastMirrored ?? -1n;
    if (is >= (lastMirrored ?? -1n)) continue;
    const what = `${topic}-${partition} is at ${is < 0n ? 'no offset' : is}, and was set to ${lastMirrored}`;
    throw new StepFailedError('OFFSETS_NOT_SET', `the mirror would write records twice: ${what}`, {
      remedy: 'Somebody has changed the offsets of its connector. Undo the failback, and assess again.',
    });
  }
}

async function standing(mirror: MirrorControl): Promise<'in-effect' | 'absent' | 'unknown'> {
  const stopped = await mirror.isInEffect();
  if (stopped === null) return 'unknown';
  return stopped ? 'absent' : 'in-effect';
}

async function start({ putBack }: MirrorControl): Promise<void> {
  if (putBack !== null) return await putBack();
  throw new StepFailedError('NOT_CONFIGURED', 'the configuration does not say how to start MirrorMaker');
}

async function running({ world }: StepContext, mirror: MirrorControl): Promise<{ readonly known: boolean | null }> {
  const wait = { withinMs: STARTS_WITHIN_MS, everyMs: world.patience.pollMs };
  const known = await pollUntil(world.clock, wait, async () => {
    const stopped = await mirror.isInEffect();
    return stopped === true ? null : { known: stopped === null ? null : true };
  });
  if (known !== null) return known;
  throw new StepFailedError('MIRROR_NOT_STARTED', 'the start was accepted, and MirrorMaker does not run', {
    retriable: true,
    remedy: 'Look at its workers. Then run it again under the same id.',
  });
}

function mirrorOf({ mirror }: FailoverWorld): MirrorControl {
  if (mirror !== null) return mirror;
  throw new StepFailedError('NOT_CONFIGURED', 'the configuration no longer has a mirror control');
}

function forwardOf(world: FailoverWorld): MirrorControl {
  const { forwardMirror } = backOf(world);
  if (forwardMirror !== null) return forwardMirror;
  throw new StepFailedError('NOT_CONFIGURED', 'the configuration no longer has a mirror control of the forward flow');
}
