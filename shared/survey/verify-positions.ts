import type { VerifiedPair } from '../domain/history/next-state.ts';
import { type GroupState, type JudgedGroup, judgeGroups, judgeGroupsAgain } from '../domain/judge/group-state.ts';
import { statesByPartition } from '../domain/judge/judge-flow.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import { changedStates, type PartitionState, withEvidence } from '../domain/judge/partition-state.ts';
import { evenlySpread, spotOf } from '../domain/judge/sample-spots.ts';
import { isOpen } from '../domain/mirror/translation.ts';
import { flowName } from '../domain/model/flow.ts';
import type { TidemarkPosition } from '../domain/model/report.ts';
import type { ClusterReader } from '../ports.ts';
import { comparePartitions } from './compare-partitions.ts';

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
  /** All groups, judged by these states. */
  readonly groups: readonly JudgedGroup[];
}

/** Partitions compared at the same time. */
const AT_ONCE = 4;
/** How often a comparison may read twice as much of the source. */
const WIDEN_AT_MOST = 8;

/** Compares the records around group positions on both sides, within a budget of bytes. Only reads. */
export async function verifyPositions(
  observation: FlowObservation,
  states: readonly PartitionState[],
  source: ClusterReader,
  target: ClusterReader,
  options: VerifyOptions,
): Promise<FlowVerification> {
  const { budgetBytes, progress } = options;
  const judged = judgeGroups(observation, statesByPartition(states));
  const chosen = choose(judged.flatMap(pairsOf), options);
  const { evidence, pairs, bytes } = await comparePartitions(observation, chosen.map(spotOf), source, target, {
    budgetBytes,
    atOnce: AT_ONCE,
    widenAtMost: WIDEN_AT_MOST,
    ...(progress === undefined ? {} : { progress }),
  });
  const settled = withEvidence(observation, states, evidence);
  const groups = judgeGroupsAgain(judged, changedStates(states, settled));
  const is = new Map(groups.flatMap(pairsOf).map(({ report }) => [keyOf(report), report.tidemark]));
  return {
    flow: flowName(observation.flow),
    positions: chosen.map(({ report }) => {
      const { group, topic, partition, committed, tidemark } = report;
      return { group, topic, partition, committed, was: tidemark, is: is.get(keyOf(report)) ?? tidemark };
    }),
    pairs,
    bytes,
    states: settled,
    groups,
  };
}

/** Positions that records can improve; of a sample every n-th, so that all groups and partitions have their share. */
function choose(judged: readonly GroupState[], { positions, sample }: VerifyOptions): GroupState[] {
  const worth = judged.filter(
    ({ report: { tidemark }, isCutOff }) =>
      !isCutOff && tidemark.kind === 'known' && (positions === 'all' || isOpen(tidemark)),
  );
  return evenlySpread(worth, 0, sample ?? worth.length);
}

function pairsOf({ pairs }: JudgedGroup): readonly GroupState[] {
  return pairs;
}

function keyOf({ group, topic, partition }: GroupState['report']): string {
  return JSON.stringify([group, topic, partition]);
}
