import * as z from 'zod';
import { hashOfSubject } from '../domain/failover/approval-subject.ts';
import { brokenAt, type ChainEntry } from '../domain/failover/evidence-chain.ts';
import { GATE_CODES } from '../domain/failover/gates.ts';
import { ImpossibleRunError, type RunRecord, recordOf } from '../domain/failover/run-record.ts';
import { ALL_STEP_NAMES, RUN_MODES } from '../domain/failover/step-name.ts';
import { isJson, type Json } from '../domain/model/canonical-json.ts';
import { DamagedRunError } from './failover-errors.ts';
import { sha256 } from './sha256.ts';

/** Not a copy: zod's own leaves out keys that are called `__proto__`, and the hash would be another. */
const json = z.custom<Json>(isJson);
const step = z.enum(ALL_STEP_NAMES);
/** ms since the epoch, as far as a date can have them. */
const time = z.int().nonnegative().max(8_640_000_000_000_000);
const text = z.string();
const gates = z.array(z.enum(GATE_CODES));

const subject = z.strictObject({
  flow: text,
  mode: z.enum(RUN_MODES),
  takesBack: z.strictObject({ run: text, head: text }).exactOptional(),
  clusters: z.strictObject({ source: text.nullable(), target: text.nullable() }),
  topics: z.array(z.strictObject({ topic: text, targetTopic: text, partitions: z.int().nonnegative() })),
  chosen: z.array(text),
  groups: z.array(text),
  rpoRecords: text.regex(/^\d+$/).nullable(),
  rtoSeconds: z.int().nullable(),
  accepted: gates,
  refused: gates,
  steps: z.array(z.strictObject({ step, skipped: text.nullable(), actions: z.array(text) })),
});

const event = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('assessed'), subject, hash: text, figures: json, by: text, expiresAt: time }),
  z.strictObject({ kind: z.literal('locked'), by: text, overrode: text.nullable() }),
  z.strictObject({ kind: z.literal('approved'), hash: text, by: text }),
  z.strictObject({ kind: z.literal('refused'), reasons: z.array(text) }),
  z.strictObject({ kind: z.literal('began'), step, intent: json }),
  z.strictObject({ kind: z.literal('done'), step, evidence: json }),
  z.strictObject({ kind: z.literal('failed'), step, code: text, reason: text }),
  z.strictObject({ kind: z.literal('skipped'), step, reason: text }),
  z.strictObject({ kind: z.literal('undo-began'), step }),
  z.strictObject({ kind: z.literal('undone'), step, evidence: json }),
  z.strictObject({ kind: z.literal('undo-failed'), step, code: text, reason: text }),
  z.strictObject({ kind: z.literal('ended'), outcome: z.enum(['completed', 'undone']) }),
]);

const entry = z.strictObject({
  run: text,
  seq: z.int().nonnegative(),
  at: time,
  epoch: z.int().nonnegative(),
  event,
  previous: text,
  hash: text,
});

/** A run as it is stored: its evidence, which was checked, and what it adds up to. */
export interface StoredRun {
  readonly entries: readonly ChainEntry[];
  readonly record: RunRecord;
}

/** Checks stored entries of a run; null if there are none. @throws DamagedRunError */
export function storedRun(run: string, stored: readonly unknown[]): StoredRun | null {
  const parsed = z.array(entry).safeParse(stored);
  if (!parsed.success) {
    const index = parsed.error.issues[0]?.path[0];
    throw new DamagedRunError(run, `entry ${String(index)} does not match the schema of this version`);
  }
  const entries: readonly ChainEntry[] = parsed.data;
  const broken = brokenAt(run, entries, sha256);
  if (broken !== null) throw new DamagedRunError(run, broken);
  try {
    const record = recordOf(entries);
    if (record === null) return null;
    // The chain shows that no entry was changed alone. It cannot show that all of it was written again.
    if (hashOfSubject(record.subject, sha256) !== record.hash) {
      throw new DamagedRunError(run, 'what was assessed does not have the hash that a person approves');
    }
    return { entries, record };
  } catch (cause) {
    if (!(cause instanceof ImpossibleRunError)) throw cause;
    throw new DamagedRunError(run, cause.message, { cause });
  }
}
