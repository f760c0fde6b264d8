import { describe, expect, test } from '@jest/globals';
import type { FaultsStage, HookMood, Started } from '../../../lab/drill/faults/faults-stage.ts';
import { Strikes } from '../../../lab/drill/faults/strikes.ts';

const PROCESS: Started = { kill: () => undefined, ended: new Promise(() => undefined) };

/** What of a stage is slow. */
function slowStage() {
  const state = { front: 'forwards', hooks: 'works' as HookMood, link: 'open' };
  const stage = {
    get hookMood() {
      return state.hooks;
    },
    set hookMood(mood: HookMood) {
      state.hooks = mood;
    },
    front: {
      become: async (mood: string) => {
        state.front = mood;
      },
    },
    link: {
      throttle: () => {
        state.link = 'throttled';
      },
      heal: async () => {
        state.link = 'open';
      },
    },
    endSilence: () => {
      state.hooks = 'works';
    },
  };
  return { state, stage: stage as unknown as FaultsStage };
}

describe('a fault that makes everything slow', () => {
  test('ends with its step, if that went on in spite of it: the next step is not struck', async () => {
    const { state, stage } = slowStage();
    const fault = { name: 'one', strike: 'throttled', step: 'lift-target-fence' } as const;
    const strikes = new Strikes(stage, [fault], async () => '');
    await strikes.arrived('lift-target-fence', 'before', PROCESS);
    expect(state).toEqual({ front: 'throttled', hooks: 'throttled', link: 'throttled' });
    await strikes.arrived('lift-target-fence', 'after', PROCESS);
    expect(state).toEqual({ front: 'forwards', hooks: 'works', link: 'open' });
    await strikes.arrived('switch-name', 'before', PROCESS);
    expect(strikes.struck).toEqual([{ fault, state: 'continued by itself', isNamed: true }]);
  });

  test('is there until then', async () => {
    const { state, stage } = slowStage();
    const fault = { name: 'one', strike: 'throttled', step: 'drain' } as const;
    const strikes = new Strikes(stage, [fault], async () => '');
    await strikes.arrived('drain', 'before', PROCESS);
    await strikes.arrived('fence', 'after', PROCESS);
    expect(state.hooks).toBe('throttled');
    expect(strikes.struck).toEqual([{ fault, state: null, isNamed: false }]);
    await strikes.lift();
    expect(state).toEqual({ front: 'forwards', hooks: 'works', link: 'open' });
  });
});
