import * as z from 'zod';
import type { MirrorPlace } from '../../ports.ts';
import type { LogEnds } from '../ends-by-topic.ts';
import { type EarlyJoin, joinsFrom, joinsJson, storedJoins } from '../failback-joins.ts';
import { StepFailedError } from '../failover-errors.ts';
import { readEnds } from '../log-ends.ts';
import type { FailoverWorld, Step, StepContext } from '../step.ts';
import type { Unmirrored, WayBack } from '../way-back.ts';
import { misplaced, place, placesAt, placesBefore, placesFrom, placesJson, storedPlaces } from './mirror-places.ts';
import { failoverPoints } from './record-points.ts';

/** What is recorded before the offsets of the reverse mirror are set. */
const intended = z.object({ places: storedPlaces, before: storedPlaces, joins: storedJoins });

/**
 * Sets where the mirror of the failback begins: at the failover points. Records before them are copies of what its target
 * has already, and a mirror that began at the start would write all of them there a second time.
 */
export const placeOffsets: Step = {
  name: 'place-offsets',
  skip: ({ back }) => keptApart(back),
  describe: ({ back }) =>
    back?.offsets == null
      ? []
      : [`sets where ${back.offsets.describe()} begins: at the failover points of run ${back.origin.run}`],

  async prepare(context) {
    const back = backOf(context.world);
    const offsets = offsetsOf(back, 'offsets');
    const now = await offsets.read();
    const { begun } = back.origin;
    if (begun !== null) {
      const places: MirrorPlace[] = [...begun.mirrored];
      return { places: placesJson(places), before: placesJson(places), joins: joinsJson(begun.joins) };
    }
    const joins = await joinsNow(context, back);
    const places = placesOf(joins);
    const before = placesBefore(places, now);
    return { places: placesJson(places), before: placesJson(before), joins: joinsJson(joins) };
  },

  async check(context, intent) {
    // The mirror moves them on as soon as it runs.
    if (context.intentOf('start-mirror') !== null) return 'in-effect';
    const wrong = misplaced(placesOfIntent(intent), await offsetsOf(context.world.back, 'offsets').read());
    return wrong === null ? 'in-effect' : 'absent';
  },

  do: async ({ world }, intent) => await place(world, offsetsOf(world.back, 'offsets'), placesOfIntent(intent)),

  async evidence({ world }, intent) {
    const places = placesOfIntent(intent);
    const wrong = misplaced(places, await offsetsOf(world.back, 'offsets').read());
    if (wrong !== null) throw new StepFailedError('OFFSETS_NOT_SET', `the mirror would begin elsewhere: ${wrong}`);
    return { places: placesJson(places) };
  },

  async undo(context, intent) {
    // What it has written since is on the target: its offsets say how far that is.
    if (context.intentOf('start-mirror') !== null) return { putBack: false };
    await place(context.world, offsetsOf(context.world.back, 'offsets'), placesFrom(intended.parse(intent).before));
    return { putBack: true };
  },
};

/**
 * Sets where the forward mirror continues: where its source ends now. All records before are on its target: they came
 * from there, or went there before the failover.
 */
export const placeForwardOffsets: Step = {
  name: 'place-forward-offsets',
  skip: ({ back }) => keptApart(back),
  describe: ({ back }) =>
    back?.forwardOffsets == null
      ? []
      : [`sets where ${back.forwardOffsets.describe()} continues: where its logs end before applications write there`],

  async prepare(context) {
    const places = placesAtPoints(context);
    const before = placesBefore(places, await offsetsOf(context.world.back, 'forwardOffsets').read());
    return { places: placesJson(places), before: placesJson(before) };
  },

  async check(context, intent) {
    if (context.intentOf('start-forward') !== null) return 'in-effect';
    const now = await offsetsOf(context.world.back, 'forwardOffsets').read();
    return misplaced(forwardPlaces(intent, 'places'), now) === null ? 'in-effect' : 'absent';
  },

  do: async ({ world }, intent) =>
    await place(world, offsetsOf(world.back, 'forwardOffsets'), forwardPlaces(intent, 'places')),

  async evidence({ world }, intent) {
    const places = forwardPlaces(intent, 'places');
    const wrong = misplaced(places, await offsetsOf(world.back, 'forwardOffsets').read());
    if (wrong !== null) throw new StepFailedError('OFFSETS_NOT_SET', `the mirror would continue elsewhere: ${wrong}`);
    return { places: placesJson(places) };
  },

  async undo({ world }, intent) {
    await place(world, offsetsOf(world.back, 'forwardOffsets'), forwardPlaces(intent, 'before'));
    return { putBack: true };
  },
};

/** The joins that were recorded before the mirror was started. @throws StepFailedError if there are none */
export function recordedJoins({ intentOf, world }: Pick<StepContext, 'intentOf' | 'world'>): EarlyJoin[] {
  if (backOf(world).origin.renames) return [];
  const parsed = intended.safeParse(intentOf('place-offsets'));
  if (parsed.success) return joinsFrom(parsed.data.joins);
  throw new StepFailedError('JOINS_UNKNOWN', 'the run has not recorded where both directions join');
}

/** Where the mirror was set to begin. */
export function recordedPlaces({ intentOf, world }: Pick<StepContext, 'intentOf' | 'world'>): MirrorPlace[] {
  if (backOf(world).origin.renames) return [];
  return placesOfIntent(intentOf('place-offsets'));
}

/** Why no mirror is placed; null if both have to be. */
function keptApart(back: WayBack | undefined): string | null {
  const [first] = back?.origin.topics ?? [];
  if (back?.origin.renames !== true || first === undefined) return null;
  return `both directions have topics of their own, so no record is mirrored twice: consumers have to subscribe to both, such as ${first.topic} and the mirrored ${first.topic} of the other cluster`;
}

export function backOf({ back }: Pick<FailoverWorld, 'back'>): WayBack {
  if (back !== undefined) return back;
  throw new StepFailedError('NOT_CONFIGURED', 'this step belongs to a failback');
}

/** The forward mirror knows the topics by their names on the failback's target. */
function placesAtPoints({ evidenceOf }: StepContext): MirrorPlace[] {
  const points = failoverPoints.safeParse(evidenceOf('record-points'));
  if (points.success) return placesAt(points.data.targetEnds);
  throw new StepFailedError('POINTS_UNKNOWN', 'the run has not recorded where its target ends');
}

function forwardPlaces(intent: unknown, which: 'places' | 'before'): MirrorPlace[] {
  return placesFrom(z.object({ places: storedPlaces, before: storedPlaces }).parse(intent)[which]);
}

function placesOf(joins: readonly EarlyJoin[]): MirrorPlace[] {
  return joins.map(({ topic, partition, point }) => ({
    topic,
    partition,
    lastMirrored: point === 0n ? null : point - 1n,
  }));
}

function placesOfIntent(intent: unknown): MirrorPlace[] {
  return placesFrom(intended.parse(intent).places);
}

async function joinsNow(context: StepContext, back: WayBack): Promise<EarlyJoin[]> {
  const { points, sourceEnds, mode, missing } = back.origin;
  if (points === null) throw new StepFailedError('POINTS_UNKNOWN', 'the failover has not recorded its points');
  const topics = context.scope.topics.filter(({ topic }) => Object.hasOwn(points, topic));
  const landings = await readEnds({ ...context, scope: { ...context.scope, topics } }, 'target');
  // After a drain nothing is left; without one the records have to be compared.
  const isWhole = mode === 'planned' && missing === 0n && sourceEnds !== null;
  const unmirrored = isWhole ? NOTHING_LOST : await back.unmirrored();
  return topics.flatMap(({ topic, targetTopic }) =>
    (points[topic] ?? []).map((point, partition): EarlyJoin => {
      const landing = endOf(landings, targetTopic, partition);
      const lostFrom = lostAt(unmirrored, targetTopic, partition);
      const mirrored = lostFrom ?? landing;
      return { topic, partition, point: BigInt(point), landing, mirrored, lostFrom };
    }),
  );
}

const NOTHING_LOST: Unmirrored = { lost: [], records: 0n, isOpen: false };

function lostAt({ lost }: Unmirrored, topic: string, partition: number): bigint | null {
  const offsets = lost.filter((one) => one.topic === topic && one.partition === partition).map(({ from }) => from);
  return offsets.reduce<bigint | null>((least, from) => (least === null || from < least ? from : least), null);
}

function endOf(ends: LogEnds, topic: string, partition: number): bigint {
  const end = ends[topic]?.[partition];
  if (end === undefined) throw new StepFailedError('LOG_ENDS_UNREAD', `${topic}-${partition} has no end`);
  return BigInt(end);
}

function offsetsOf(back: WayBack | undefined, which: 'offsets' | 'forwardOffsets') {
  const offsets = back?.[which] ?? null;
  if (offsets !== null) return offsets;
  throw new StepFailedError(
    'NOT_CONFIGURED',
    'the configuration no longer says where the offsets of the mirror are kept',
  );
}
