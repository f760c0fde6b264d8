import type { ScanRequest } from '../../domain/model/cluster.ts';
import type { PartitionReport } from '../../domain/model/report.ts';
import { REPLAY_HEADER, replayedOffset } from '../../domain/reconcile/replay-header.ts';
import type { Join, Replayed } from '../../domain/restore/join.ts';
import { StepFailedError } from '../failover-errors.ts';
import { withReader } from '../log-ends.ts';
import type { StepContext } from '../step.ts';
import { backOf, recordedJoins } from './place-offsets.ts';
import { joinsOfRenamed } from './renamed-joins.ts';

/** The joins of the run, with what `reconcile replay` has written behind them. Reads the logs only if it can be anything. */
export async function joinsWithReplayed(context: StepContext): Promise<Join[]> {
  const { mode, missing, renames } = backOf(context.world).origin;
  if (renames) return await joinsOfRenamed(context);
  const joins = recordedJoins(context);
  if (mode === 'planned' && missing === 0n) return joins.map((join) => ({ ...join, replayed: null }));
  context.progress('looking for replayed records');
  const clusterId = await withReader(context, 'target', async (reader) => (await reader.metadata()).clusterId);
  const found: Join[] = [];
  for (const join of joins) {
    const { topic, partition } = join;
    const targetTopic = context.scope.topics.find((one) => one.topic === topic)?.targetTopic ?? topic;
    const origin = { clusterId: clusterId ?? '', topic: targetTopic, partition };
    let replayed: Replayed | null = null;
    const scan = await withReader(context, 'source', (reader) =>
      reader.scan({ topic, partition, from: join.point, isolation: 'read_uncommitted' }, ({ offset, headers }) => {
        const from = replayedOffset(headers, origin);
        if (from === null) return;
        replayed = { until: offset + 1n, from: replayed === null || from < replayed.from ? from : replayed.from };
      }),
    );
    if (scan.kind === 'unread') {
      throw new StepFailedError('LOG_UNREAD', `${topic}-${partition}: ${scan.unread.message}`, { retriable: true });
    }
    found.push({ ...join, replayed });
  }
  return found;
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
    const { replayed } = await countIn(context, { topic, partition, from: join.point, until: replicatedTo });
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
  if (scan.kind === 'read') return { replayed, others };
  const what = `${range.topic}-${range.partition}: ${scan.unread.message}`;
  throw new StepFailedError('LOG_UNREAD', what, { retriable: true });
}
