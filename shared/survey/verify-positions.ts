import { planStretches } from '../domain/compare/plan-stretches.ts';
import type { WantedPosition } from '../domain/compare/settle-positions.ts';
import { unsettled, type VerifiedPosition } from '../domain/compare/verify-position.ts';
import type { VerifiedPair } from '../domain/history/next-state.ts';
import { type GroupState, judgeGroups } from '../domain/judge/group-state.ts';
import { statesByPartition } from '../domain/judge/judge-flow.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import { type PartitionState, type RecordEvidence, withEvidence } from '../domain/judge/partition-state.ts';
import type { TranslatedInterval, Translation } from '../domain/mirror/translation.ts';
import { flowName } from '../domain/model/flow.ts';
import { compareOffsets } from '../domain/model/offsets.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { TidemarkPosition } from '../domain/model/report.ts';
import type { ClusterReader } from '../ports.ts';
import {
  type ComparedPartition,
  comparePartition,
  OVER_BUDGET,
  type PartitionComparison,
} from './compare-partition.ts';

/** Which positions to compare the records of, and at what cost. */
export interface VerifyOptions {
  /** Those that the syncs leave open, or exact ones as well. */
  readonly positions: 'open' | 'all';
  /** At most this many positions of a flow, evenly spread. */
  readonly sample?: number;
  /** Bytes of records that one audit may read to compare them, per flow: no flow takes from another. */
  readonly budgetBytes: number;
  /** Called with the number of partitions compared so far, to show progress. */
  readonly progress?: (done: number, of: number) => void;
  /** Told of each flow's outcome. */
  readonly onVerified?: (verification: FlowVerification) => void;
}

export const DEFAULT_VERIFY_BYTES = 32 * 1024 * 1024;

/** A group's position before and after its records were compared. */
export interface PositionVerification {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly committed: bigint;
  readonly was: TidemarkPosition;
  readonly is: TidemarkPosition;
}

export interface FlowVerification {
  /** `A->B` */
  readonly flow: string;
  /** Every position that was to be compared. */
  readonly positions: readonly PositionVerification[];
  /** At most one per position, of the latest copy, and only if no later record repeats it. */
  readonly pairs: readonly VerifiedPair[];
  /** Bytes of record batches that both clusters sent. */
  readonly bytes: number;
  /** Of all partitions, with what was found. */
  readonly states: readonly PartitionState[];
}

/** Partitions compared at once, and the least that is worth asking for: a request brings a batch at least. */
const AT_ONCE = 4;
const LEAST_BYTES = 16 * 1024;

/**
 * Compares the records around group positions on both sides, within a budget that is shared out among partitions: those
 * that need least come first, and what they leave goes to the others. Only reads.
 */
export async function verifyPositions(
  observation: FlowObservation,
  states: readonly PartitionState[],
  source: ClusterReader,
  target: ClusterReader,
  options: VerifyOptions,
): Promise<FlowVerification> {
  const judged = judgeGroups(observation, statesByPartition(states));
  const chosen = choose(judged, options);
  const comparisons = comparisonsOf(observation, chosen).toSorted((a, b) => compareOffsets(needOf(a), needOf(b)));

  const results = new Map<PartitionComparison, ComparedPartition>();
  let left = options.budgetBytes;
  for (let next = 0; next < comparisons.length; ) {
    const share = Math.floor(left / (comparisons.length - next));
    const affordable = Math.min(AT_ONCE, comparisons.length - next, Math.floor(left / LEAST_BYTES));
    if (affordable <= 0) break;
    const wave = comparisons.slice(next, next + affordable);
    const allowance = Math.max(share, LEAST_BYTES);
    const compared = await Promise.all(wave.map((one) => comparePartition(one, source, target, allowance)));
    for (const [i, one] of wave.entries()) {
      const result = compared[i];
      if (result === undefined) continue;
      results.set(one, result);
      left -= result.bytes;
    }
    next += affordable;
    options.progress?.(next, comparisons.length);
  }

  const found = new PartitionMap<RecordEvidence>();
  const pairs: VerifiedPair[] = [];
  for (const one of comparisons) {
    const { topic, partition, wanted } = one;
    const positions =
      results.get(one)?.positions ?? wanted.map(({ said }): VerifiedPosition => unsettled(said, OVER_BUDGET));
    found.set(topic, partition, evidenceOf(wanted, positions));
    for (const { pair } of positions) if (pair !== null) pairs.push({ topic, partition, ...pair });
  }
  const settled = withEvidence(observation, states, found);
  const after = judgeGroups(observation, statesByPartition(settled));
  const is = new Map(after.map(({ report }) => [keyOf(report), report.tidemark]));
  return {
    flow: flowName(observation.flow),
    positions: chosen.map(({ report }) => {
      const { group, topic, partition, committed, tidemark } = report;
      return { group, topic, partition, committed, was: tidemark, is: is.get(keyOf(report)) ?? tidemark };
    }),
    pairs,
    bytes: options.budgetBytes - left,
    states: settled,
  };
}

/** Positions that records can tell more of; of a sample every n-th, so that all groups and partitions have their share. */
function choose(judged: readonly GroupState[], { positions, sample }: VerifyOptions): GroupState[] {
  const worth = judged.filter(
    ({ translation }) => translation.kind === 'interval' && (positions === 'all' || isOpen(translation)),
  );
  if (sample === undefined || sample >= worth.length) return worth;
  return Array.from({ length: sample }, (_, i) => worth[Math.floor((i * worth.length) / sample)]).flatMap(
    (one) => one ?? [],
  );
}

function isOpen({ proof }: TranslatedInterval): boolean {
  return proof === 'bounded' || proof === 'conservative';
}

function comparisonsOf(observation: FlowObservation, chosen: readonly GroupState[]): PartitionComparison[] {
  const comparisons = new Map<
    PartitionState,
    { comparison: PartitionComparison; wanted: Map<bigint, WantedPosition> }
  >();
  for (const { state, committed, translation } of chosen) {
    const { source, mapping, replication, topic, partition } = state;
    if (source === null || mapping === null || replication === null || translation.kind === 'unknown') continue;
    let entry = comparisons.get(state);
    if (entry === undefined) {
      const wanted = new Map<bigint, WantedPosition>();
      const comparison = {
        topic: topic.topic,
        targetTopic: topic.targetTopic,
        partition,
        mapping,
        wanted: [],
        log: { from: source.start, until: replication.readableEnd },
        isolation: observation.flow.isolationLevel,
      };
      entry = { comparison, wanted };
      comparisons.set(state, entry);
    }
    entry.wanted.set(committed, { upstream: committed, said: translation });
  }
  return [...comparisons.values()].map(({ comparison, wanted }) => ({ ...comparison, wanted: [...wanted.values()] }));
}

/** Offsets to read, as a measure of bytes that nobody knows before. */
function needOf({ mapping, wanted, log }: PartitionComparison): bigint {
  const upstreams = wanted.map(({ upstream }) => upstream);
  const { target, source } = planStretches(mapping, upstreams, log);
  return target.reduce((sum, { from, until }) => sum + until - from, source.until - source.from);
}

function evidenceOf(
  wanted: readonly WantedPosition[],
  positions: readonly VerifiedPosition[],
): Pick<RecordEvidence, 'verified' | 'refutations'> {
  const verified = new Map<bigint, Translation>();
  for (const [i, { upstream }] of wanted.entries()) {
    const position = positions[i];
    if (position !== undefined) verified.set(upstream, position.translation);
  }
  const refutations = positions.flatMap(({ refutation }) => refutation ?? []);
  return { verified, refutations };
}

function keyOf({ group, topic, partition }: GroupState['report']): string {
  return JSON.stringify([group, topic, partition]);
}
