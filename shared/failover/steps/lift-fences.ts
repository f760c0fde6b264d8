import type { StepName } from '../../domain/failover/step-name.ts';
import type { Json } from '../../domain/model/canonical-json.ts';
import type { WriteFence } from '../../ports.ts';
import { StepFailedError } from '../failover-errors.ts';
import type { FailoverWorld, Step, StepContext } from '../step.ts';

/** Lifts the fence that the failover raised: clients are about to write there again. */
export const liftTargetFence: Step = {
  ...liftStep('lift-target-fence', {
    fence: ({ back }) => back?.targetFence ?? null,
    raised: ({ world }) => world.back?.origin.fence ?? null,
  }),
  skip: ({ back }) => (back?.origin.fence === null ? 'the failover raised no fence' : null),
  describe: ({ flow, back }) => [`lifts the fence on ${flow.target} that run ${back?.origin.run ?? ''} raised`],
  async undo({ world }) {
    const { back } = world;
    if (back === undefined || back.origin.fence === null || back.targetFence === null) return { raised: false };
    await back.targetFence.raise(back.origin.fence);
    return { raised: true };
  },
};

/** Lifts the fence of this run: at the next failover applications have to be able to write there. */
export const liftSourceFence: Step = {
  ...liftStep('lift-source-fence', {
    fence: ({ fence }) => fence,
    raised: ({ intentOf }) => intentOf('fence'),
  }),
  skip: ({ fence }) => (fence === null ? 'the configuration has no fence' : null),
  describe: ({ flow }) => [`lifts the fence on ${flow.source}: the next failover leads applications there`],
  undo: null,
};

function liftStep(
  name: StepName,
  of: {
    readonly fence: (world: FailoverWorld) => WriteFence | null;
    readonly raised: (context: StepContext) => Json | null;
  },
): Pick<Step, 'name' | 'prepare' | 'check' | 'do' | 'evidence'> {
  const fenceOf = (world: FailoverWorld): WriteFence => {
    const fence = of.fence(world);
    if (fence !== null) return fence;
    throw new StepFailedError('NOT_CONFIGURED', 'the configuration no longer has the fence that has to be lifted');
  };
  const isDown = async (context: StepContext): Promise<boolean | null> => {
    const raised = of.raised(context);
    if (raised === null) return true;
    const up = await fenceOf(context.world).isUp(raised);
    return up === null ? null : !up;
  };
  return {
    name,
    prepare: async () => ({}),
    async check(context) {
      const down = await isDown(context);
      if (down === null) return 'unknown';
      return down ? 'in-effect' : 'absent';
    },
    async do(context) {
      const raised = of.raised(context);
      if (raised !== null) await fenceOf(context.world).lift(raised);
    },
    async evidence(context) {
      const known = await isDown(context);
      if (known === false)
        throw new StepFailedError('FENCE_NOT_LIFTED', 'the fence was lifted, and is still in effect');
      return { known };
    },
  };
}
