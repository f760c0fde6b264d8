import { expect, test } from '@jest/globals';
import { play } from '../../../lab/truth/play.ts';
import { targetDeleted } from '../../../lab/truth/scenarios/target-deleted.ts';

/** One of the scenarios, so that the suite notices where they break; `npm run truth` plays all of them. */
test('audits of live clusters with MM2 between them are compared with every record', async () => {
  const { moments, failure } = await play(targetDeleted);
  expect(failure).toBeNull();
  expect(moments.length).toBeGreaterThan(0);
  for (const { label, positions, faults, verdict } of moments) {
    const right = { label, faults: [], falseReady: [], falsePages: [] };
    expect({ label, faults, ...verdict }).toEqual(right);
    expect(positions.length).toBeGreaterThan(0);
    expect(positions.flatMap((position) => position.faults)).toEqual([]);
  }
}, 240_000);
