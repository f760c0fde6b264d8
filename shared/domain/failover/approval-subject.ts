import { canonicalJson } from '../model/canonical-json.ts';
import { counted } from '../model/figures.ts';
import type { GateCode } from './gates.ts';
import type { RunMode, StepName } from './step-name.ts';

/** What one step will do, in the words that a person approves. */
export interface PlannedStep {
  readonly step: StepName;
  /** Why the step is left out; null if it is not. */
  readonly skipped: string | null;
  readonly actions: readonly string[];
}

/**
 * Exactly what a person approves: what will be done, to what, and which reasons against it they accept. The numbers of the
 * moment (loss, positions) are not part of it, because they change while a person reads. Limits bound them instead.
 */
export interface ApprovalSubject {
  /** `A->B` */
  readonly flow: string;
  readonly mode: RunMode;
  /** Of a failback: the failover that it takes back, and the hash of that one's last entry. Absent in a failover. */
  readonly takesBack?: { readonly run: string; readonly head: string };
  /** Ids of the clusters; null if the cluster did not answer. */
  readonly clusters: { readonly source: string | null; readonly target: string | null };
  /** Mirrored topics by their names on the source, sorted. */
  readonly topics: readonly { readonly topic: string; readonly targetTopic: string; readonly partitions: number }[];
  /** Names or globs of the groups that were chosen, and the groups that they match, sorted. */
  readonly chosen: readonly string[];
  readonly groups: readonly string[];
  /** The most records that may be lost; null if the configuration sets no objective. */
  readonly rpoRecords: string | null;
  /** How long it may take from the approval to the end, in seconds; null if the configuration sets no objective. */
  readonly rtoSeconds: number | null;
  /** Gates that refused and that a person accepts, sorted. */
  readonly accepted: readonly GateCode[];
  /** Gates that refuse. With any of them the subject cannot be approved. */
  readonly refused: readonly GateCode[];
  readonly steps: readonly PlannedStep[];
}

/** SHA-256 of a text in hex. The domain is given it, because it knows no library. */
export type Digest = (text: string) => string;

/** The hash by which a person approves. */
export function hashOfSubject(subject: ApprovalSubject, digest: Digest): string {
  return digest(`tidemark.failover-approval/1\n${canonicalJson(subject)}`);
}

/** What changed between the subject that was approved and the present one, in words; empty if nothing did. */
export function changesBetween(approved: ApprovalSubject, present: ApprovalSubject): string[] {
  const changes: string[] = [];
  const keys = new Set([...Object.keys(approved), ...Object.keys(present)]) as Set<keyof ApprovalSubject>;
  for (const key of keys) {
    if (key === 'steps' || key === 'groups' || key === 'topics') continue;
    const [before, now] = [canonicalJson(approved[key]), canonicalJson(present[key])];
    if (before !== now) changes.push(`${key} was ${before} and is now ${now}`);
  }
  changes.push(...listChanges('group', approved.groups, present.groups));
  const names = ({ topics }: ApprovalSubject) =>
    topics.map((one) => `${one.topic} (${counted(one.partitions, 'partition')})`);
  changes.push(...listChanges('topic', names(approved), names(present)));
  for (const [index, step] of approved.steps.entries()) {
    const now = present.steps[index];
    if (canonicalJson(step) !== canonicalJson(now)) changes.push(`step ${step.step} would now do something else`);
  }
  return changes;
}

function listChanges(what: string, before: readonly string[], now: readonly string[]): string[] {
  const [were, are] = [new Set(before), new Set(now)];
  return [
    ...now.filter((one) => !were.has(one)).map((one) => `${what} ${one} is new`),
    ...before.filter((one) => !are.has(one)).map((one) => `${what} ${one} is gone`),
  ];
}
