import * as z from 'zod';
import { TidemarkError } from '../domain/model/errors.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { ClusterReader, PlacedPosition } from '../ports.ts';
import { withReader } from './log-ends.ts';
import { pollUntil } from './poll-until.ts';
import type { StepContext } from './step.ts';

/** A group without members; all other states of Kafka have some. */
const WITHOUT_MEMBERS: ReadonlySet<string> = new Set(['Empty', 'Dead']);

/** What is recorded before consumers of the source are stopped: the groups that had some; null if that was not read. */
const stoppedConsumers = z.object({ consuming: z.array(z.string()).nullable() });

/** When a group was first seen to have read on the target, and which one. */
export const firstRead = z.object({
  group: z.string(),
  /** ISO 8601. It had read there by then, and perhaps some seconds before. */
  seenAt: z.string(),
});

export interface ConsumersSeen {
  /** How many groups have members. */
  readonly active: number;
  /** Of these that had members on the source before they were stopped; null if that is not known. */
  readonly returned: { readonly groups: number; readonly of: number } | null;
  /** Null if no group was seen to have read: nobody may have written there. */
  readonly firstRead: z.infer<typeof firstRead> | null;
}

/** The groups that have consumers on the source, which are about to be stopped. A source that does not answer has none that anybody can list. */
export async function consumingNow(context: StepContext): Promise<z.infer<typeof stoppedConsumers>> {
  const { scope, sourceWasDead } = context;
  if (sourceWasDead || scope.mode === 'unplanned') return { consuming: null };
  const wanted = new Set(scope.groups);
  try {
    const { groups } = await withReader(context, 'source', (reader) => reader.groups());
    const consuming = groups.filter(({ group, state }) => wanted.has(group) && !WITHOUT_MEMBERS.has(state));
    return { consuming: consuming.map(({ group }) => group).sort() };
  } catch (error) {
    // It says only for whom the run waits later, and is no reason to stop it.
    if (error instanceof TidemarkError) return { consuming: null };
    throw error;
  }
}

/**
 * Waits until the groups that had consumers before have some on the target, and one of them has read there. Groups whose
 * consumers start later, or only at times, are no fault. Where nobody cuts connections it looks once: clients come when
 * they come.
 */
export async function consumersSeen(
  context: StepContext,
  positions: readonly PlacedPosition[],
): Promise<ConsumersSeen> {
  const { clock, patience, cutter } = context.world;
  const groups = [...new Set(positions.map(({ group }) => group))];
  const before = stoppedConsumers.safeParse(context.intentOf('stop-consumers')).data?.consuming ?? null;
  const awaited = before?.filter((group) => groups.includes(group)) ?? groups;
  const look = new LookAtConsumers(groups, positions);
  const lookNow = async (): Promise<boolean> => {
    await withReader(context, 'target', (reader) => look.again(reader, clock.now()));
    return awaited.every((group) => look.active.has(group));
  };
  const wait = (withinMs: number, isOver: () => Promise<boolean>) =>
    pollUntil(clock, { withinMs, everyMs: patience.pollMs }, async () => ((await isOver()) ? true : null));
  if (cutter === null) await lookNow();
  else {
    context.progress('waiting for consumers on the target');
    const areThere = await wait(patience.activeMs, lookNow);
    const mayRead = areThere === true && awaited.length > 0 && look.firstRead === null;
    if (mayRead) await wait(patience.readMs, async () => (await lookNow()) && look.firstRead !== null);
  }
  const back = awaited.filter((group) => look.active.has(group)).length;
  return {
    active: look.active.size,
    returned: before === null ? null : { groups: back, of: awaited.length },
    firstRead: look.firstRead,
  };
}

/** Looks at groups several times, and remembers the first one that had read since the first look, or beyond its position. */
class LookAtConsumers {
  active: ReadonlySet<string> = new Set();
  firstRead: z.infer<typeof firstRead> | null = null;
  readonly #groups: ReadonlySet<string>;
  /** Where each group was put; where it was not, its commit at the first look. */
  readonly #from = new Map<string, PartitionMap<bigint>>();
  #isFirst = true;

  constructor(groups: readonly string[], positions: readonly PlacedPosition[]) {
    this.#groups = new Set(groups);
    for (const { group, topic, partition, to } of positions) this.#fromOf(group).set(topic, partition, to);
  }

  async again(reader: ClusterReader, now: number): Promise<void> {
    const { groups: listed } = await reader.groups();
    const active = listed.filter(({ group, state }) => this.#groups.has(group) && state === 'Stable');
    this.active = new Set(active.map(({ group }) => group));
    if (this.firstRead !== null) return;
    // At first all of them: a group may have positions in topics where the run did not put it.
    const asked = this.#isFirst ? [...this.#groups] : [...this.active];
    const commits = asked.length === 0 ? new Map() : await reader.commits(asked);
    for (const [group, found] of commits) {
      if (found.kind !== 'read') continue;
      const from = this.#fromOf(group);
      for (const { topic, partition, offset } of found.value) {
        const at = from.get(topic, partition);
        if (at === undefined && this.#isFirst) from.set(topic, partition, offset);
        else if (offset > (at ?? 0n)) this.firstRead ??= { group, seenAt: new Date(now).toISOString() };
      }
    }
    this.#isFirst = false;
  }

  #fromOf(group: string): PartitionMap<bigint> {
    const known = this.#from.get(group) ?? new PartitionMap<bigint>();
    this.#from.set(group, known);
    return known;
  }
}
