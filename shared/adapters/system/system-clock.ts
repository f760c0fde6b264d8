import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../ports.ts';

/** The clock of this machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  pause: async (ms) => {
    await wait(ms);
  },
};
