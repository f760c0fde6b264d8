import { scriptOptions } from '../script-options.ts';
import { type RestoredPosition, resultLines, tallyOf } from './drill-result.ts';
import { DrillStage } from './drill-stage.ts';
import { corrupted } from './stories/corrupted.ts';
import { killedUnderLoad } from './stories/killed-under-load.ts';
import { sourceDead } from './stories/source-dead.ts';
import { syncsCompacted } from './stories/syncs-compacted.ts';
import type { Story } from './story.ts';

const STORIES: readonly Story[] = [corrupted, sourceDead, syncsCompacted, killedUnderLoad];

/**
 * `npm run drill:restore`: restores groups on real clusters with the command line. A real consumer reads from each
 * position. Exits 1 if a record was skipped, or if a consumer re-read more records than the plan's bound.
 */
const { only } = scriptOptions({
  name: 'drill:restore',
  does: 'Restores groups on real clusters with the command line; a real consumer reads from each position. Takes minutes.',
  options: { only: { type: 'string', value: 'NAME', says: `one of: ${STORIES.map(({ name }) => name).join(', ')}` } },
});
const results: (readonly RestoredPosition[])[] = [];
for (const story of STORIES.filter(({ name }) => only === undefined || name === only)) {
  process.stderr.write(`playing ${story.name} …\n`);
  const stage = await DrillStage.open(story.stage ?? {});
  try {
    await story.play(stage);
  } finally {
    await stage.stop();
  }
  results.push(stage.results);
  process.stdout.write([`${story.name}: ${story.title}`, ...resultLines(stage.results), ''].join('\n'));
}
const { stories, skipped, rereadOverPlan, mm2Reread } = tallyOf(results);
process.stdout.write(
  `RESTORE stories=${stories} skipped=${skipped} reread_over_plan=${rereadOverPlan} mm2_reread=${mm2Reread}\n`,
);
process.exit(skipped === 0 && rereadOverPlan === 0 ? 0 : 1);
