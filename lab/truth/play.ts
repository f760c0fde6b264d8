import type { LiveScenario } from './live-scenario.ts';
import { type AuditedHow, type JudgedMoment, LiveStage } from './live-stage.ts';

export interface PlayedScenario {
  readonly moments: readonly JudgedMoment[];
  /** Why the scenario did not complete, or null. */
  readonly failure: string | null;
}

/** Plays a scenario on its own clusters and removes them. */
export async function play(scenario: LiveScenario, how: AuditedHow = {}): Promise<PlayedScenario> {
  const stage = await LiveStage.open(scenario.stage, how);
  try {
    await scenario.play(stage);
    return { moments: stage.moments, failure: null };
  } catch (error) {
    return { moments: stage.moments, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await stage[Symbol.asyncDispose]();
  }
}
