import { counted } from '../domain/model/figures.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import { type PresentGroup, refusalOfGroup } from '../domain/restore/present-group.ts';
import type { Refusal } from '../domain/restore/refusal.ts';
import { type GroupResult, type Move, type RestoreResult, refusedGroup } from '../domain/restore/restore-result.ts';
import type { Clock, ClusterReader, OffsetWriter } from '../ports.ts';
import type { Restored } from './apply-restore.ts';
import { storeResult, UNDO_DOCUMENT } from './journal.ts';
import type { LoadedPlan } from './load-plan.ts';
import { moveGroups } from './move-groups.ts';
import { KEEP_DOCUMENTS_MS, type PlanStore } from './plan-store.ts';
import { presentGroups } from './present-groups.ts';
import { clusterRefusals, logOf } from './restore-checks.ts';
import { undoCodec } from './restore-documents.ts';

export interface UndoRequest {
  readonly loaded: LoadedPlan;
  readonly plans: PlanStore;
  /** Reader and writer of the plan's cluster; the caller closes both. */
  readonly reader: ClusterReader;
  readonly writer: OffsetWriter;
  readonly clock: Clock;
  /** Also moves groups whose positions have changed since the plan was applied. */
  readonly force: boolean;
  readonly progress?: (step: string) => void;
}

/**
 * Puts every position back that the plan overwrote, and deletes commits that did not exist before. Skips and reports
 * groups that have moved since, and groups with members. It can be repeated. The plan cannot be applied afterwards.
 *
 * @throws AuthenticationError, AuthorizationError, ClusterUnreachableError, HistoryStoreError
 */
export async function undoRestore(request: UndoRequest): Promise<Restored> {
  const { loaded, plans, reader, clock, force, progress = () => {} } = request;
  const { plan, hash } = loaded;
  progress(`checking plan ${plan.id}`);
  const noted = await logOf(plans, loaded, clock.now());
  if (noted.kind === 'altered') return { kind: 'refused', refusals: [noted.refusal] };
  const { log } = noted;
  if (log.originals.size === 0) {
    const reason = 'this plan has not changed any position';
    const remedy = 'There is nothing to put back.';
    return { kind: 'refused', refusals: [{ code: 'PLAN_NOT_APPLIED', subject: { plan: plan.id }, reason, remedy }] };
  }
  // The original positions are as wrong as the planned ones if the cluster or a topic is another one now.
  const refusals = (await clusterRefusals(plan, reader)).filter(({ code }) => code !== 'LOG_CHANGED');
  if (refusals.length > 0) return { kind: 'refused', refusals };

  progress(`reading ${counted(log.originals.size, 'group')} of ${reader.alias}`);
  const present = await presentGroups(reader, [...log.originals.keys()]);
  const planned = plannedPositions(loaded);
  const moves = new Map<string, readonly Move[]>();
  const left: GroupResult[] = [];
  for (const [group, originals] of log.originals) {
    const now = present.get(group);
    const back = movesBack(originals, now);
    const refusal =
      refusalOfGroup(group, plan.cluster, now) ?? (force ? null : movedOn(group, back, planned.get(group)));
    if (refusal === null) moves.set(group, back);
    else left.push(refusedGroup(group, back, refusal));
  }
  if (!log.undoBegun) {
    const at = clock.now();
    const bytes = undoCodec.encode({ plan: plan.id, hash, at });
    // If another process recorded it first, that is enough.
    await plans.add({ plan: plan.id, name: UNDO_DOCUMENT, bytes, keepUntil: at + KEEP_DOCUMENTS_MS });
  }
  const moved = await moveGroups({ groups: moves, reader, writer: request.writer, progress });
  const groups = [...moved, ...left].sort((a, b) => (a.group < b.group ? -1 : 1));
  const result: RestoreResult = { plan: plan.id, action: 'undo', run: log.lastRun + 1, at: clock.now(), groups };
  await storeResult(plans, result, hash);
  return { kind: 'done', result };
}

function plannedPositions({ plan }: LoadedPlan): ReadonlyMap<string, PartitionMap<bigint>> {
  return new Map(
    plan.groups.map(({ group, steps }) => {
      const positions = new PartitionMap<bigint>();
      for (const { topic, partition, to } of steps) positions.set(topic, partition, to);
      return [group, positions];
    }),
  );
}

function movesBack(originals: PartitionMap<bigint | null>, present: PresentGroup | undefined): readonly Move[] {
  const commits = present?.committed.kind === 'read' ? present.committed.value : new PartitionMap<bigint>();
  return [...originals.entries()].map(([topic, partition, to]) => ({
    topic,
    partition,
    before: commits.get(topic, partition) ?? null,
    to,
  }));
}

/** A position that is neither the planned nor the original one was changed by someone else. */
function movedOn(group: string, moves: readonly Move[], planned: PartitionMap<bigint> | undefined): Refusal | null {
  const elsewhere = moves.filter(
    ({ topic, partition, before, to }) => before !== to && before !== (planned?.get(topic, partition) ?? null),
  );
  const [one] = elsewhere;
  if (one === undefined) return null;
  const where = `${one.topic}-${one.partition} is at ${one.before ?? 'no position'}`;
  const more = elsewhere.length > 1 ? ` and ${elsewhere.length - 1} more` : '';
  return {
    code: 'GROUP_MOVED',
    subject: { group },
    reason: `the group has moved since the plan was applied: ${where}${more}`,
    remedy: '--force puts it back anyway; the group then re-reads or skips records.',
  };
}
