import * as z from 'zod';
import { type RunRecord, tookMs } from '../domain/failover/run-record.ts';
import { firstRead } from './consumers-seen.ts';
import { drained } from './steps/drain.ts';

/** A number of records or of milliseconds, or why it is not known. */
export type Known<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly reason: string };

export type Standing = 'kept' | 'broken' | 'unknown' | 'not-set';

/** One objective: what was agreed (null: nothing), what the run shows, and whether that is within it. */
export interface Objective<T> {
  readonly agreed: T | null;
  readonly found: Known<T>;
  readonly standing: Standing;
}

export interface RunObjectives {
  /** Records that the assessment said a failover at that minute would lose; `basis` as in an audit. */
  readonly said: Known<{ readonly records: bigint; readonly basis: string }>;
  /** Source records that never came to the target, counted by an audit after the fence. */
  readonly loss: Objective<bigint>;
  /** From the approval to the end of the run, in milliseconds. */
  readonly time: Objective<number>;
  /** From the approval until a group was seen to have read on the target, in milliseconds, and which one. */
  readonly firstRead: Known<{ readonly ms: number; readonly group: string }>;
}

const figures = z.object({
  loss: z.union([
    z.object({ kind: z.literal('known'), records: z.string().regex(/^\d+$/), basis: z.string() }),
    z.object({ kind: z.literal('unknown'), reason: z.string() }),
  ]),
});

/** What a run shows of its loss and of its length, compared with the objectives that the configuration had then. */
export function objectivesOf(record: RunRecord): RunObjectives {
  const { rpoRecords, rtoSeconds } = record.subject;
  const agreedRecords = rpoRecords === null ? null : BigInt(rpoRecords);
  const agreedMs = rtoSeconds === null ? null : rtoSeconds * 1_000;
  return {
    said: saidLoss(record),
    loss: objective(agreedRecords, countedLoss(record)),
    time: objective(agreedMs, took(record)),
    firstRead: firstReadOf(record),
  };
}

function objective<T extends bigint | number>(agreed: T | null, found: Known<T>): Objective<T> {
  if (agreed === null) return { agreed, found, standing: 'not-set' };
  if (found.kind === 'unknown') return { agreed, found, standing: 'unknown' };
  return { agreed, found, standing: found.value <= agreed ? 'kept' : 'broken' };
}

function saidLoss(record: RunRecord): RunObjectives['said'] {
  const parsed = figures.safeParse(record.figures);
  if (!parsed.success) return { kind: 'unknown', reason: 'the assessment recorded no figure of it' };
  const { loss } = parsed.data;
  if (loss.kind === 'unknown') return loss;
  return { kind: 'known', value: { records: BigInt(loss.records), basis: loss.basis } };
}

function countedLoss({ steps, phase }: RunRecord): Known<bigint> {
  if (phase === 'undone') return { kind: 'unknown', reason: 'the run was undone' };
  const drain = steps.get('drain');
  if (drain?.kind === 'skipped') {
    const after = 'tidemark reconcile list counts it when the source answers again';
    return { kind: 'unknown', reason: `${drain.reason}; ${after}` };
  }
  const evidence = drained.safeParse(drain?.kind === 'done' ? drain.evidence : null);
  if (!evidence.success || !/^\d+$/.test(evidence.data.missing))
    return { kind: 'unknown', reason: 'step drain, which counts it, was not completed' };
  return { kind: 'known', value: BigInt(evidence.data.missing) };
}

function took(record: RunRecord): Known<number> {
  const ms = tookMs(record);
  if (ms !== null) return { kind: 'known', value: ms };
  if (record.approval === null) return { kind: 'unknown', reason: 'the run was not approved' };
  const why = record.phase === 'undone' ? 'the run was undone' : 'the run has not come to its end';
  return { kind: 'unknown', reason: why };
}

const verified = z.object({ firstRead: firstRead.nullable() });

function firstReadOf({ approval, steps }: RunRecord): RunObjectives['firstRead'] {
  const verify = steps.get('verify');
  if (approval === null || verify?.kind !== 'done')
    return { kind: 'unknown', reason: 'step verify, which looks for it, was not completed' };
  const evidence = verified.safeParse(verify.evidence);
  if (!evidence.success)
    return { kind: 'unknown', reason: 'the version of Tidemark that carried it out did not look for it' };
  const seen = evidence.data.firstRead;
  if (seen !== null) return { kind: 'known', value: { ms: Date.parse(seen.seenAt) - approval.at, group: seen.group } };
  return {
    kind: 'unknown',
    reason: 'no group was seen to read on the target: there may have been nothing new to read',
  };
}
