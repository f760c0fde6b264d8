import { ClusterUnreachableError } from '../domain/model/errors.ts';
import { StepFailedError } from './failover-errors.ts';
import type { StepContext } from './step.ts';

/**
 * A run whose source was dead when it was approved stops if the source answers again: producers may write there, and
 * MirrorMaker may mirror on. A source that does not answer within the time counts as dead.
 *
 * @throws StepFailedError SOURCE_ANSWERS
 */
export async function requireSourceDead({ world, sourceWasDead }: StepContext): Promise<void> {
  if (!sourceWasDead) return;
  const { clock, patience } = world;
  const reader = world.reader('source');
  const answers = reader.metadata().then(
    () => true,
    // Whoever refuses a request answers.
    (error: unknown) => !(error instanceof ClusterUnreachableError),
  );
  const end = clock.pause?.(patience.stillMs).then(() => false);
  const isAlive = await Promise.race(end === undefined ? [answers] : [answers, end]).finally(() => reader.close());
  if (!isAlive) return;
  throw new StepFailedError('SOURCE_ANSWERS', `${reader.alias} was dead when the run was approved, and answers again`, {
    retriable: true,
    remedy: 'Undo the failover, and use --planned. If the source is dead again, run it again under the same id.',
  });
}
