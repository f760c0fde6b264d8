import { describe, expect, test } from '@jest/globals';
import type { LiveScenario } from '../../../lab/truth/live-scenario.ts';
import { play } from '../../../lab/truth/play.ts';
import { mm2Stopped } from '../../../lab/truth/scenarios/mm2-stopped.ts';
import { targetDeleted } from '../../../lab/truth/scenarios/target-deleted.ts';

/** Two of the scenarios, so that the suite notices where they break; `npm run truth` plays all of them. */
describe('audits of live clusters with MM2 between them, compared with every record', () => {
  test.each<[string, LiveScenario]>([mm2Stopped, targetDeleted].map((scenario) => [scenario.title, scenario]))(
    '%s',
    async (_, scenario) => {
      const { moments, failure } = await play(scenario);
      expect(failure).toBeNull();
      expect(moments.length).toBeGreaterThan(0);
      for (const { label, positions, faults, verdict } of moments) {
        const right = { label, faults: [], falseReady: [], falsePages: [] };
        expect({ label, faults, ...verdict }).toEqual(right);
        expect(positions.length).toBeGreaterThan(0);
        expect(positions.flatMap((position) => position.faults)).toEqual([]);
      }
    },
    240_000,
  );
});
