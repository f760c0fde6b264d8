import { AuthenticationError, TidemarkError } from '../domain/model/errors.ts';
import { counted } from '../domain/model/figures.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { PartitionWrite } from '../domain/model/partition-write.ts';
import { type GroupResult, groupResult, type Move } from '../domain/restore/restore-result.ts';
import type { ClusterReader, OffsetWriter } from '../ports.ts';
import { readCommits } from './present-groups.ts';

/** Concurrent requests; the writer also has a limit per broker. */
const GROUPS_AT_ONCE = 64;
/** Number of progress messages. */
const STEPS_SAID = 10;

/**
 * Moves groups and reads their positions back. Sends at most two requests per group: one that commits and one that
 * deletes. A refused group does not stop the others.
 *
 * @throws AuthenticationError, and everything that the reader throws. Some groups are then written; a second run shows
 * which.
 */
export async function moveGroups(options: {
  readonly groups: ReadonlyMap<string, readonly Move[]>;
  readonly reader: ClusterReader;
  readonly writer: OffsetWriter;
  readonly progress: (step: string) => void;
}): Promise<readonly GroupResult[]> {
  const { groups, reader, writer, progress } = options;
  const answers = new Map<string, PartitionMap<PartitionWrite>>();
  const waiting = [...groups].filter(([, moves]) => moves.some(isMove));
  const said = Math.ceil(waiting.length / STEPS_SAID);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let item = waiting[next++]; item !== undefined; item = waiting[next++]) {
      const [group, moves] = item;
      answers.set(group, await moveGroup(writer, group, moves.filter(isMove)));
      if (++done % said === 0) progress(`writing positions: ${done} of ${counted(waiting.length, 'group')}`);
    }
  };
  await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, work));
  progress('reading positions back');
  const readBack = await readCommits(reader, [...groups.keys()]);
  return [...groups].map(([group, moves]) =>
    groupResult(group, moves, answers.get(group) ?? new PartitionMap(), readBack(group)),
  );
}

function isMove({ before, to }: Move): boolean {
  return before !== to;
}

async function moveGroup(
  writer: OffsetWriter,
  group: string,
  moves: readonly Move[],
): Promise<PartitionMap<PartitionWrite>> {
  const commits = moves.flatMap(({ topic, partition, to }) => (to === null ? [] : [{ topic, partition, offset: to }]));
  const deletions = moves.filter(({ to }) => to === null).map(({ topic, partition }) => ({ topic, partition }));
  const answers = new PartitionMap<PartitionWrite>();
  const note = (writes: readonly PartitionWrite[]) => {
    for (const write of writes) answers.set(write.topic, write.partition, write);
  };
  if (commits.length > 0) note(await tried(commits, () => writer.commit(group, commits)));
  if (deletions.length > 0) note(await tried(deletions, () => writer.delete(group, deletions)));
  return answers;
}

/** A failure concerns this group only (no permission, no coordinator). Only a refused login stops the restore. */
async function tried(
  partitions: readonly { readonly topic: string; readonly partition: number }[],
  write: () => Promise<readonly PartitionWrite[]>,
): Promise<readonly PartitionWrite[]> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof TidemarkError) || error instanceof AuthenticationError) throw error;
    const { code, message, retriable } = error;
    const failure = { error: code, message, retriable, live: false };
    return partitions.map(({ topic, partition }) => ({ topic, partition, failure }));
  }
}
