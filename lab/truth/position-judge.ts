import { type Cost, costOf, type FlowReport, type GroupReport, offsetOf } from '../../shared/domain/model/report.ts';

/**
 * The truth about a partition: recorded, or read from live clusters. The leader epoch is that of the commit, if its client
 * said it.
 */
export interface Truth {
  rereads(position: bigint, committed: bigint, leaderEpoch?: number): bigint;
  skips(position: bigint, committed: bigint, leaderEpoch?: number): bigint;
}

/** MM2's actual position of a group: its commit on the target, otherwise the answer of `translateOffsets`. */
export interface Mm2Truth {
  readonly position: bigint | null;
}

/** One group position compared with the truth. */
export interface JudgedPosition {
  readonly group: GroupReport;
  readonly outcome: 'held' | 'broken' | 'gaveup';
  readonly tidemark: { readonly rereads: bigint; readonly skips: bigint } | null;
  readonly mm2: { readonly rereads: bigint; readonly skips: bigint } | null;
  readonly faults: readonly string[];
}

/** Compares every position of a report, Tidemark's and MM2's, with the records themselves. */
export function judgePositions(
  report: FlowReport,
  truthOf: (topic: string, partition: number) => Truth | null,
  mm2Of: (group: GroupReport) => Mm2Truth | null,
  leaderEpochOf: (group: GroupReport) => number | undefined = () => undefined,
): JudgedPosition[] {
  return report.groups.flatMap((group) => {
    const truth = truthOf(group.topic, group.partition);
    return truth === null ? [] : [judgePosition(group, truth, mm2Of(group), leaderEpochOf(group))];
  });
}

function judgePosition(
  group: GroupReport,
  truth: Truth,
  mm2Truth: Mm2Truth | null,
  leaderEpoch: number | undefined,
): JudgedPosition {
  const faults: string[] = [];
  const costAt = (position: bigint | null) =>
    position === null
      ? null
      : {
          rereads: truth.rereads(position, group.committed, leaderEpoch),
          skips: truth.skips(position, group.committed, leaderEpoch),
        };
  const hold = (who: string, cost: ReturnType<typeof costAt>, said: Cost | null) => {
    if (cost === null || said === null) return;
    if (cost.rereads > said.rereadAtMost) {
      faults.push(`${who} re-reads ${cost.rereads}, reported at most ${said.rereadAtMost}`);
    }
    if (cost.skips > said.skipAtMost) {
      faults.push(`${who} skips ${cost.skips}, reported at most ${said.skipAtMost}`);
    }
  };
  const tidemark = costAt(offsetOf(group.tidemark));
  const mm2 = costAt(offsetOf(group.mm2));
  hold('Tidemark', tidemark, costOf(group.tidemark));
  hold('MM2', mm2, costOf(group.mm2));
  if (mm2Truth !== null && mm2Truth.position !== offsetOf(group.mm2)) {
    faults.push(`MM2's position is ${mm2Truth.position}, reported ${offsetOf(group.mm2)}`);
  }
  const outcome = faults.length > 0 ? 'broken' : group.tidemark.kind === 'unknown' ? 'gaveup' : 'held';
  return { group, outcome, tidemark, mm2, faults };
}
