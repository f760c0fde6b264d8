import { iso } from '../../../shared/domain/model/iso-time.ts';
import type { ReplayPlan } from '../../../shared/domain/reconcile/replay-plan.ts';
import type { ListedPartition, UnmirroredList } from '../../../shared/reconcile/list-unmirrored.ts';
import type { LeftOut, UnknownInPartition } from '../../../shared/reconcile/plan-replay.ts';
import type { ReplayedPartition } from '../../../shared/reconcile/run-replay.ts';
import { json } from '../../../shared/text/json.ts';

/** `tidemark.unmirrored/1`: one line for each partition. */
export function* renderListJson(list: UnmirroredList): Generator<string> {
  const { flow, clusters, failover, partitions } = list;
  yield json({ schema: 'tidemark.unmirrored/1', flow, clusters, failover }).slice(0, -1);
  yield ',\n "partitions":[';
  for (const [i, one] of partitions.entries()) yield `${i === 0 ? '' : ','}\n  ${json(partitionJson(one))}`;
  yield '\n]}\n';
}

function partitionJson({ found, superseded }: ListedPartition): object {
  const { keys, lost, ...rest } = found;
  const time = (ms: bigint | null) => (ms === null ? null : iso(Number(ms)));
  return {
    ...rest,
    lost: lost.map((range) => ({ ...range, firstTime: time(range.firstTime), lastTime: time(range.lastTime) })),
    keys: {
      ...keys,
      newerOnTarget: superseded === null ? null : superseded.map(({ offset, key }) => ({ offset, key })),
    },
  };
}

/** `tidemark.replay/1`, for a plan and for its result. A refused plan has no hash, and its reasons. */
export function renderReplayJson(said: {
  readonly plan: ReplayPlan | null;
  readonly hash: string | null;
  readonly file: string;
  readonly leftOut?: readonly LeftOut[];
  readonly unknown?: readonly UnknownInPartition[];
  readonly results?: readonly ReplayedPartition[];
  readonly refusals?: readonly string[];
}): string {
  const { plan, hash, file, leftOut = [], unknown = [], results, refusals = [] } = said;
  const planJson = plan === null ? null : { ...plan, madeAt: iso(plan.madeAt), expiresAt: iso(plan.expiresAt) };
  const complete = results === undefined ? null : results.every(({ failure }) => failure === null);
  const document = {
    schema: 'tidemark.replay/1',
    file,
    hash,
    plan: planJson,
    leftOut,
    unknown,
    refusals,
    complete,
    results: results ?? null,
  };
  return `${json(document, 1)}\n`;
}
