import type { Json } from '../../domain/model/canonical-json.ts';
import { TidemarkError } from '../../domain/model/errors.ts';
import { counted } from '../../domain/model/figures.ts';
import type { PlacedPosition } from '../../ports.ts';
import { consumersSeen } from '../consumers-seen.ts';
import type { LogEnds } from '../ends-by-topic.ts';
import { StepFailedError } from '../failover-errors.ts';
import { endsDiffer, readEnds, withReader } from '../log-ends.ts';
import { awaitName } from '../name-answers.ts';
import type { Step, StepContext } from '../step.ts';
import { drained } from './drain.ts';
import { placement } from './restore-groups.ts';
import { isStopOpen, notStopped, STOPS_WITHIN_MS, stopsWithin } from './stop-mirror.ts';

/**
 * Looks again at what must hold now: no group is behind its planned position or beyond the log, and nobody wrote to the
 * source. A kafkajs member that moved by itself may have committed the source's number over the planned one.
 */
export const verify: Step = {
  name: 'verify',
  skip: () => null,
  describe: ({ lookup }) => [
    'reads the positions of groups again, waits for their consumers, and checks that the source is silent',
    ...(lookup === null ? [] : [lookup.describe()]),
  ],
  prepare: async () => ({}),
  check: async () => 'unknown',
  do: async () => undefined,

  async evidence(context) {
    const plan = placement.safeParse(context.intentOf('restore-groups'));
    const positions = plan.success ? await context.world.groups.positions(plan.data.plan) : [];
    const groups = [...new Set(positions.map(({ group }) => group))];
    context.progress('reading positions again');
    const wrong = await positionFaults(context, groups, positions);
    if (wrong.length > 0) {
      const shown = wrong.slice(0, 10).join('; ');
      throw new StepFailedError(
        'POSITIONS_WRONG',
        `${counted(wrong.length, 'position is wrong', 'positions are wrong')}: ${shown}`,
        {
          remedy: 'Stop these consumers and restore their positions: the plan of the run has them. Then run it again.',
        },
      );
    }
    const resolvers = await nameNow(context);
    const { active, returned, firstRead } = await consumersSeen(context, positions);
    // The run did not wait for a stop that takes long. It ends with it.
    if (isStopOpen(context.evidenceOf('stop-mirror')) && !(await stopsWithin(context, STOPS_WITHIN_MS)))
      throw notStopped();
    const consumers = {
      groups: groups.length,
      active,
      returned: returned === null ? null : { ...returned },
      firstRead,
    };
    const found = { positions: positions.length, ...consumers, source: await sourceNow(context) };
    return resolvers === null ? found : { ...found, resolvers };
  },

  undo: null,
};

/** What the resolvers say; null if none is configured. One that does not answer is part of the evidence, and no fault. */
async function nameNow(context: StepContext): Promise<Json> {
  const { lookup } = context.world;
  if (lookup === null) return null;
  const answers = await awaitName(context, lookup);
  const wrong = answers.flatMap((one) =>
    one.kind === 'elsewhere' ? [`${one.resolver} says ${one.leadsTo.join(', ') || 'that there is no such name'}`] : [],
  );
  if (wrong.length === 0) return answers;
  throw new StepFailedError('NAME_LEADS_ELSEWHERE', `the name does not lead to the target: ${wrong.join('; ')}`, {
    retriable: true,
    remedy: 'Correct the record, or wait until these resolvers forget the old one. Then run it again.',
  });
}

async function positionFaults(
  context: StepContext,
  groups: readonly string[],
  positions: readonly PlacedPosition[],
): Promise<readonly string[]> {
  if (groups.length === 0) return [];
  const commits = await withReader(context, 'target', (reader) => reader.commits(groups));
  // Ends second: applications write there, and consumers commit what was written in between.
  const ends = await readEnds(context, 'target');
  return positions.flatMap(({ group, topic, partition, to }): string[] => {
    const found = commits.get(group);
    if (found?.kind !== 'read') return [`${group}: ${found?.unread.message ?? 'no answer'}`];
    const at = found.value.find((one) => one.topic === topic && one.partition === partition)?.offset;
    const where = `${group} on ${topic}-${partition}`;
    if (at === undefined) return [`${where} has no position, planned was ${to}`];
    if (at < to) return [`${where} is at ${at}, before the planned ${to}`];
    return isBeyond(ends, topic, partition, at) ? [`${where} is at ${at}, beyond the end of the log`] : [];
  });
}

function isBeyond(ends: LogEnds, topic: string, partition: number, at: bigint): boolean {
  const end = ends[topic]?.[partition];
  return end !== undefined && at > BigInt(end);
}

async function sourceNow(context: StepContext): Promise<Json> {
  const before = drained.safeParse(context.evidenceOf('drain'));
  if (!before.success) return { kind: 'not-read' };
  const now = await readEnds(context, 'source').catch((error: unknown) => {
    if (error instanceof TidemarkError && error.retriable) return error.message;
    throw error;
  });
  if (typeof now === 'string') return { kind: 'not-read', reason: now };
  const moved = endsDiffer(before.data.sourceEnds, now);
  if (moved === null) return { kind: 'silent' };
  throw new StepFailedError('SOURCE_WRITTEN', `records were written to the source after it was drained: ${moved}`, {
    remedy: 'These records are not on the target. Stop who writes there.',
  });
}
