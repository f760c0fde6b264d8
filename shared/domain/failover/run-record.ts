import type { Json } from '../model/canonical-json.ts';
import type { ApprovalSubject } from './approval-subject.ts';
import type { ChainEntry } from './evidence-chain.ts';
import type { RunEvent } from './run-event.ts';
import { DANGEROUS_STEPS, POINT_OF_NO_RETURN, RENEWABLE_STEPS, type StepName, stepNamesOf } from './step-name.ts';

/** How far one step is. `at` is when that began: ms since the epoch. */
export type StepState =
  | { readonly kind: 'pending' }
  | { readonly kind: 'doing'; readonly at: number; readonly intent: Json }
  | { readonly kind: 'done'; readonly at: number; readonly intent: Json; readonly evidence: Json }
  | {
      readonly kind: 'failed';
      readonly at: number;
      readonly intent: Json;
      readonly code: string;
      readonly reason: string;
    }
  | { readonly kind: 'skipped'; readonly at: number; readonly reason: string }
  | { readonly kind: 'undoing'; readonly at: number; readonly intent: Json; readonly reason: string | null }
  | { readonly kind: 'undone'; readonly at: number; readonly evidence: Json };

export type RunPhase = 'awaiting-approval' | 'running' | 'undoing' | 'completed' | 'undone';

/** What the entries of a run add up to. */
export interface RunRecord {
  readonly run: string;
  readonly subject: ApprovalSubject;
  /** Hash of the subject. */
  readonly hash: string;
  readonly figures: Json;
  readonly assessedAt: number;
  readonly assessedBy: string;
  readonly expiresAt: number;
  readonly epoch: number;
  readonly approval: { readonly hash: string; readonly by: string; readonly at: number } | null;
  readonly steps: ReadonlyMap<StepName, StepState>;
  readonly phase: RunPhase;
  /** When the run ended, else when its last entry was written. */
  readonly lastAt: number;
}

/** The entries contradict each other: they were not written by an engine that keeps to the order. */
export class ImpossibleRunError extends Error {
  override readonly name = 'ImpossibleRunError';
}

/** The record of a run; null without entries. @throws ImpossibleRunError */
export function recordOf(entries: readonly ChainEntry[]): RunRecord | null {
  const [first, ...rest] = entries;
  if (first === undefined) return null;
  if (first.event.kind !== 'assessed') throw new ImpossibleRunError('a run begins with its assessment');
  const { subject, hash, figures, by, expiresAt } = first.event;
  const begin: RunRecord = {
    run: first.run,
    subject,
    hash,
    figures,
    assessedAt: first.at,
    assessedBy: by,
    expiresAt,
    epoch: first.epoch,
    approval: null,
    steps: new Map(stepNamesOf(subject.mode).map((name) => [name, { kind: 'pending' }])),
    phase: 'awaiting-approval',
    lastAt: first.at,
  };
  return rest.reduce(afterEntry, begin);
}

/**
 * Whether a failover can no longer be undone: the name has been switched, or may have been, or clients were led to the
 * target without it.
 */
export function isPastNoReturn({ steps, subject }: Pick<RunRecord, 'steps' | 'subject'>): boolean {
  const names = stepNamesOf(subject.mode);
  return names
    .slice(names.indexOf(POINT_OF_NO_RETURN))
    .filter((name) => DANGEROUS_STEPS.has(name))
    .map((name) => steps.get(name)?.kind)
    .some((state) => state === 'done' || state === 'doing' || state === 'failed');
}

/** The failover that a failback has taken back: clients were, or may have been, led back. Null of all other runs. */
export function takenBackBy(record: RunRecord): string | null {
  const { takesBack } = record.subject;
  return takesBack !== undefined && (record.phase === 'completed' || isPastNoReturn(record)) ? takesBack.run : null;
}

/** From the approval to the end; null for a run that is not completed. */
export function tookMs({ phase, approval, lastAt }: RunRecord): number | null {
  return phase === 'completed' && approval !== null ? lastAt - approval.at : null;
}

/** The intent that a step has recorded; undefined if it never began. */
export function intentOf(state: StepState | undefined): Json | undefined {
  return state !== undefined && 'intent' in state ? state.intent : undefined;
}

function afterEntry(record: RunRecord, { event, at, epoch }: ChainEntry): RunRecord {
  if (record.phase === 'completed' || record.phase === 'undone') throw new ImpossibleRunError('the run had ended');
  const next = { ...record, epoch, lastAt: at };
  switch (event.kind) {
    case 'assessed':
      throw new ImpossibleRunError('a run is assessed once');
    case 'locked':
    case 'refused':
      return next;
    case 'approved': {
      if (event.hash !== record.hash) throw new ImpossibleRunError('something else was approved');
      return { ...next, approval: { hash: event.hash, by: event.by, at }, phase: 'running' };
    }
    case 'ended':
      return { ...next, phase: event.outcome };
    default: {
      requireApproval(record, event);
      const state = afterEvent(record.steps.get(event.step) ?? { kind: 'pending' }, event, at);
      const phase = event.kind === 'undo-began' ? 'undoing' : record.phase;
      return { ...next, phase, steps: new Map([...record.steps, [event.step, state]]) };
    }
  }
}

type StepEvent = Extract<RunEvent, { readonly step: StepName }>;

function requireApproval({ approval, phase }: RunRecord, { kind, step }: StepEvent): void {
  if (approval === null && DANGEROUS_STEPS.has(step)) throw new ImpossibleRunError(`${step} was not approved`);
  const isUndo = kind === 'undo-began' || kind === 'undone' || kind === 'undo-failed';
  if (phase === 'undoing' && !isUndo) throw new ImpossibleRunError(`${step} was ${kind} during the undo`);
}

/** A step that is done stays done until its undo begins, or until it is renewed. */
function afterEvent(state: StepState, event: StepEvent, at: number): StepState {
  const impossible = () => new ImpossibleRunError(`${event.step} was ${state.kind} and then ${event.kind}`);
  switch (event.kind) {
    case 'began': {
      if (state.kind === 'pending') return { kind: 'doing', at, intent: event.intent };
      // The first intent counts: a later look at the world would see what the first attempt did.
      const isRenewed = state.kind === 'done' && RENEWABLE_STEPS.has(event.step);
      if (state.kind === 'doing' || state.kind === 'failed' || isRenewed)
        return { kind: 'doing', at, intent: state.intent };
      throw impossible();
    }
    case 'done':
      if (state.kind === 'doing') return { kind: 'done', at, intent: state.intent, evidence: event.evidence };
      throw impossible();
    case 'failed': {
      const { code, reason } = event;
      if (state.kind === 'doing') return { kind: 'failed', at, intent: state.intent, code, reason };
      throw impossible();
    }
    case 'skipped':
      if (state.kind === 'pending') return { kind: 'skipped', at, reason: event.reason };
      throw impossible();
    case 'undo-began':
      if (state.kind === 'done' || state.kind === 'doing' || state.kind === 'failed' || state.kind === 'undoing') {
        return { kind: 'undoing', at, intent: state.intent, reason: null };
      }
      throw impossible();
    case 'undone':
      if (state.kind === 'undoing') return { kind: 'undone', at, evidence: event.evidence };
      throw impossible();
    case 'undo-failed':
      if (state.kind === 'undoing') return { kind: 'undoing', at, intent: state.intent, reason: event.reason };
      throw impossible();
  }
}
