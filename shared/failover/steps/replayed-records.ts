import * as z from 'zod';
import type { Json } from '../../domain/model/canonical-json.ts';
import type { ScanRequest } from '../../domain/model/cluster.ts';
import type { Outcome } from '../../domain/model/outcome.ts';
import type { PartitionReport } from '../../domain/model/report.ts';
import { REPLAY_HEADER, replayedOffset } from '../../domain/reconcile/replay-header.ts';
import type { Join, Replayed } from '../../domain/restore/join.ts';
import type { EarlyJoin } from '../failback-joins.ts';
import { StepFailedError } from '../failover-errors.ts';
import { withReader } from '../log-ends.ts';
import type { StepContext } from '../step.ts';
import { backOf, recordedJoins } from './place-offsets.ts';
import { joinsOfRenamed } from './renamed-joins.ts';

const offset = z.string().regex(/^\d+$/).transform(BigInt);

/** What `reconcile replay` has written to a partition behind its join, up to an offset. */
const scanned = z.object({
  topic: z.string(),
  partition: z.int(),
  /** Everything before this offset is in the other numbers. */
  to: offset,
  /** Records that some replay wrote there, from whichever cluster they were. */
  records: offset,
  /** Those from the failback's target: see `Replayed`. */
  replayed: z.object({ until: offset, from: offset }).nullable(),
});
type Scanned = z.infer<typeof scanned>;

/** In the evidence of `catch-up`: what was read while applications still wrote, so that it need not be read while they stand still. */
const readEarly = z.object({ replayed: z.array(scanned) });

/** The joins of the run, with what `reconcile replay` has written behind them. Reads the logs only if it can be anything. */
export async function joinsWithReplayed(context: StepContext): Promise<Join[]> {
  if (backOf(context.world).origin.renames) return await joinsOfRenamed(context);
  const joins = recordedJoins(context);
  const found = await scanReplayed(context, joins);
  return joins.map((join, i) => ({ ...join, replayed: found?.[i]?.replayed ?? null }));
}

/** What was replayed up to now, as JSON; null if there can be nothing. A later look continues where it ended. */
export async function replayedEarly(context: StepContext): Promise<Json> {
  if (context.scope.mode !== 'failback' || backOf(context.world).origin.renames) return null;
  const found = await scanReplayed(context, recordedJoins(context));
  const text = (replayed: Replayed) => ({ until: replayed.until.toString(), from: replayed.from.toString() });
  return (
    found?.map(({ to, records, replayed, ...where }) => ({
      ...where,
      to: to.toString(),
      records: records.toString(),
      replayed: replayed === null ? null : text(replayed),
    })) ?? null
  );
}

/** In the order of the joins; null if nothing can have been replayed. */
async function scanReplayed(context: StepContext, joins: readonly EarlyJoin[]): Promise<readonly Scanned[] | null> {
  const { mode, missing } = backOf(context.world).origin;
  if (mode === 'planned' && missing === 0n) return null;
  context.progress('looking for replayed records');
  const clusterId = await withReader(context, 'target', async (reader) => (await reader.metadata()).clusterId);
  const found: Scanned[] = [];
  for (const { topic, partition, point } of joins) {
    const targetTopic = context.scope.topics.find((one) => one.topic === topic)?.targetTopic ?? topic;
    const origin = { clusterId: clusterId ?? '', topic: targetTopic, partition };
    const before = scannedEarly(context, topic, partition);
    let { to, records, replayed }: Omit<Scanned, 'topic' | 'partition'> = before ?? {
      to: point,
      records: 0n,
      replayed: null,
    };
    const scan = await withReader(context, 'source', (reader) =>
      reader.scan({ topic, partition, from: to, isolation: 'read_uncommitted' }, ({ offset: at, headers }) => {
        to = at + 1n;
        if (headers.some(({ key }) => key === REPLAY_HEADER)) records++;
        const from = replayedOffset(headers, origin);
        if (from === null) return;
        replayed = { until: at + 1n, from: replayed === null || from < replayed.from ? from : replayed.from };
      }),
    );
    requireRead(scan, topic, partition);
    found.push({ topic, partition, to, records, replayed });
  }
  return found;
}

function scannedEarly({ evidenceOf }: StepContext, topic: string, partition: number): Scanned | null {
  const early = readEarly.safeParse(evidenceOf('catch-up'));
  if (!early.success) return null;
  return early.data.replayed.find((one) => one.topic === topic && one.partition === partition) ?? null;
}

/**
 * The partitions in which something else waits than replayed records that the mirror drops. Connect commits nothing for a
 * record that a transformation drops, so the last ones of a partition look as if they waited for ever.
 */
export async function withoutReplayed(
  context: StepContext,
  open: readonly PartitionReport[],
): Promise<readonly PartitionReport[]> {
  if (open.length === 0 || context.scope.mode !== 'failback') return open;
  if ((await backOf(context.world).offsets?.leavesOut(REPLAY_HEADER)) !== true) return open;
  const left: PartitionReport[] = [];
  for (const one of open) if (!(await waitsForReplayedOnly(context, one))) left.push(one);
  return left;
}

async function waitsForReplayedOnly(
  context: StepContext,
  { topic, partition, replicatedTo, lag }: PartitionReport,
): Promise<boolean> {
  if (lag.kind === 'unknown' || lag.basis !== 'proven' || replicatedTo === null) return false;
  const { others } = await countIn(context, { topic, partition, from: replicatedTo });
  return others === 0;
}

/** Records that never come to the target. An audit also counts replayed ones that the mirror drops: the target has these. */
export async function missingIn(context: StepContext, partitions: readonly PartitionReport[]): Promise<bigint> {
  const drops =
    context.scope.mode === 'failback' && (await backOf(context.world).offsets?.leavesOut(REPLAY_HEADER)) === true;
  const joins = drops ? recordedJoins(context) : [];
  let sum = 0n;
  for (const { topic, partition, missing, replicatedTo } of partitions) {
    const join = joins.find((one) => one.topic === topic && one.partition === partition);
    if (missing === 0n || join === undefined || replicatedTo === null) {
      sum += missing;
      continue;
    }
    const early = scannedEarly(context, topic, partition);
    const known = early !== null && early.to <= replicatedTo ? early : { to: join.point, records: 0n };
    const more = await countIn(context, { topic, partition, from: known.to, until: replicatedTo });
    const replayed = known.records + more.replayed;
    sum += missing > replayed ? missing - replayed : 0n;
  }
  return sum;
}

/** @throws StepFailedError if the log could not be read */
async function countIn(
  context: StepContext,
  range: Omit<ScanRequest, 'isolation'>,
): Promise<{ readonly replayed: bigint; readonly others: number }> {
  let replayed = 0n;
  let others = 0;
  const scan = await withReader(context, 'source', (reader) =>
    reader.scan({ ...range, isolation: 'read_uncommitted' }, ({ headers }) => {
      if (headers.some(({ key }) => key === REPLAY_HEADER)) replayed++;
      else others++;
    }),
  );
  requireRead(scan, range.topic, range.partition);
  return { replayed, others };
}

/** @throws StepFailedError if the log could not be read to its end */
function requireRead(scan: Outcome<unknown>, topic: string, partition: number): void {
  if (scan.kind === 'read') return;
  throw new StepFailedError('LOG_UNREAD', `${topic}-${partition}: ${scan.unread.message}`, { retriable: true });
}
