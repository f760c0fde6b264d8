import type { SaidThen } from '../domain/history/history-state.ts';
import { readAtOf } from '../domain/history/known-flow.ts';
import { type SnapshotContent, snapshotContent } from '../domain/history/snapshot-content.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import type { SnapshotOrigin } from '../domain/model/report.ts';
import { NothingRecordedError } from './history-errors.ts';
import { readStateAsOf } from './read-history.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/** The recorded content of one flow as of a time. */
export interface ShownSnapshot extends SnapshotContent {
  /** `A->B` */
  readonly flow: string;
  readonly origin: SnapshotOrigin;
  /** The audit's verdict; null if none was recorded. */
  readonly said: SaidThen | null;
  /** When each side was last read, ms since the epoch; null if never. */
  readonly readAt: { readonly source: number | null; readonly target: number | null };
}

/**
 * The snapshots as of a time, one for each flow that has one.
 *
 * @throws NothingRecordedError if no flow has one; DamagedFrameError, HistoryStoreError
 */
export async function showSnapshots(
  store: SnapshotStore,
  flows: readonly Flow[],
  asOf: number,
  now: number,
): Promise<readonly ShownSnapshot[]> {
  const shown: ShownSnapshot[] = [];
  for (const flow of flows) {
    const found = await readStateAsOf(store, flowName(flow), asOf, now);
    if (found === null) continue;
    const { state, heldUntil, thinned, passedOver } = found;
    shown.push({
      flow: flowName(flow),
      origin: { asOf, takenAt: state.at, heldUntil, thinned, passedOver, unread: state.unread },
      said: state.said,
      readAt: { source: readAtOf(found, 'source') || null, target: readAtOf(found, 'target') || null },
      ...snapshotContent(flow, state),
    });
  }
  if (shown.length === 0) throw new NothingRecordedError(flows.map(flowName), asOf);
  return shown;
}
