import type { ChainEntry } from '../../../shared/domain/failover/evidence-chain.ts';
import type { Gate } from '../../../shared/domain/failover/gates.ts';
import { type StepState, tookMs } from '../../../shared/domain/failover/run-record.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import type { StoredRun } from '../../../shared/failover/run-entry-schema.ts';
import { json } from '../../../shared/text/json.ts';

/** Why a command did not do what was asked. */
export interface FailoverFault {
  readonly code: string;
  readonly reason: string;
  readonly remedy: string | null;
}

/** What a command says of a run, beside its record. */
export interface FailoverSaid {
  /** Only of an assessment: everything that speaks against the failover, accepted or not. */
  readonly gates: readonly Gate[];
  readonly faults: readonly FailoverFault[];
}

/** A run as `tidemark.failover/1`: times as ISO 8601, and the whole chain of its evidence. One line per entry. */
export function* renderFailoverJson(
  { record, entries }: StoredRun,
  { gates, faults }: FailoverSaid,
): Generator<string> {
  const { run, subject, hash, figures, approval, steps, phase } = record;
  const { flow, mode, clusters, topics, groups, rpoRecords, rtoSeconds, accepted, refused } = subject;
  const head = {
    schema: 'tidemark.failover/1',
    run,
    flow,
    mode,
    takesBack: subject.takesBack ?? null,
    phase,
    hash,
    assessedAt: iso(record.assessedAt),
    assessedBy: record.assessedBy,
    expiresAt: iso(record.expiresAt),
    approval: approval === null ? null : { by: approval.by, at: iso(approval.at) },
    lastAt: iso(record.lastAt),
    clusters,
    topics,
    groups,
    rpoRecords,
    rtoSeconds,
    tookMs: tookMs(record),
    accepted,
    refused,
    figures,
    gates,
    faults,
  };
  yield json(head).slice(0, -1);
  yield ',\n "steps":[';
  for (const [i, { step, actions }] of subject.steps.entries()) {
    yield `${i === 0 ? '' : ','}\n  ${json({ step, ...stateJson(steps.get(step)), actions })}`;
  }
  yield '],\n "entries":[';
  for (const [i, entry] of entries.entries()) yield `${i === 0 ? '' : ','}\n  ${json(entryJson(entry))}`;
  yield ']\n}\n';
}

/** The entry exactly as it was hashed. */
function entryJson({ run, seq, at, epoch, event, previous, hash }: ChainEntry): object {
  return { run, seq, at, epoch, event, previous, hash };
}

function stateJson(state: StepState | undefined): object {
  if (state === undefined || state.kind === 'pending') return { state: 'pending', at: null, reason: null };
  const reason = 'reason' in state ? state.reason : null;
  return { state: state.kind, at: iso(state.at), reason };
}
