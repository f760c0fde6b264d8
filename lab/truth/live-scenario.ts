import type { LiveStage, StageOptions } from './live-stage.ts';

/** A life of two real clusters that an audit has to get right. */
export interface LiveScenario {
  /** Short name for the command line: `npm run truth -- --only NAME`. */
  readonly name: string;
  readonly title: string;
  readonly stage?: StageOptions;
  /** Plays it; each `stage.moment()` is an audit that is held against the records. */
  play(stage: LiveStage): Promise<void>;
}
