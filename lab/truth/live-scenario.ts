import type { LiveStage, StageOptions } from './live-stage.ts';

/** A sequence of events on two real clusters, with audits that must be right. */
export interface LiveScenario {
  /** Short name for the command line: `npm run truth -- --only NAME`. */
  readonly name: string;
  readonly title: string;
  readonly stage?: StageOptions;
  /** Plays it; each `stage.moment()` runs an audit and compares it with the records. */
  play(stage: LiveStage): Promise<void>;
}
