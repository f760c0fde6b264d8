import type { Json } from '../domain/model/canonical-json.ts';
import { StepFailedError } from './failover-errors.ts';
import { endsDiffer, readEnds } from './log-ends.ts';
import type { StepContext } from './step.ts';
import { failoverPoints } from './steps/record-points.ts';
import { movedPositions, placement } from './steps/restore-groups.ts';

/**
 * The last look before clients come to the target: since the points and positions were written, nobody has written to the
 * target, nobody has moved a group, and a dead source is still dead. MirrorMaker may not have stopped completely: its
 * group sync continues for minutes after Connect reports it as stopped, if the source is dead (measured with 4.3).
 *
 * @throws StepFailedError TARGET_WRITTEN, POSITIONS_MOVED, SOURCE_ANSWERS: run it again, and what moved is done again
 */
export async function lookBeforeClients(context: StepContext): Promise<Json> {
  context.progress('looking at the target for the last time before clients come');
  const [wrong] = await Promise.all([moved(context), context.source.requireDead()]);
  if (wrong !== null) throw wrong;
  return {};
}

async function moved(context: StepContext): Promise<StepFailedError | null> {
  const retry = {
    retriable: true,
    remedy: 'See that MirrorMaker ends. Then run the failover again under the same id.',
  };
  const points = failoverPoints.safeParse(context.evidenceOf('record-points'));
  const end = points.success ? endsDiffer(points.data.targetEnds, await readEnds(context, 'target')) : null;
  if (end !== null) {
    return new StepFailedError('TARGET_WRITTEN', `the target was written to after its failover points: ${end}`, retry);
  }
  const plan = placement.safeParse(context.intentOf('restore-groups'));
  const positions = plan.success ? await context.world.groups.positions(plan.data.plan) : [];
  const [first, ...more] = await movedPositions(context, positions);
  if (first === undefined) return null;
  const many = more.length === 0 ? '' : `, and ${more.length} more`;
  return new StepFailedError('POSITIONS_MOVED', `groups were moved after they were placed: ${first}${many}`, retry);
}
