import { AuthorizationError } from '../../domain/model/errors.ts';
import type { LogEnds } from '../ends-by-topic.ts';
import { StepFailedError } from '../failover-errors.ts';
import { requireStill } from '../log-ends.ts';
import { pollUntil } from '../poll-until.ts';
import type { FailoverWorld, Step, StepContext, StepScope } from '../step.ts';

/** Makes writes to the source impossible, and proves it: no end moves, and an ordinary application is refused. */
export const fence: Step = {
  name: 'fence',

  skip({ fence: how }, mode) {
    if (mode === 'unplanned') return 'the source does not answer: fence it before it is started again';
    return how === null ? 'the configuration has no fence' : null;
  },

  describe({ fence: how, canary }, scope) {
    if (how === null) return [];
    return [...how.describe(namesOf(scope)), ...(canary === null ? [] : [canary.describe()])];
  },

  prepare: async ({ world, scope }) => await fenceOf(world).prepare(namesOf(scope)),

  async check({ world }, intent) {
    const up = await fenceOf(world).isUp(intent);
    if (up === null) return 'unknown';
    return up ? 'in-effect' : 'absent';
  },

  do: async ({ world }, intent) => await fenceOf(world).raise(intent),

  async evidence(context, intent) {
    const up = await fenceOf(context.world).isUp(intent);
    if (up === false) throw new StepFailedError('FENCE_NOT_UP', 'the fence was raised, and is not in effect');
    context.progress('watching that nobody writes to the source');
    const canary = await refusedCanary(context);
    const ends = await stillReadable(context);
    return { up, canary, stillMs: context.world.patience.stillMs, sourceEnds: ends };
  },

  async undo({ world }, intent) {
    await fenceOf(world).lift(intent);
    return { lifted: true };
  },
};

/**
 * Where the source ends, and stays. The assessment has read these ends: if the cluster refuses to show them now, it is because of
 * the fence, which then shuts consumers and MirrorMaker out as well.
 */
async function stillReadable(context: StepContext): Promise<LogEnds> {
  try {
    return await requireStill(context, 'source', 'FENCE_LEAKS');
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    throw new StepFailedError('FENCE_ENDS_READS', `the fence also ends reads of the source: ${error.message}`, {
      cause: error,
      remedy:
        'Undo the failover, which lifts the fence. The first ACL on a topic ends reads where the brokers allow everything ' +
        'without ACLs: then set flows[].failover.fence.acl.everyoneWithoutAcl to true, and assess again.',
    });
  }
}

function fenceOf({ fence: how }: FailoverWorld): NonNullable<FailoverWorld['fence']> {
  if (how === null) throw new StepFailedError('NOT_CONFIGURED', 'the configuration no longer has a fence');
  return how;
}

function namesOf({ topics }: StepScope): readonly string[] {
  return topics.map(({ topic }) => topic);
}

/** Brokers learn of a fence one after the other, so an accepted write counts only if it is not the last one. */
async function refusedCanary({ world }: StepContext): Promise<string | null> {
  const { canary, clock, patience } = world;
  if (canary === null) return null;
  let how = '';
  const refused = await pollUntil(clock, { withinMs: patience.stillMs, everyMs: patience.pollMs }, async () => {
    const answer = await canary.tryWrite();
    if (answer.kind === 'refused') return answer.error;
    how = answer.kind === 'accepted' ? 'was accepted' : `got no answer: ${answer.reason}`;
    return null;
  });
  if (refused !== null) return refused;
  throw new StepFailedError('CANARY_NOT_REFUSED', `the write of an ordinary application ${how}`, {
    remedy: 'See that the fence covers its principal, and run the failover again under the same id.',
  });
}
