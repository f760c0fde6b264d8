import * as z from 'zod';
import type { RunRecord, StepState } from '../../domain/failover/run-record.ts';
import { stepNamesOf } from '../../domain/failover/step-name.ts';

export interface LeftUndone {
  readonly what: string;
  readonly why: string;
}

const withoutCanary = z.object({ canary: z.null() });
const notReadBack = z.object({ known: z.union([z.null(), z.literal(false)]) });
const sourceNotRead = z.object({ source: z.object({ kind: z.literal('not-read'), reason: z.string().optional() }) });

/** Everything that the run did not do, or did and could not see the effect of, with the reason. */
export function leftUndone(record: RunRecord): LeftUndone[] {
  return stepNamesOf(record.subject.mode).flatMap((name) => {
    const state = record.steps.get(name) ?? { kind: 'pending' };
    const why = whyNotDone(record, name, state);
    if (why !== null) return [{ what: `step ${name}`, why }];
    return state.kind === 'done' ? notSeen(name, state.evidence) : [];
  });
}

function whyNotDone({ subject, phase, approval }: RunRecord, name: string, state: StepState): string | null {
  switch (state.kind) {
    case 'done':
      return null;
    case 'skipped':
      return state.reason;
    case 'failed':
      return `it failed: ${state.reason}`;
    case 'doing':
      return 'it began, and nothing says that it ended';
    case 'undoing':
      return state.reason === null
        ? 'its undo began, and nothing says that it ended'
        : `its undo failed: ${state.reason}`;
    case 'undone':
      return 'it was done or begun, and then undone';
    case 'pending': {
      const planned = subject.steps.find(({ step }) => step === name)?.skipped ?? null;
      if (planned !== null) return planned;
      if (approval === null) return 'the run was not approved';
      return phase === 'undone' || phase === 'undoing' ? 'the run was undone before' : 'the run has not come to it';
    }
  }
}

function notSeen(name: string, evidence: unknown): LeftUndone[] {
  if (name === 'fence' && withoutCanary.safeParse(evidence).success) {
    const why = 'the configuration names none; that no log end moved is the only proof of the fence';
    return [{ what: 'a write to the source as an ordinary application, which must be refused', why }];
  }
  if (notReadBack.safeParse(evidence).success) {
    const why =
      'nothing says whether it took effect: the configuration has no check for it, or it took longer than the run waited';
    return [{ what: `reading back step ${name}`, why }];
  }
  const source = name === 'verify' ? sourceNotRead.safeParse(evidence) : null;
  if (source?.success !== true) return [];
  return [
    {
      what: 'checking at the end that nobody writes to the source',
      why: source.data.source.reason ?? 'it was not drained, so there is nothing to compare it with',
    },
  ];
}
