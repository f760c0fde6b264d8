import type { HookConfig } from '../../config/failover/failover-config.ts';
import type { StepName } from '../../domain/failover/step-name.ts';
import { TidemarkError } from '../../domain/model/errors.ts';
import { shellWord } from '../../domain/model/shell-word.ts';
import type { Lever, MirrorControl, WriteFence } from '../../ports.ts';
import { runHook } from './run-hook.ts';

type Action = 'apply' | 'put-back' | 'check';

/** A lever that programs pull. They get `TIDEMARK_FLOW`, `TIDEMARK_STEP` and `TIDEMARK_ACTION`. */
export function createHookLever(hook: HookConfig, flow: string, step: StepName): Lever {
  const run = (argv: readonly string[], action: Action, more: Readonly<Record<string, string>> = {}) =>
    runHook(argv, hook, { TIDEMARK_FLOW: flow, TIDEMARK_STEP: step, TIDEMARK_ACTION: action, ...more });
  const carryOut = async (argv: readonly string[], action: Action): Promise<void> => {
    const answer = await run(argv, action);
    if (answer.kind === 'ended' && answer.code === 0) return;
    const why = answer.kind === 'failed' ? answer.reason : `it exited with ${answer.code}`;
    const said = answer.kind === 'ended' && answer.output !== '' ? `; its output ends with: ${answer.output}` : '';
    throw new TidemarkError('HOOK_FAILED', `hook ${commandOf(argv.slice(0, 1))} for ${step} failed: ${why}${said}`, {
      remedy: 'Correct what the hook reports. Then run the same command again.',
      retriable: true,
    });
  };
  const { apply, putBack, check } = hook;
  return {
    describe: () => [
      `runs ${commandOf(apply)}`,
      ...(putBack === undefined ? [] : [`to undo it, runs ${commandOf(putBack)}`]),
    ],
    async isInEffect() {
      if (check === undefined) return null;
      const answer = await run(check, 'check');
      if (answer.kind === 'failed' || answer.code > 1) return null;
      return answer.code === 0;
    },
    apply: () => carryOut(apply, 'apply'),
    putBack: putBack === undefined ? null : () => carryOut(putBack, 'put-back'),
  };
}

/** MirrorMaker in dedicated mode, or under an operator: a regular stop commits its offsets, but nobody reports them. */
export function createHookMirrorControl(hook: HookConfig, flow: string): MirrorControl {
  return { ...createHookLever(hook, flow, 'stop-mirror'), ends: async () => null, hasTasks: async () => null };
}

/** A fence that programs raise: a security group, a listener, the applications' own switch. */
export function createHookFence(hook: HookConfig, flow: string): WriteFence {
  const lever = createHookLever(hook, flow, 'fence');
  return {
    describe: () => lever.describe(),
    prepare: async () => ({}),
    isUp: () => lever.isInEffect(),
    raise: () => lever.apply(),
    async lift() {
      if (lever.putBack !== null) return await lever.putBack();
      throw new TidemarkError('HOOK_ABSENT', 'the configuration has no hook that lifts the fence', {
        remedy: 'Lift the fence yourself, add putBack to the hook of the fence, and run the same command again.',
      });
    },
  };
}

function commandOf(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}
