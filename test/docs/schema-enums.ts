import type { PeriodEvent, Standing as PeriodStanding } from '../../cli/verbs/report/flow-period.ts';
import type { AcknowledgementState } from '../../shared/acknowledge/acknowledgement-state.ts';
import { FINDINGS, type Severity } from '../../shared/contract/finding-codes.ts';
import type { CheckStatus } from '../../shared/doctor/check.ts';
import { GATE_CODES } from '../../shared/domain/failover/gates.ts';
import type { RunPhase, StepState } from '../../shared/domain/failover/run-record.ts';
import { ALL_STEP_NAMES, RUN_MODES } from '../../shared/domain/failover/step-name.ts';
import type { UnreadPart } from '../../shared/domain/history/history-state.ts';
import type { ClusterRole } from '../../shared/domain/model/flow.ts';
import type { Permission } from '../../shared/domain/model/permission.ts';
import { type Basis, type Mm2Position, type Proof, VERDICTS } from '../../shared/domain/model/report.ts';
import type { UnmirroredPartition } from '../../shared/domain/reconcile/unmirrored.ts';
import type { RefusalCode } from '../../shared/domain/restore/refusal.ts';
import type { LeftOut, RestoreStep } from '../../shared/domain/restore/restore-plan.ts';
import type { RestoreResult, Standing } from '../../shared/domain/restore/restore-result.ts';
import { LEVERS, type SettingPlace } from '../../shared/domain/tune/advice.ts';
import type { Capacity } from '../../shared/domain/tune/capacity.ts';
import type { Damage } from '../../shared/history/history-errors.ts';

/** Every member of a union, which the compiler holds against it. */
function allOf<T extends string>(members: Readonly<Record<T, true>>): readonly string[] {
  return Object.keys(members);
}

export const FINDING_CODES: readonly string[] = Object.keys(FINDINGS);

export const REFUSAL_CODES = allOf<RefusalCode>({
  HISTORY_EMPTY: true,
  INPUT_TOO_OLD: true,
  INPUT_UNREAD: true,
  CLUSTER_UNREAD: true,
  GROUP_UNKNOWN: true,
  GROUP_NOT_A_CONSUMER: true,
  GROUP_LIVE: true,
  GROUP_UNREAD: true,
  GROUP_MOVED: true,
  TOPIC_MISSING: true,
  TOPIC_RECREATED: true,
  LOG_CHANGED: true,
  LOG_UNREAD: true,
  MAPPING_UNKNOWN: true,
  OUTSIDE_LOG: true,
  PROOF_TOO_WEAK: true,
  MM2_SYNCS_GROUPS: true,
  PLAN_ALTERED: true,
  PLAN_EXPIRED: true,
  PLAN_UNDONE: true,
  PLAN_NOT_APPLIED: true,
  CLUSTER_CHANGED: true,
});

const PROOFS = { verified: true, exact: true, bounded: true, conservative: true } as const;
const roles = allOf<ClusterRole>({ source: true, target: true });
const damages = allOf<Damage>({
  missing: true,
  torn: true,
  truncated: true,
  'not-a-frame': true,
  checksum: true,
  'future-version': true,
  'unknown-codec': true,
  'out-of-place': true,
  malformed: true,
});

/** What an enum of docs/schema has to be, by the end of its path; the first that fits counts. */
export const ENUMS: readonly (readonly [path: string, values: readonly (string | null)[]])[] = [
  ['#finding/code', FINDING_CODES],
  ['/leftOut[]/code', allOf<LeftOut['code']>({ GROUP_LIVE: true, GROUP_NOT_A_CONSUMER: true })],
  ['#lever', LEVERS],
  ['/place', allOf<SettingPlace>({ 'source-connector': true, worker: true })],
  ['/capacity|0/from', allOf<Extract<Capacity, { kind: 'known' }>['from']>({ measured: true, given: true })],
  ['#gate', GATE_CODES],
  ['#step', ALL_STEP_NAMES],
  ['/mode', RUN_MODES],
  [
    '/phase',
    allOf<RunPhase>({ 'awaiting-approval': true, running: true, undoing: true, completed: true, undone: true }),
  ],
  [
    '/steps[]/state',
    allOf<StepState['kind']>({
      pending: true,
      doing: true,
      done: true,
      failed: true,
      skipped: true,
      undoing: true,
      undone: true,
    }),
  ],
  ['#suppressed/code', FINDING_CODES],
  ['#acknowledgement/code', FINDING_CODES],
  [
    '#acknowledgement/state',
    allOf<AcknowledgementState>({ 'in-effect': true, expired: true, closed: true, withdrawn: true }),
  ],
  ['/rule/was', allOf<Severity>({ critical: true, warning: true, info: true })],
  ['/reasons[]', FINDING_CODES],
  ['#refusal/code', REFUSAL_CODES],
  ['/severity', allOf<Severity>({ critical: true, warning: true, info: true })],
  ['/verdict', VERDICTS],
  ['#verdict', VERDICTS],
  ['#standing', allOf<PeriodStanding>({ kept: true, broken: true, unknown: true })],
  ['#event/event', allOf<PeriodEvent['kind']>({ opened: true, closed: true, verdict: true })],
  ['/verdict|0', VERDICTS],
  ['#basis', allOf<Basis>({ proven: true, estimated: true })],
  [
    '#mm2/from',
    allOf<Extract<Mm2Position, { kind: 'at' }>['from'] | 'none'>({
      'group-offset': true,
      checkpoint: true,
      none: true,
    }),
  ],
  ['#step/proof', allOf<RestoreStep['proof']>(PROOFS)],
  ['/proof', allOf<Proof>({ ...PROOFS, none: true })],
  ['/damage', damages],
  ['/damage|0', damages],
  ['/role', roles],
  ['/onto', roles],
  ['/kind', allOf<UnreadPart['kind']>({ cluster: true, group: true, topic: true, syncs: true, mapping: true })],
  ['/boundary', allOf<UnmirroredPartition['boundary']>({ 'failover-point': true, 'log-end': true })],
  ['/action', allOf<RestoreResult['action']>({ apply: true, undo: true })],
  ['/standing', allOf<Standing>({ written: true, already: true, refused: true, differs: true, unknown: true })],
  ['/clamped', [...allOf<NonNullable<RestoreStep['clamped']>>({ start: true, end: true }), null]],
  ['#check/status', allOf<CheckStatus>({ ok: true, warn: true, fail: true, unknown: true })],
  ['/operation', allOf<Permission['operation']>({ Describe: true, Read: true, Delete: true, DescribeConfigs: true })],
  ['/resourceType', allOf<Permission['resourceType']>({ Cluster: true, Topic: true, Group: true })],
];
