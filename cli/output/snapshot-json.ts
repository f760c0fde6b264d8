import { iso } from '../../shared/domain/model/iso-time.ts';
import type { SnapshotOrigin } from '../../shared/domain/model/report.ts';

/** What a report of the past was taken from, as every JSON contract has it. */
export function snapshotJson({ asOf, takenAt, heldUntil, thinned, passedOver, unread }: SnapshotOrigin): object {
  return {
    asOf: iso(asOf),
    takenAt: iso(takenAt),
    heldUntil: iso(heldUntil),
    thinned,
    passedOver: passedOver.map(({ at, damage }) => ({ at: iso(at), damage })),
    unread: unread.map(({ role, kind, name }) => ({ role, kind, name })),
  };
}
