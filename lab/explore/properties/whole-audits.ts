import assert from 'node:assert/strict';
import fc from 'fast-check';
import { judgeAudit } from '../../simulation/audit-oracle.ts';
import { auditWorld } from '../../simulation/audited-world.ts';
import { KNOWN_WORLDS } from '../../simulation/known-worlds/known-worlds.ts';
import { wholeLife } from '../../simulation/whole-lives.ts';
import { asyncProperty } from '../async-property.ts';

/** Audits at rest after the life: enough for holes to be looked at, and for other spots to be compared. */
const RESTS = 3;

/**
 * Audits of two clusters, each with the memory of the last: no loss is larger than reported, no position costs more, no
 * flow is ready that must not be, and no critical finding is false.
 */
export const wholeAudits = asyncProperty({
  name: 'whole-audits',
  values: wholeLife,
  holds: async (life, count) => {
    // An earlier audit can have learned what no audit can judge correctly.
    let undetectable = false;
    let judged = 0;
    await auditWorld(life, RESTS, (moment) => {
      undetectable ||= moment.world.mm2.undetectable;
      if (undetectable) return;
      judged++;
      assert.deepEqual(judgeAudit(moment), []);
      const { verdict, loss, groups } = moment.report;
      count(verdict);
      if (loss.kind === 'known') count(loss.basis);
      count(
        'verified',
        groups.filter(({ tidemark }) => tidemark.kind === 'known' && tidemark.proof === 'verified').length,
      );
    });
    fc.pre(judged > 0);
    count('judged');
  },
  examples: KNOWN_WORLDS.map(({ terms, steps }) => ({ terms, steps })),
});
