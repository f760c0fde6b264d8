import { z } from 'zod';
import type { PlacementAnswer, PlacementPlan } from '../../ports.ts';
import { StepFailedError } from '../failover-errors.ts';
import { pollUntil } from '../poll-until.ts';
import type { FailoverWorld, Step, StepScope } from '../step.ts';

/** How long another process may take to record an audit, in milliseconds: `watch` audits every minute. */
const RECORDED_WITHIN_MS = 120_000;

/** What is recorded before the positions are written. `plan` is the id of a stored restore plan. */
export const placement = z.object({
  plan: z.string(),
  hash: z.string(),
  /** When the positions were read of the source: ISO 8601. */
  readAt: z.string(),
  positions: z.int(),
  /** Records that all groups together read again at most, and never read at most. */
  rereadAtMost: z.string(),
  skipAtMost: z.string(),
});

/** Puts every group where it continues on the target, by a stored plan, and reads each position back. */
export const restoreGroups: Step = {
  name: 'restore-groups',
  skip: () => null,
  describe: (_, { groups }) => [
    groups.length === 0
      ? 'finds no consumer group to place'
      : `writes the positions of ${groups.length} consumer groups on the target: ${groups.join(', ')}`,
  ],

  async prepare({ world, scope, progress }) {
    progress('planning the positions of groups');
    if (scope.groups.length === 0) return {};
    const planned =
      scope.mode === 'planned'
        ? await plannedSince(world, scope, world.clock.now())
        : await world.groups.plan(scope.groups);
    if (planned.kind === 'refused') {
      throw new StepFailedError('PLACEMENT_REFUSED', `groups cannot be placed: ${planned.reasons.join('; ')}`, {
        remedy: 'Correct what is named. Then run the failover again under the same id.',
      });
    }
    const sum = (of: 'rereadAtMost' | 'skipAtMost') => planned.positions.reduce((total, one) => total + one[of], 0n);
    return {
      plan: planned.plan,
      hash: planned.hash,
      readAt: new Date(planned.readAt).toISOString(),
      positions: planned.positions.length,
      rereadAtMost: sum('rereadAtMost').toString(),
      skipAtMost: sum('skipAtMost').toString(),
    } satisfies z.infer<typeof placement>;
  },

  // Writing again is what finds out: positions that are in place are not written.
  check: async () => 'unknown',

  async do({ world }, intent) {
    const plan = placement.safeParse(intent);
    if (plan.success) requireComplete(await world.groups.apply(plan.data.plan, plan.data.hash), 'PLACEMENT_INCOMPLETE');
  },

  async evidence({ world }, intent) {
    const plan = placement.safeParse(intent);
    if (!plan.success) return { positions: 0 };
    return { ...plan.data, positions: (await world.groups.positions(plan.data.plan)).length };
  },

  async undo({ world }, intent) {
    const plan = placement.safeParse(intent);
    if (!plan.success) return { positions: 0 };
    const answer = await world.groups.undo(plan.data.plan);
    requireComplete(answer, 'PLACEMENT_NOT_UNDONE');
    return { plan: plan.data.plan };
  },
};

/**
 * Plans from an audit that read the positions after `since`. One process at a time writes the history: while a `watch`
 * does, its next audit has them. After a process was killed, this one's audits are kept as soon as its lease has ended.
 */
async function plannedSince(world: FailoverWorld, { groups }: StepScope, since: number): Promise<PlacementPlan> {
  const { clock, patience } = world;
  const recent = await pollUntil(clock, { withinMs: RECORDED_WITHIN_MS, everyMs: patience.pollMs }, async () => {
    await world.audit();
    const planned = await world.groups.plan(groups);
    return planned.kind === 'planned' && planned.readAt < since ? null : planned;
  });
  if (recent !== null) return recent;
  throw new StepFailedError('POSITIONS_OLD', 'the history has no audit since the consumers were stopped', {
    retriable: true,
    remedy: 'See that audits are recorded: tidemark snapshots list. Then run the failover again under the same id.',
  });
}

function requireComplete(answer: PlacementAnswer, code: string): void {
  if (answer.kind === 'complete') return;
  throw new StepFailedError(code, `not every group is where it must be: ${answer.reasons.join('; ')}`, {
    retriable: true,
    remedy: 'Stop the consumers that are named. Then run the same command again: it completes what is left.',
  });
}
