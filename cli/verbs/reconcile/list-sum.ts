import { lostRecords } from '../../../shared/domain/reconcile/unmirrored.ts';
import type { UnmirroredList } from '../../../shared/reconcile/list-unmirrored.ts';
import { ExitCode } from '../../output/exit-code.ts';

/** Counts of all partitions. */
export function sumOf({ partitions }: UnmirroredList) {
  const sum = { records: 0n, lost: 0n, compacted: 0n, replayed: 0n, unknownPartitions: 0, unreadPartitions: 0 };
  for (const { found } of partitions) {
    sum.records += found.source?.records ?? 0n;
    sum.lost += lostRecords(found);
    sum.compacted += found.compacted;
    sum.replayed += found.replayed;
    if (found.unknown.length > 0) sum.unknownPartitions++;
    if (found.source === null) sum.unreadPartitions++;
  }
  return sum;
}

/** 1 if records are lost or may be; 3 if no partition could be compared. */
export function listExitCode(list: UnmirroredList): ExitCode {
  const { lost, unknownPartitions, unreadPartitions } = sumOf(list);
  if (list.partitions.length > 0 && unreadPartitions === list.partitions.length) return ExitCode.couldNotAudit;
  return lost > 0n || unknownPartitions > 0 ? ExitCode.critical : ExitCode.fine;
}
