import type { DrillStage, StageOptions } from './drill-stage.ts';

/** A realistic restore, played on real clusters. */
export interface Story {
  readonly name: string;
  readonly title: string;
  readonly stage?: StageOptions;
  play(stage: DrillStage): Promise<void>;
}
