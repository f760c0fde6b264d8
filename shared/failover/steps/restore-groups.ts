import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { canonicalJson } from '../../domain/model/canonical-json.ts';
import type { PlacedPosition, PlacementAnswer } from '../../ports.ts';
import { StepFailedError } from '../failover-errors.ts';
import { withReader } from '../log-ends.ts';
import type { Step, StepContext, StepScope } from '../step.ts';
import { joinsWithReplayed } from './replayed-records.ts';

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

/**
 * Evidence of the positions that were written, all of them read back as `to`. They are recorded here because the stored
 * plan is removed with the history. `written` is null if they are longer than `MOST_WRITTEN_BYTES`, and absent in runs of versions that did
 * not record them.
 */
export const restored = placement.partial().extend({
  positions: z.int(),
  written: z
    .array(
      z.object({
        group: z.string(),
        topic: z.string(),
        partition: z.int(),
        /** Its commit on the source, for which `to` was found; null if the plan does not have it, absent in older runs. */
        committed: z.string().nullable().optional(),
        /** The group's commit on the target when it was planned; null if it had none. */
        from: z.string().nullable(),
        to: z.string(),
        rereadAtMost: z.string(),
        skipAtMost: z.string(),
        proof: z.string(),
        /** Why the proof is no better; null if it need not be, absent in older runs. */
        reason: z.string().nullable().optional(),
      }),
    )
    .nullable()
    .optional(),
});
export type WrittenPosition = NonNullable<z.infer<typeof restored>['written']>[number];

/**
 * How long the written positions may be, compressed, in bytes: an entry of a run has to fit into an item of DynamoDB, and no run must
 * stop because it says too much of itself.
 */
export const MOST_WRITTEN_BYTES = 250_000;

/** Puts every group where it continues on the target, by a stored plan, and reads each position back. */
export const restoreGroups: Step = {
  name: 'restore-groups',
  skip: () => null,
  describe: (_, { groups }) => [
    groups.length === 0
      ? 'finds no consumer group to place'
      : `writes the positions of ${groups.length} consumer groups on the target: ${groups.join(', ')}`,
  ],

  async prepare(context) {
    const { world, scope, sourceWasDead, progress } = context;
    progress('planning the positions of groups');
    if (scope.groups.length === 0) return {};
    const joins = scope.mode === 'failback' ? await joinsWithReplayed(context) : undefined;
    const planned =
      scope.mode === 'unplanned'
        ? // Some brokers of the source may answer. Groups of the others get the positions that an audit last read. Of a source
          // that was dead when the run was approved none is asked: before clients come, the run stops if one answers.
          await world.groups.plan(scope.groups, { evenIfUnread: true, sourceIsDead: sourceWasDead })
        : // Its consumers have ended: what it says now is their last word, also if another process records the audits.
          await world.groups.plan(scope.groups, { joins, readNow: true });
    if (planned.kind === 'refused') {
      throw new StepFailedError('PLACEMENT_REFUSED', `groups cannot be placed: ${planned.reasons.join('; ')}`, {
        remedy: 'Correct what is named. Then run the failover again under the same id.',
      });
    }
    requireApproved(scope, planned.positions);
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

  async check(context, intent) {
    const plan = placement.safeParse(intent);
    if (!plan.success) return 'in-effect';
    return (await movedPositions(context, await context.world.groups.positions(plan.data.plan))).length === 0
      ? 'in-effect'
      : 'absent';
  },

  async do({ world, scope }, intent) {
    const plan = placement.safeParse(intent);
    if (!plan.success) return;
    requireApproved(scope, await world.groups.positions(plan.data.plan));
    requireComplete(await world.groups.apply(plan.data.plan, plan.data.hash), 'PLACEMENT_INCOMPLETE');
  },

  async evidence({ world }, intent) {
    const plan = placement.safeParse(intent);
    if (!plan.success) return { positions: 0, written: [] };
    const written = writtenOf(await world.groups.positions(plan.data.plan));
    const isShort = gzipSync(canonicalJson(written)).length <= MOST_WRITTEN_BYTES;
    return { ...plan.data, positions: written.length, written: isShort ? written : null };
  },

  async undo({ world }, intent) {
    const plan = placement.safeParse(intent);
    if (!plan.success) return { positions: 0 };
    const answer = await world.groups.undo(plan.data.plan);
    requireComplete(answer, 'PLACEMENT_NOT_UNDONE');
    return { plan: plan.data.plan };
  },
};

/** Positions that are not where the plan puts them, in words. Before the name is switched nobody else moves them. */
export async function movedPositions(
  context: StepContext,
  positions: readonly PlacedPosition[],
): Promise<readonly string[]> {
  if (positions.length === 0) return [];
  const groups = [...new Set(positions.map(({ group }) => group))];
  const commits = await withReader(context, 'target', (reader) => reader.commits(groups));
  return positions.flatMap(({ group, topic, partition, to }): string[] => {
    const found = commits.get(group);
    if (found?.kind !== 'read') {
      throw new StepFailedError('POSITIONS_UNREAD', `${group}: ${found?.unread.message ?? 'no answer'}`, {
        retriable: true,
      });
    }
    const at = found.value.find((one) => one.topic === topic && one.partition === partition)?.offset;
    return at === to ? [] : [`${group} on ${topic}-${partition} is at ${at ?? 'no position'}, planned was ${to}`];
  });
}

function writtenOf(placed: readonly PlacedPosition[]) {
  return placed.map(({ committed, from, to, rereadAtMost, skipAtMost, ...where }) => ({
    ...where,
    committed: committed?.toString() ?? null,
    from: from?.toString() ?? null,
    to: to.toString(),
    rereadAtMost: rereadAtMost.toString(),
    skipAtMost: skipAtMost.toString(),
  }));
}

/** The plan is made after the approval: it may place fewer groups, and no other. */
function requireApproved({ groups }: StepScope, positions: readonly PlacedPosition[]): void {
  const approved = new Set(groups);
  const others = [...new Set(positions.map(({ group }) => group))].filter((group) => !approved.has(group));
  if (others.length === 0) return;
  const reason = `the plan would place groups that nobody approved: ${others.join(', ')}`;
  throw new StepFailedError('PLACEMENT_NOT_APPROVED', reason, { remedy: 'Undo the failover, and assess again.' });
}

function requireComplete(answer: PlacementAnswer, code: string): void {
  if (answer.kind === 'complete') return;
  throw new StepFailedError(code, `not every group is where it must be: ${answer.reasons.join('; ')}`, {
    retriable: true,
    remedy: 'Stop the consumers that are named. Then run the same command again: it completes what is left.',
  });
}
