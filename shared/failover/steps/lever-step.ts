import type { StepName } from '../../domain/failover/step-name.ts';
import type { Json } from '../../domain/model/canonical-json.ts';
import type { Lever } from '../../ports.ts';
import { StepFailedError } from '../failover-errors.ts';
import type { FailoverWorld, Step, StepContext } from '../step.ts';

/** A step that pulls one lever, and knows nothing more of it. */
export function leverStep(options: {
  readonly name: StepName;
  readonly lever: (world: FailoverWorld) => Lever | null;
  /** Why it is left out if the configuration has none. */
  readonly absent: string;
  readonly isUndone: boolean;
  /** What else its evidence has, once it is in effect. */
  readonly more?: (context: StepContext) => Promise<Readonly<Record<string, Json>>>;
}): Step {
  const { name, absent, more = async () => ({}) } = options;
  const leverOf = (world: FailoverWorld): Lever => {
    const lever = options.lever(world);
    if (lever === null)
      throw new StepFailedError('NOT_CONFIGURED', `the configuration no longer has what ${name} needs`);
    return lever;
  };
  return {
    name,
    skip: (world) => (options.lever(world) === null ? absent : null),
    describe: (world) => options.lever(world)?.describe() ?? [],
    prepare: async () => ({}),

    async check({ world }) {
      const inEffect = await leverOf(world).isInEffect();
      if (inEffect === null) return 'unknown';
      return inEffect ? 'in-effect' : 'absent';
    },

    do: async ({ world }) => await leverOf(world).apply(),

    async evidence(context) {
      const known = await leverOf(context.world).isInEffect();
      if (known === false) throw new StepFailedError('NOT_IN_EFFECT', `${name} was carried out, and is not in effect`);
      return { known, ...(await more(context)) };
    },

    undo: options.isUndone
      ? async ({ world }) => {
          const { putBack } = leverOf(world);
          if (putBack === null) return { putBack: false };
          await putBack();
          return { putBack: true };
        }
      : null,
  };
}
