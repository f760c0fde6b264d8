import { planStretches } from '../domain/compare/plan-stretches.ts';
import type { WantedPosition } from '../domain/compare/settle-positions.ts';
import { unsettled, type VerifiedPosition } from '../domain/compare/verify-position.ts';
import type { VerifiedPair } from '../domain/history/next-state.ts';
import { cutOffRange } from '../domain/judge/cut-off-range.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import type { PartitionState } from '../domain/judge/partition-state.ts';
import type { RecordEvidence } from '../domain/judge/record-evidence.ts';
import type { Spot } from '../domain/judge/sample-spots.ts';
import type { Translation } from '../domain/mirror/translation.ts';
import { compareOffsets } from '../domain/model/offsets.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { ClusterReader } from '../ports.ts';
import {
  type ComparedPartition,
  comparePartition,
  OVER_BUDGET,
  type PartitionComparison,
} from './compare-partition.ts';

export interface CompareOptions {
  /** Bytes of record batches that both clusters may send. */
  readonly budgetBytes: number;
  /** Partitions that are compared at the same time. Reads of one broker at the same time share requests. */
  readonly atOnce: number;
  /** How often a comparison may read twice as much of the source, because a target record equals none of it yet. */
  readonly widenAtMost: number;
  /** Called with the number of partitions compared so far, to show progress. */
  readonly progress?: (done: number, of: number) => void;
}

/** What comparing records showed, by source partition. */
export interface Comparisons {
  readonly evidence: PartitionMap<RecordEvidence>;
  readonly pairs: readonly VerifiedPair[];
  /** Bytes of record batches that both clusters sent. */
  readonly bytes: number;
}

/** The least that is worth asking for: a request brings a batch at least. */
const LEAST_BYTES = 16 * 1024;

/**
 * Compares the records around the spots on both sides. Partitions share the budget: those that need least come first,
 * and what they do not use goes to the others. Only reads.
 */
export async function comparePartitions(
  observation: FlowObservation,
  spots: readonly Spot[],
  source: ClusterReader,
  target: ClusterReader,
  options: CompareOptions,
): Promise<Comparisons> {
  const { budgetBytes, atOnce, widenAtMost, progress } = options;
  const comparisons = comparisonsOf(observation, spots).toSorted((a, b) => compareOffsets(needOf(a), needOf(b)));
  const results = new Map<PartitionComparison, ComparedPartition>();
  let left = budgetBytes;
  for (let next = 0; next < comparisons.length; ) {
    const share = Math.floor(left / (comparisons.length - next));
    const affordable = Math.min(atOnce, comparisons.length - next, Math.floor(left / LEAST_BYTES));
    if (affordable <= 0) break;
    const wave = comparisons.slice(next, next + affordable);
    const limits = { bytes: Math.max(share, LEAST_BYTES), widenAtMost };
    const compared = await Promise.all(wave.map((one) => comparePartition(one, source, target, limits)));
    for (const [i, one] of wave.entries()) {
      const result = compared[i];
      if (result === undefined) continue;
      results.set(one, result);
      left -= result.bytes;
    }
    next += affordable;
    progress?.(next, comparisons.length);
  }

  const evidence = new PartitionMap<RecordEvidence>();
  const pairs: VerifiedPair[] = [];
  for (const one of comparisons) {
    const { topic, partition, wanted } = one;
    const result = results.get(one);
    const positions = result?.positions ?? wanted.map(({ said }): VerifiedPosition => unsettled(said, OVER_BUDGET));
    const tail = result?.tail ?? null;
    const explained = result?.explained ?? [];
    evidence.set(topic, partition, {
      ...evidenceOf(wanted, positions),
      ...(tail === null ? {} : { tail }),
      ...(explained.length === 0 ? {} : { explained }),
    });
    for (const pair of [...positions.map((position) => position.pair), tail]) {
      if (pair !== null) pairs.push({ topic, partition, ...pair });
    }
  }
  return { evidence, pairs, bytes: budgetBytes - left };
}

function comparisonsOf(observation: FlowObservation, spots: readonly Spot[]): PartitionComparison[] {
  const comparisons = new Map<
    PartitionState,
    { comparison: PartitionComparison; wanted: Map<bigint, WantedPosition> }
  >();
  for (const { state, upstream, translation } of spots) {
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
        cutOff: cutOffRange(observation, state),
        isolation: observation.flow.isolationLevel,
      };
      entry = { comparison, wanted };
      comparisons.set(state, entry);
    }
    entry.wanted.set(upstream, { upstream, said: translation });
  }
  return [...comparisons.values()].map(({ comparison, wanted }) => ({ ...comparison, wanted: [...wanted.values()] }));
}

/** Offsets to read. The number of bytes is not known before the read. */
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
