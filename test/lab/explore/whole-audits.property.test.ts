import { describe, expect, test } from '@jest/globals';
import { wholeAudits } from '../../../lab/explore/properties/whole-audits.ts';
import { judgeAudit } from '../../../lab/simulation/audit-oracle.ts';
import { auditWorld } from '../../../lab/simulation/audited-world.ts';
import { KNOWN_WORLDS } from '../../../lab/simulation/known-worlds/known-worlds.ts';

const LIVES = 500;

describe('audits of two simulated clusters', () => {
  test('lose, skip and repeat no more than they report, are never ready too soon, and page only for what is true', async () => {
    const { judged, ready, proven, verified } = await wholeAudits.assert(LIVES);
    expect(judged).toBe(LIVES);
    // An oracle that sees only trouble judges little.
    expect(ready).toBeGreaterThan(LIVES / 2);
    expect(proven).toBeGreaterThan(LIVES / 2);
    // Only positions that the syncs leave open become verified: an exact one stays exact.
    expect(verified).toBeGreaterThan(LIVES / 50);
  });

  test.each(KNOWN_WORLDS)('$name: $taught', async (life) => {
    const wrong: string[] = [];
    await auditWorld(life, 3, (moment) => wrong.push(...(moment.world.mm2.undetectable ? [] : judgeAudit(moment))));
    expect(wrong).toEqual([]);
  });
});
