import { asBound, counted } from '../model/figures.ts';
import type { FlowReport } from '../model/report.ts';
import type { FailoverMode } from './step-name.ts';

/** Stable codes of the reasons why a failover does not begin by itself. */
export const GATE_CODES = [
  'SOURCE_DOWN',
  'SOURCE_ALIVE',
  'TARGET_DOWN',
  'FLOW_NOT_READY',
  'LOSS_OVER_OBJECTIVE',
  'LOSS_UNKNOWN',
  'GROUPS_NOT_PLACEABLE',
  'POSITIONS_OLD',
  'MIRROR_CONTROL_MISSING',
  'FENCE_MISSING',
  'CLIENTS_ELSEWHERE',
  'FAILOVER_NOT_ENDED',
  'OFFSETS_NOT_SETTABLE',
  'REVERSE_MIRROR_UNKNOWN',
  'REVERSE_MIRROR_RUNS',
  'REVERSE_MIRROR_RAN',
  'FORWARD_MIRROR_RUNS',
  'POINTS_UNKNOWN',
  'PARTITIONS_DIFFER',
  'TOPIC_RECREATED',
  'JOIN_EXPIRED',
  'TARGET_CHANGED',
  'TAIL_UNMIRRORED',
  'REPLAYED_RETURN',
] as const;
export type GateCode = (typeof GATE_CODES)[number];

/** One reason against a failover. A person can accept it by its code; the approval then says so. */
export interface Gate {
  readonly code: GateCode;
  readonly reason: string;
  readonly remedy: string;
  /** Nothing can be done about it by accepting it. */
  readonly isFinal: boolean;
}

export interface GateInputs {
  readonly mode: FailoverMode;
  readonly report: FlowReport;
  /** Which clusters did not answer. */
  readonly sourceDown: boolean;
  readonly targetDown: boolean;
  /** The objective; null if the configuration sets none. */
  readonly rpoRecords: bigint | null;
  readonly hasMirrorControl: boolean;
  readonly hasFence: boolean;
  /** Groups to place. */
  readonly groups: ReadonlySet<string>;
  /** ms since the epoch. */
  readonly now: number;
}

/** Everything that speaks against beginning the failover now. */
export function gatesOf(inputs: GateInputs): Gate[] {
  return [
    ...clusterGates(inputs),
    ...lossGates(inputs),
    ...groupGates(inputs),
    ...ageGates(inputs),
    ...controlGates(inputs),
  ];
}

function clusterGates({ mode, report, sourceDown, targetDown }: GateInputs): Gate[] {
  const gates: Gate[] = [];
  if (targetDown) {
    const remedy = 'A failover needs the target. Wait until it answers.';
    gates.push({ code: 'TARGET_DOWN', reason: 'the target does not answer', remedy, isFinal: true });
  }
  if (mode === 'planned' && sourceDown) {
    const remedy = 'Use --unplanned: it leaves out what a dead source cannot do.';
    gates.push({ code: 'SOURCE_DOWN', reason: 'the source does not answer', remedy, isFinal: true });
  }
  if (mode === 'unplanned' && !sourceDown) {
    const reason =
      'the source answers: records that it still holds, and those that producers write there, would be lost';
    const remedy = 'Use --planned, which fences and drains the source first.';
    gates.push({ code: 'SOURCE_ALIVE', reason, remedy, isFinal: false });
  }
  if (mode === 'planned' && !sourceDown && !targetDown && report.verdict === 'not-ready') {
    const reason = `the verdict is not-ready: ${report.reasons.join(', ')}`;
    const remedy = 'Follow the runbook sections of these findings.';
    gates.push({ code: 'FLOW_NOT_READY', reason, remedy, isFinal: false });
  }
  return gates;
}

/** A planned failover drains, so that only what MM2 will never mirror is lost. */
function lossGates({ mode, report, rpoRecords, sourceDown }: GateInputs): Gate[] {
  if (rpoRecords === null || (mode === 'planned' && sourceDown)) return [];
  const missing = report.partitions.reduce((sum, one) => sum + one.missing, 0n);
  const { loss } = report;
  const records = mode === 'planned' ? missing : loss.kind === 'known' ? loss.records : null;
  if (records === null) {
    const reason = `the objective is at most ${rpoRecords} lost records, and the loss is not known`;
    const remedy = 'The figures of the last audit show what is known of it.';
    return [{ code: 'LOSS_UNKNOWN', reason, remedy, isFinal: false }];
  }
  if (records <= rpoRecords) return [];
  const reason = `${mode !== 'planned' && loss.kind === 'known' ? asBound(loss, counted(records, 'record')) : counted(records, 'record')} would be lost; the objective is at most ${rpoRecords}`;
  const remedy = 'Wait until MirrorMaker has caught up, or see the findings for records that it will never mirror.';
  return [{ code: 'LOSS_OVER_OBJECTIVE', reason, remedy, isFinal: false }];
}

const SHOWN = 5;

function groupGates({ report, groups }: GateInputs): Gate[] {
  const lost = new Set(
    report.groups.filter((one) => groups.has(one.group) && one.tidemark.kind === 'unknown').map(({ group }) => group),
  );
  if (lost.size === 0) return [];
  const names = [...lost].sort();
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  const reason = `the positions of ${names.slice(0, SHOWN).join(', ')}${more} on the target are not known`;
  const remedy = 'Leave these groups out with --group, or audit until their mapping is known.';
  return [{ code: 'GROUPS_NOT_PLACEABLE', reason, remedy, isFinal: false }];
}

/** The coarsest snapshots are an hour apart: older positions mean that no audit was recorded, or that the source is long dead. */
const POSITIONS_LAST_MS = 3_600_000;

/** A planned failover reads the positions again, after the consumers have stopped. */
function ageGates({ mode, report, groups, now }: GateInputs): Gate[] {
  const read = report.groups.filter(({ group }) => groups.has(group)).map((one) => one.commitCheckedAt);
  const isUnknown = read.includes(null);
  const oldest = Math.min(now, ...read.map((time) => time ?? now));
  if (mode === 'planned' || (!isUnknown && now - oldest <= POSITIONS_LAST_MS)) return [];
  const at = isUnknown ? 'a time that is not known' : new Date(oldest).toISOString();
  const reason = `positions of groups were last read at ${at}: what they consumed on the source since then, they read again`;
  const remedy = 'If the source died soon after that time, accept it: there is nothing newer.';
  return [{ code: 'POSITIONS_OLD', reason, remedy, isFinal: false }];
}

function controlGates({ mode, hasMirrorControl, hasFence }: GateInputs): Gate[] {
  const gates: Gate[] = [];
  if (!hasMirrorControl) {
    const reason =
      'the configuration does not say how to stop MirrorMaker: it would write to the target beside producers';
    const remedy = 'Add flows[].failover.mirrorControl, or stop MirrorMaker yourself and accept this.';
    gates.push({ code: 'MIRROR_CONTROL_MISSING', reason, remedy, isFinal: false });
  }
  if (mode === 'planned' && !hasFence) {
    const reason =
      'the configuration has no fence: records that producers write to the source from now on would be lost';
    const remedy = 'Add flows[].failover.fence, or stop all producers yourself and accept this.';
    gates.push({ code: 'FENCE_MISSING', reason, remedy, isFinal: false });
  }
  return gates;
}
