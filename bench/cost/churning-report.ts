import type { FlowReport, GroupReport, PartitionReport } from '../../shared/domain/model/report.ts';
import { generator } from '../generator.ts';

/** Of the partitions of a flow, those on which one group commits; as in the other benches. */
const PARTITIONS_PER_GROUP = 100;
const LARGEST = 100_000;
/** One group in a hundred may skip records at a time. */
const SKIPPING = 0.01;
/** One group in fifty has a new name in each audit, as consoles have. */
const RENAMED = 0.02;

export interface FlowSize {
  readonly partitions: number;
  readonly groups: number;
}

/** Pairs of group and partition. */
export function pairsOf({ partitions, groups }: FlowSize): number {
  return groups * Math.min(partitions, PARTITIONS_PER_GROUP);
}

/**
 * Reports of a flow in which every number changes from audit to audit, the same ones in each run: lags, what groups
 * re-read, and which of them are the worst or skip records. No audit ranks the groups as the one before, and some are gone
 * in the next one.
 */
export function createChurn(size: FlowSize): (at: number) => Omit<FlowReport, 'flow'> {
  const random = generator(11);
  const magnitude = () => BigInt(Math.floor(LARGEST ** random()));
  const age = () => ({ kind: 'known', seconds: Math.floor(LARGEST * random()) }) as const;
  const partition = (index: number): PartitionReport => ({
    topic: 'orders',
    targetTopic: 'A.orders',
    partition: index,
    sourceStart: 0n,
    sourceEnd: 1_000_000n,
    targetStart: 0n,
    targetEnd: 1_000_000n,
    replicatedTo: 1_000_000n,
    lag: { kind: 'known', records: magnitude(), basis: 'proven' },
    missing: 0n,
  });
  const entriesOf = (group: number, at: number): GroupReport[] => {
    const skips = random() < SKIPPING;
    const name = random() < RENAMED ? `console-${at}-${group}` : `service-${group}`;
    return Array.from({ length: Math.min(size.partitions, PARTITIONS_PER_GROUP) }, (_, index) => {
      const skipAtMost = skips ? magnitude() : 0n;
      return {
        group: name,
        topic: 'orders',
        partition: (group * PARTITIONS_PER_GROUP + index) % size.partitions,
        committed: 1_000n,
        commitCheckedAt: at,
        mm2: {
          kind: 'at',
          position: 1_000n,
          from: 'checkpoint',
          cost: { kind: 'known', rereadAtMost: magnitude(), skipAtMost },
        },
        tidemark: {
          kind: 'known',
          position: 1_000n,
          high: 1_000n,
          proof: 'exact',
          reason: null,
          rereadAtMost: 0n,
          skipAtMost: 0n,
        },
      };
    });
  };
  return (at) => ({
    verdict: 'ready',
    reasons: [],
    loss: { kind: 'known', records: magnitude(), seconds: 1, basis: 'proven' },
    ages: { mapping: age(), checkpoints: age() },
    partitions: Array.from({ length: size.partitions }, (_, index) => partition(index)),
    groups: Array.from({ length: size.groups }, (_, group) => entriesOf(group, at)).flat(),
    findings: [],
    suppressed: [],
    unread: [],
    snapshot: null,
  });
}
