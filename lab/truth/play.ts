import type { LiveScenario } from './live-scenario.ts';
import { type JudgedMoment, LiveStage } from './live-stage.ts';

export interface PlayedScenario {
  readonly moments: readonly JudgedMoment[];
  /** Why it could not be played to its end, or null. */
  readonly failure: string | null;
}

/** Plays a scenario on clusters of its own, which are gone afterwards. */
export async function play(scenario: LiveScenario): Promise<PlayedScenario> {
  const stage = await LiveStage.open(scenario.stage);
  try {
    await scenario.play(stage);
    return { moments: stage.moments, failure: null };
  } catch (error) {
    return { moments: stage.moments, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await stage[Symbol.asyncDispose]();
  }
}
