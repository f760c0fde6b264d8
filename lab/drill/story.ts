import type { DrillStage, StageOptions } from './drill-stage.ts';

/** One restore as it happens to people, played on real clusters. */
export interface Story {
  readonly name: string;
  readonly title: string;
  readonly stage?: StageOptions;
  play(stage: DrillStage): Promise<void>;
}
