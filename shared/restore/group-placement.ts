import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import { TidemarkError } from '../domain/model/errors.ts';
import type { ClusterRole, Flow } from '../domain/model/flow.ts';
import type { Join } from '../domain/restore/join.ts';
import type { Refusal } from '../domain/restore/refusal.ts';
import type { LandOnTarget } from '../domain/restore/restore-inputs.ts';
import { isComplete, type RestoreResult } from '../domain/restore/restore-result.ts';
import { DEFAULT_RESTORE_TERMS } from '../domain/restore/restore-terms.ts';
import type { HistoryStore } from '../history/history-lineage.ts';
import type { Clock, ClusterReader, GroupPlacement, OffsetWriter, PlacementAnswer } from '../ports.ts';
import type { VerifyOptions } from '../survey/verify-positions.ts';
import { applyRestore, type Restored } from './apply-restore.ts';
import { type LoadedPlan, loadPlan } from './load-plan.ts';
import { planRestore } from './plan-restore.ts';
import type { PlanStore } from './plan-store.ts';
import { unaskedReader } from './unasked-reader.ts';
import { undoRestore } from './undo-restore.ts';

export interface PlacementWorld {
  readonly flow: Flow;
  readonly opposite: Flow | null;
  readonly policy: AuditPolicy;
  readonly stores: { readonly history: HistoryStore; readonly plans: PlanStore };
  readonly clock: Clock;
  readonly reader: (role: ClusterRole) => ClusterReader;
  /** Writes to the target. */
  readonly writer: () => OffsetWriter;
  /** Of a failback: how positions are found that lie before its joins. */
  readonly landBack?: (joins: readonly Join[], groups: readonly string[]) => Promise<LandOnTarget>;
  /** Compares records where the syncs leave a position open. */
  readonly verify: VerifyOptions;
}

const SHOWN = 10;

/** A gate has asked a person about old positions; and a run that was stopped can be continued for a day. */
const TERMS = { ...DEFAULT_RESTORE_TERMS, maxAgeMs: Number.MAX_SAFE_INTEGER, validForMs: 86_400_000 };

/** Places groups by restores onto the target. Every call opens its own connections. */
export function createGroupPlacement(world: PlacementWorld): GroupPlacement {
  const { stores, clock } = world;
  const loaded = async (plan: string): Promise<LoadedPlan> => {
    const found = await loadPlan(stores.plans, plan, clock.now());
    if (found.kind === 'found') return found.loaded;
    const why = found.kind === 'absent' ? 'is not stored' : 'was altered';
    throw new TidemarkError('PLAN_UNUSABLE', `the restore plan ${plan} of this run ${why}`);
  };
  const carryOut = async (work: (hands: { reader: ClusterReader; writer: OffsetWriter }) => Promise<Restored>) => {
    const hands = { reader: world.reader('target'), writer: world.writer() };
    try {
      return await work(hands);
    } finally {
      await Promise.all([hands.reader.close(), hands.writer.close()]);
    }
  };
  return {
    async plan(groups, { joins, evenIfUnread = false, sourceIsDead = false, readNow = false } = {}) {
      const land = joins === undefined ? undefined : await world.landBack?.(joins, groups);
      const source = sourceIsDead ? unaskedReader(world.flow.source) : world.reader('source');
      const target = world.reader('target');
      try {
        const planned = await planRestore({
          flow: world.flow,
          opposite: world.opposite,
          policy: world.policy,
          source,
          target,
          history: stores.history,
          plans: stores.plans,
          clock,
          asOf: clock.now(),
          onto: 'target',
          groups: groups.map((text) => ({ text, matches: (name) => name === text })),
          // MirrorMaker is stopped, so its group sync moves nothing; a position that re-reads is better than none.
          terms: { ...TERMS, minProof: 'conservative', evenIfMm2Syncs: true, evenIfUnread },
          verify: world.verify,
          ...(land === undefined ? {} : { land }),
          // A group may be known by a checkpoint alone.
          ...(land === undefined && !evenIfUnread && !readNow ? {} : { alsoGroups: groups }),
          commitsNow: readNow,
        });
        if (planned.kind === 'refused') return { kind: 'refused', reasons: planned.refusals.map(textOf) };
        const { plan, hash } = planned;
        return { kind: 'planned', plan: plan.id, hash, readAt: plan.heldUntil, positions: positionsOf({ plan, hash }) };
      } finally {
        await Promise.all([source.close(), target.close()]);
      }
    },

    async apply(plan, hash) {
      const one = await loaded(plan);
      return answerOf(
        await carryOut((hands) => applyRestore({ loaded: one, hash, plans: stores.plans, clock, ...hands })),
      );
    },

    async undo(plan) {
      const one = await loaded(plan);
      const undone = await carryOut((hands) =>
        undoRestore({ loaded: one, plans: stores.plans, clock, force: false, ...hands }),
      );
      // The run was stopped before its first write.
      const isUntouched = undone.kind === 'refused' && undone.refusals.every(({ code }) => code === 'PLAN_NOT_APPLIED');
      return isUntouched ? { kind: 'complete', positions: 0 } : answerOf(undone);
    },

    positions: async (plan) => positionsOf(await loaded(plan)),
  };
}

function positionsOf({ plan }: LoadedPlan) {
  return plan.groups.flatMap(({ group, steps }) =>
    steps.map(({ topic, partition, committed = null, from, to, rereadAtMost, skipAtMost, proof, reason }) => {
      return { group, topic, partition, committed, from, to, rereadAtMost, skipAtMost, proof, reason };
    }),
  );
}

function answerOf(restored: Restored): PlacementAnswer {
  if (restored.kind === 'refused') return { kind: 'incomplete', reasons: restored.refusals.map(textOf) };
  const { result } = restored;
  if (!isComplete(result)) return { kind: 'incomplete', reasons: faultsOf(result) };
  return { kind: 'complete', positions: result.groups.reduce((sum, { partitions }) => sum + partitions.length, 0) };
}

function faultsOf({ groups }: RestoreResult): string[] {
  const faults = groups.flatMap(({ group, refusal, partitions }) =>
    refusal !== null
      ? [`${group}: ${refusal.reason}`]
      : partitions.flatMap(({ topic, partition, why }) =>
          why === null ? [] : [`${group} ${topic}-${partition}: ${why}`],
        ),
  );
  return faults.length <= SHOWN ? faults : [...faults.slice(0, SHOWN), `${faults.length - SHOWN} more`];
}

function textOf({ subject, reason }: Refusal): string {
  const { group, topic, partition } = subject;
  const place = [group, topic === undefined ? undefined : `${topic}${partition === undefined ? '' : `-${partition}`}`];
  return [...place.filter((part) => part !== undefined), reason].join(': ');
}
