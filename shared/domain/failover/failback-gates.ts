import { counted } from '../model/figures.ts';
import type { Gate } from './gates.ts';

/** A mirror's connectors: in what state they are, or why that is not known. */
export type MirrorNow =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'running' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One topic of a failback, as both sides are now. */
export interface TopicNow {
  readonly topic: string;
  readonly targetTopic: string;
  /** Numbers of partitions; 0 if there is no such topic. */
  readonly partitions: { readonly source: number; readonly target: number };
  /** Ids now, and when clients were led away; null if not known. */
  readonly ids: {
    readonly source: { readonly now: string | null; readonly before: string | null };
    readonly target: { readonly now: string | null; readonly before: string | null };
  };
  /** Of the source, in the order of partitions. */
  readonly starts: readonly bigint[];
  /** Of the source; null if the failover has none of this topic. */
  readonly points: readonly bigint[] | null;
  /** Of the target now, and where nothing but the failback's mirror may have written since; null if that is not known. */
  readonly ends: readonly bigint[];
  readonly endsThen: readonly bigint[] | null;
}

export interface FailbackInputs {
  /** Whether a failover led clients away and recorded where. */
  readonly origin: { readonly run: string; readonly hasMovedClients: boolean; readonly hasPoints: boolean };
  readonly sourceDown: boolean;
  readonly targetDown: boolean;
  readonly hasFence: boolean;
  readonly isSettable: boolean;
  readonly mirror: MirrorNow;
  readonly forward: MirrorNow;
  readonly topics: readonly TopicNow[];
  /** Offsets of the failback's mirror that nobody who knows the points has set, in words. */
  readonly strayOffsets: readonly string[];
  /** Records that only the target has, because they never crossed; null if not known. */
  readonly tail: { readonly records: bigint; readonly isOpen: boolean } | null;
  /** Replayed records that the mirror would take back as new ones; null if it leaves them out, or there are none. */
  readonly replayedReturn: bigint | null;
}

/** Everything that speaks against beginning the failback now. Every one of the final ones would make records twice or lose them. */
export function failbackGatesOf(inputs: FailbackInputs): Gate[] {
  const { origin, sourceDown, targetDown, hasFence } = inputs;
  const gates: Gate[] = [];
  const add = (code: Gate['code'], isFinal: boolean, reason: string, remedy: string) =>
    gates.push({ code, reason, remedy, isFinal });
  if (sourceDown) add('SOURCE_DOWN', true, 'the source of the failback does not answer', 'Wait until it answers.');
  if (targetDown) add('TARGET_DOWN', true, 'the target of the failback does not answer', 'Wait until it answers.');
  if (!origin.hasMovedClients || !origin.hasPoints) {
    const reason = `failover ${origin.run} has not led clients away, or has not recorded its failover points`;
    add('FAILOVER_NOT_ENDED', true, reason, 'Complete that failover, or undo it.');
  }
  if (!hasFence) {
    const reason = 'the configuration of the reverse flow has no fence: records written while it drains would be lost';
    add(
      'FENCE_MISSING',
      false,
      reason,
      'Add flows[].failover.fence to the reverse flow, or stop all producers and accept this.',
    );
  }
  return [...gates, ...mirrorGates(inputs), ...inputs.topics.flatMap(topicGates), ...recordGates(inputs)];
}

function mirrorGates({ isSettable, mirror, forward, strayOffsets }: FailbackInputs): Gate[] {
  const gates: Gate[] = [];
  const add = (code: Gate['code'], reason: string, remedy: string) =>
    gates.push({ code, reason, remedy, isFinal: true });
  if (!isSettable) {
    const remedy =
      'Run both mirrors on Kafka Connect, and add connect: { url } and mirrorControl: connect to both flows.';
    add('OFFSETS_NOT_SETTABLE', 'Tidemark sets the offsets of a mirror by the REST API of Kafka Connect only', remedy);
    return gates;
  }
  if (mirror.kind === 'unknown') {
    const remedy = 'Create its connectors with "initial_state": "STOPPED", or see why Connect does not answer.';
    add('REVERSE_MIRROR_UNKNOWN', `the mirror of the reverse flow: ${mirror.reason}`, remedy);
  }
  if (mirror.kind === 'running') {
    const reason = 'the mirror of the reverse flow runs: started at the beginning, it writes every record twice';
    add(
      'REVERSE_MIRROR_RUNS',
      reason,
      'Stop it. What it has written to the other side has to be found and removed by hand.',
    );
  }
  if (strayOffsets.length > 0) {
    const reason = `the mirror of the reverse flow has run without the failover points: ${strayOffsets.slice(0, 3).join('; ')}`;
    const remedy = 'It may have written records twice. Compare both sides, then remove its offsets in Kafka Connect.';
    add('REVERSE_MIRROR_RAN', reason, remedy);
  }
  if (forward.kind !== 'stopped') {
    const reason =
      forward.kind === 'running'
        ? 'the mirror of the forward flow runs: records would go round in a circle'
        : `the mirror of the forward flow: ${forward.reason}`;
    add('FORWARD_MIRROR_RUNS', reason, 'Stop its connectors in Kafka Connect.');
  }
  return gates;
}

function topicGates(one: TopicNow): Gate[] {
  const { topic, targetTopic, partitions, points, ids } = one;
  const gates: Gate[] = [];
  const add = (code: Gate['code'], reason: string, remedy: string, isFinal = true) =>
    gates.push({ code, reason, remedy, isFinal });
  if (points === null) {
    // A topic that was made since the failover has nothing on the other side yet: all of it goes there.
    if (partitions.target === 0) return [];
    const reason = `topic ${topic} is on both sides, and the failover has recorded no point of it`;
    add('POINTS_UNKNOWN', reason, 'Leave it out of both mirrors, and compare both sides by hand.');
    return gates;
  }
  if (partitions.source !== points.length || partitions.target !== points.length) {
    const reason = `topic ${topic} has ${counted(partitions.source, 'partition')} and ${targetTopic} ${partitions.target}; at the failover it were ${points.length}`;
    add(
      'PARTITIONS_DIFFER',
      reason,
      'Partitions that were added since have no failover point. Move this topic by hand.',
    );
    return gates;
  }
  for (const [side, name] of [
    ['source', topic],
    ['target', targetTopic],
  ] as const) {
    const { now, before } = ids[side];
    if (before === null || now === null) continue;
    if (now !== before) {
      const reason = `topic ${name} was made again since the failover: its offsets denote other records`;
      add('TOPIC_RECREATED', reason, 'Move this topic by hand.');
    }
  }
  for (const [partition, point] of points.entries()) {
    const start = one.starts[partition] ?? 0n;
    if (start > point) {
      const reason = `${topic}-${partition} begins at ${start}, behind its failover point ${point}: retention has deleted ${counted(start - point, 'offset')} that the target lacks`;
      add('JOIN_EXPIRED', reason, 'These records are nowhere else. Accept it to go on without them.', false);
    }
    const [end, then] = [one.ends[partition], one.endsThen?.[partition]];
    if (end !== undefined && then !== undefined && end !== then) {
      const reason = `${targetTopic}-${partition} ended at ${then} when clients were led away, and now ends at ${end}`;
      add(
        'TARGET_CHANGED',
        reason,
        'Someone has written there since. Find these records, and move this topic by hand.',
      );
    }
  }
  return gates;
}

function recordGates({ tail, replayedReturn }: FailbackInputs): Gate[] {
  const gates: Gate[] = [];
  if (tail !== null && (tail.records > 0n || tail.isOpen)) {
    const reason = `${tail.isOpen ? 'at least ' : ''}${counted(tail.records, 'record')} never crossed, and only the target has them`;
    const remedy =
      'Replay them with `tidemark reconcile replay` first. Or accept it: groups then read everything behind them again.';
    gates.push({ code: 'TAIL_UNMIRRORED', reason, remedy, isFinal: false });
  }
  if (replayedReturn !== null && replayedReturn > 0n) {
    const reason = `${replayedReturn} replayed records would return to the side that they came from, as new ones`;
    const remedy =
      'Have the connector drop them: Filter with the predicate HasHeaderKey of tidemark-replayed, as the runbook shows.';
    gates.push({ code: 'REPLAYED_RETURN', reason, remedy, isFinal: true });
  }
  return gates;
}
