import type { LiveScenario } from '../live-scenario.ts';
import { mm2Killed } from './mm2-killed.ts';
import { mm2Stopped } from './mm2-stopped.ts';
import { steady } from './steady.ts';

/** Every live scenario of `npm run truth`, in the order in which they are played. */
export const LIVE_SCENARIOS: readonly LiveScenario[] = [steady, mm2Stopped, mm2Killed];
