import type { Retention } from '../../../shared/domain/history/retention.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import type { HistorySize } from '../../../shared/history/history-size.ts';
import type { SnapshotList } from '../../../shared/history/list-snapshots.ts';
import type { ShownSnapshot } from '../../../shared/history/show-snapshot.ts';
import { json } from '../../../shared/text/json.ts';
import { snapshotJson } from '../../output/snapshot-json.ts';

/** `tidemark.snapshots/1`: times as ISO 8601, unknown as null. */
export function snapshotListJson(lists: ReadonlyMap<string, SnapshotList>, { steps }: Retention): string {
  const flows = [...lists].map(([flow, { snapshots, left }]) => ({
    flow,
    snapshots: snapshots.map(({ at, heldUntil, level, expiresAt, bytes, damage }) => ({
      takenAt: iso(at),
      heldUntil: time(heldUntil),
      everySeconds: (steps[level]?.everyMs ?? 0) / 1_000,
      expiresAt: iso(expiresAt),
      bytes,
      damage,
    })),
    left,
  }));
  return document('tidemark.snapshots/1', { flows });
}

/** `tidemark.history-size/1` */
export function historySizeJson(sizes: ReadonlyMap<string, HistorySize>): string {
  const flows = [...sizes].map(([flow, { oldest, newest, heldUntil, levels, ...counts }]) => ({
    flow,
    ...counts,
    oldest: time(oldest),
    newest: time(newest),
    heldUntil: time(heldUntil),
    levels: levels.map(({ everyMs, keepMs, snapshots, bytes }) => ({
      everySeconds: everyMs / 1_000,
      keepSeconds: keepMs / 1_000,
      snapshots,
      bytes,
    })),
  }));
  return document('tidemark.history-size/1', { flows });
}

/** `tidemark.snapshot/1`: offsets as decimal strings. */
export function snapshotsShownJson(all: readonly ShownSnapshot[]): string {
  const flows = all.map(({ flow, origin, said, readAt, partitions, positions }) => ({
    flow,
    snapshot: snapshotJson(origin),
    verdict: said?.verdict ?? null,
    reasons: said?.reasons ?? [],
    readAt: { source: time(readAt.source), target: time(readAt.target) },
    partitions,
    positions,
  }));
  return document('tidemark.snapshot/1', { flows });
}

function document(schema: string, body: object): string {
  return `${json({ schema, ...body })}\n`;
}

function time(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
