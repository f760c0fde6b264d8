import { chunkItems, type Item, manifestItem } from '../../shared/adapters/dynamodb/history-table.ts';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { HistoryState } from '../../shared/domain/history/history-state.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import { HistoryWriter } from '../../shared/history/history-writer.ts';
import { HistoryMovement } from '../history-movement.ts';
import { sizeOf } from '../history-writes.ts';
import { livingFrames } from '../living-frames.ts';

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;
const BEGIN = Math.floor(Date.UTC(2026, 10, 20) / WEEK) * WEEK;
const FLOW = 'A->B';
const KILOBYTE = 1024;
/** Pairs of group and partition that the movement has per partition. */
export const PAIRS_PER_PARTITION = 10;
/** DynamoDB charges writes of a transaction twice. */
const TRANSACTION = 2;
const HEAD_UNITS = 1;

/** What storing the audits of one busy flow takes in DynamoDB. */
export interface RecordedHour {
  /** Write units of 60 audits, one a minute. */
  readonly writeUnits: number;
  /** Size of the flow's items when nothing is left that has not expired once: after 35 days. */
  readonly storedBytes: number;
}

/**
 * Records an hour of a flow in which every partition and most groups move, and counts the items that the DynamoDB store
 * makes of the frames.
 * @param partitions a multiple of 20
 */
export async function recordHour(partitions: number): Promise<RecordedHour> {
  const store = createSqliteSnapshotStore(openHistoryDatabase(':memory:'));
  const movement = new HistoryMovement(partitions);
  const terms = (now: number) => ({ now, leaseMs: 0 });
  const writer = await HistoryWriter.open({
    store,
    flow: FLOW,
    owner: 'cost',
    retention: DEFAULT_RETENTION,
    terms: terms(BEGIN),
  });
  const sizes = DEFAULT_RETENTION.steps.map(() => ({ frames: 0, bytes: 0 }));
  let writeUnits = 0;
  // The first audit is a keyframe of the whole flow, the last one that of an hour.
  for (let minute = 0; minute <= 60; minute++) {
    const at = BEGIN + minute * MINUTE;
    const state = writer.newest?.next(at) ?? new HistoryState(at);
    movement.moveInto(state);
    await writer.record(state, terms(at));
    const [frame] = await store.read(FLOW, [at], at);
    if (frame?.bytes == null) throw new Error(`no frame of ${at}`);
    const chunks = chunkItems(FLOW, 1, frame.entry, frame.bytes);
    const manifest = manifestItem(FLOW, 1, frame.entry);
    const level = sizes[frame.entry.level];
    if (level === undefined) throw new Error('unknown level');
    level.frames++;
    level.bytes += [...chunks, manifest].reduce((sum, item) => sum + sizeOf(item), 0);
    if (minute > 0) writeUnits += unitsOf(chunks) + TRANSACTION * (unitsOf([manifest]) + HEAD_UNITS);
  }
  await store.close();
  return { writeUnits, storedBytes: storedBytes(sizes) };
}

function unitsOf(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + Math.ceil(sizeOf(item) / KILOBYTE), 0);
}

/** Frames of the levels between the hour and the week count as whole ones, which they are at most. */
function storedBytes(sizes: readonly { readonly frames: number; readonly bytes: number }[]): number {
  const whole = sizes.at(-1)?.bytes ?? 0;
  return livingFrames().reduce((sum, living, index) => {
    const { frames, bytes } = sizes[index] ?? { frames: 0, bytes: 0 };
    return sum + living * (frames === 0 ? whole : bytes / frames);
  }, 0);
}
