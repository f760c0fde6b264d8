import { TidemarkError } from '../domain/model/errors.ts';
import { counted } from '../domain/model/figures.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import { type PresentGroup, refusalOfGroup } from '../domain/restore/present-group.ts';
import type { Refusal } from '../domain/restore/refusal.ts';
import type { PlannedGroup, RestorePlan } from '../domain/restore/restore-plan.ts';
import { type GroupResult, type Move, type RestoreResult, refusedGroup } from '../domain/restore/restore-result.ts';
import type { Clock, ClusterReader, OffsetWriter } from '../ports.ts';
import { journalName, type RestoreLog, storeResult } from './journal.ts';
import { alteredPlan, type LoadedPlan } from './load-plan.ts';
import { moveGroups } from './move-groups.ts';
import { KEEP_DOCUMENTS_MS, type PlanStore } from './plan-store.ts';
import { presentGroups } from './present-groups.ts';
import { clusterRefusals, logOf } from './restore-checks.ts';
import { journalCodec } from './restore-documents.ts';

export interface ApplyRequest {
  readonly loaded: LoadedPlan;
  /** The hash of the plan that the operator approved. */
  readonly hash: string;
  readonly plans: PlanStore;
  /** Reader and writer of the plan's cluster; the caller closes both. */
  readonly reader: ClusterReader;
  readonly writer: OffsetWriter;
  readonly clock: Clock;
  readonly progress?: (step: string) => void;
}

/** Another process is applying or undoing the same plan. Nothing was written. */
export class AppliedAtOnceError extends TidemarkError {
  override readonly name = 'AppliedAtOnceError';

  constructor(plan: string) {
    super('RESTORE_BUSY', `another process is applying or undoing restore ${plan}; nothing was written`, {
      remedy: 'Wait for the other process to end, then run the command again: it completes what is left.',
      retriable: true,
    });
  }
}

export type Restored =
  | { readonly kind: 'done'; readonly result: RestoreResult }
  /** Nothing was written. */
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

/**
 * Applies a plan. It stores the positions it will overwrite before the first write, skips and reports groups with
 * members, and reads every position back. A second run continues: it does not write positions that are in place.
 *
 * @throws AuthenticationError, AuthorizationError, ClusterUnreachableError, HistoryStoreError
 */
export async function applyRestore(request: ApplyRequest): Promise<Restored> {
  const { loaded, plans, reader, clock, progress = () => {} } = request;
  const { plan, hash } = loaded;
  if (hash !== request.hash) {
    const reason = `its hash is ${hash}, not the given ${request.hash}`;
    return { kind: 'refused', refusals: [alteredPlan(plan.id, reason)] };
  }
  progress(`checking plan ${plan.id}`);
  const noted = await logOf(plans, loaded, clock.now());
  if (noted.kind === 'altered') return { kind: 'refused', refusals: [noted.refusal] };
  const { log } = noted;
  const refusals = [...stateRefusals(plan, log, clock.now()), ...(await clusterRefusals(plan, reader))];
  if (refusals.length > 0) return { kind: 'refused', refusals };

  progress(`reading ${counted(plan.groups.length, 'group')} of ${reader.alias}`);
  const present = await presentGroups(
    reader,
    plan.groups.map(({ group }) => group),
  );
  const moves = new Map<string, readonly Move[]>();
  const left: GroupResult[] = [];
  for (const planned of plan.groups) {
    const refusal = refusalOfGroup(planned.group, plan.cluster, present.get(planned.group));
    const wanted = movesOf(planned, present.get(planned.group));
    if (refusal === null) moves.set(planned.group, wanted);
    else left.push(refusedGroup(planned.group, wanted, refusal));
  }
  progress('storing the positions that will be overwritten');
  const run = await storeJournal(request, log, moves);
  const moved = await moveGroups({ groups: moves, reader, writer: request.writer, progress });
  const order = new Map(plan.groups.map(({ group }, index) => [group, index]));
  const groups = [...moved, ...left].sort((a, b) => (order.get(a.group) ?? 0) - (order.get(b.group) ?? 0));
  const result: RestoreResult = { plan: plan.id, action: 'apply', run, at: clock.now(), groups };
  await storeResult(plans, result, hash);
  return { kind: 'done', result };
}

/** Why the plan must not be applied, independent of the cluster. A plan whose apply has begun never expires. */
function stateRefusals({ id, expiresAt }: RestorePlan, log: RestoreLog, now: number): Refusal[] {
  const subject = { plan: id };
  if (log.undoBegun) {
    const reason = 'an undo of this plan has begun';
    return [{ code: 'PLAN_UNDONE', subject, reason, remedy: 'Complete the undo, or make a new plan.' }];
  }
  if (log.lastRun === 0 && now >= expiresAt) {
    const reason = `the plan expired at ${new Date(expiresAt).toISOString()}`;
    const remedy = 'Make a new plan. --valid-for gives it more time.';
    return [{ code: 'PLAN_EXPIRED', subject, reason, remedy }];
  }
  return [];
}

function movesOf({ steps }: PlannedGroup, present: PresentGroup | undefined): readonly Move[] {
  const commits = present?.committed.kind === 'read' ? present.committed.value : new PartitionMap<bigint>();
  return steps.map(({ topic, partition, to }) => ({
    topic,
    partition,
    before: commits.get(topic, partition) ?? null,
    to,
  }));
}

/** Stores the positions of groups that no journal has yet; returns the number of this attempt. */
async function storeJournal(
  { loaded: { plan, hash }, plans, clock }: ApplyRequest,
  log: RestoreLog,
  moves: ReadonlyMap<string, readonly Move[]>,
): Promise<number> {
  const at = clock.now();
  const groups = [...moves]
    .filter(([group]) => !log.originals.has(group))
    .map(([group, of]) => ({
      group,
      positions: of.map(({ topic, partition, before }) => ({ topic, partition, offset: before })),
    }));
  const run = log.lastRun + 1;
  const bytes = journalCodec.encode({ plan: plan.id, hash, run, at, groups });
  const added = await plans.add({ plan: plan.id, name: journalName(run), bytes, keepUntil: at + KEEP_DOCUMENTS_MS });
  if (!added) throw new AppliedAtOnceError(plan.id);
  return run;
}
