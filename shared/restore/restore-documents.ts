import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import * as z from 'zod';
import { canonicalJson } from '../domain/model/canonical-json.ts';
import { TidemarkError } from '../domain/model/errors.ts';
import { KNOWN_PROOFS } from '../domain/model/report.ts';
import type { RefusalCode } from '../domain/restore/refusal.ts';
import type { RestorePlan } from '../domain/restore/restore-plan.ts';
import type { RestoreResult } from '../domain/restore/restore-result.ts';
import { DamagedDocumentError } from './plan-store.ts';
import { withoutNull } from './without-null.ts';

/** The positions that an apply found and is about to overwrite. */
export interface Journal {
  readonly plan: string;
  /** Hash of the plan. */
  readonly hash: string;
  readonly run: number;
  readonly at: number;
  readonly groups: readonly {
    readonly group: string;
    /** `offset` is null if the group had no commit. */
    readonly positions: readonly {
      readonly topic: string;
      readonly partition: number;
      readonly offset: bigint | null;
    }[];
  }[];
}

/** Records that an undo of the plan has begun. Tidemark refuses to apply the plan after that. */
export interface UndoBegun {
  readonly plan: string;
  readonly hash: string;
  readonly at: number;
}

/** A result with the hash of its plan. */
export interface StoredResult extends RestoreResult {
  readonly hash: string;
}

const PLAN_SCHEMA = 'tidemark.restore-plan/1';
/** A plan's position takes about 250 bytes, so this holds 200,000 of them. */
const MAX_PLAN_BYTES = 48 * 1024 * 1024;
/** Journals and results answer each position of a plan, so they need more room than the plan. */
const MAX_DOCUMENT_BYTES = 128 * 1024 * 1024;

const offset = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform((text) => BigInt(text));
const count = z.number().int().nonnegative();
const place = { topic: z.string(), partition: count };
const role = z.enum(['source', 'target']);

const planSchema = z
  .strictObject({
    schema: z.literal(PLAN_SCHEMA),
    id: z.string(),
    flow: z.string(),
    onto: role,
    cluster: z.string(),
    clusterId: z.string().nullable(),
    asOf: z.number(),
    stateAt: z.number(),
    heldUntil: z.number(),
    madeAt: z.number(),
    expiresAt: z.number(),
    topics: z.array(
      z.strictObject({
        topic: z.string(),
        id: z.string().nullable(),
        logs: z.array(z.strictObject({ partition: count, start: offset, end: offset })),
      }),
    ),
    groups: z.array(
      z.strictObject({
        group: z.string(),
        steps: z.array(
          z
            .strictObject({
              ...place,
              committed: offset.exactOptional(),
              from: offset.nullable(),
              to: offset,
              rereadAtMost: offset,
              skipAtMost: offset,
              proof: z.enum(KNOWN_PROOFS),
              reason: z.string().exactOptional(),
              clamped: z.enum(['start', 'end']).nullable(),
              unreadLoss: offset,
            })
            .transform((step) => ({ ...step, reason: step.reason ?? null })),
        ),
        leftAlone: z.array(z.strictObject({ ...place, at: offset })),
      }),
    ),
    leftOut: z
      .array(
        z.strictObject({ group: z.string(), code: z.enum(['GROUP_LIVE', 'GROUP_NOT_A_CONSUMER']), reason: z.string() }),
      )
      .exactOptional(),
  })
  .transform((plan) => ({ ...plan, leftOut: plan.leftOut ?? [] }));

const journalSchema = z.strictObject({
  schema: z.literal('tidemark.restore-journal/1'),
  plan: z.string(),
  hash: z.string(),
  run: count,
  at: z.number(),
  groups: z.array(
    z.strictObject({
      group: z.string(),
      positions: z.array(z.strictObject({ ...place, offset: offset.nullable() })),
    }),
  ),
});

const undoSchema = z.strictObject({
  schema: z.literal('tidemark.restore-undo/1'),
  plan: z.string(),
  hash: z.string(),
  at: z.number(),
});

const resultSchema = z.strictObject({
  schema: z.literal('tidemark.restore-result/1'),
  plan: z.string(),
  hash: z.string(),
  action: z.enum(['apply', 'undo']),
  run: count,
  at: z.number(),
  groups: z.array(
    z
      .strictObject({
        group: z.string(),
        refusal: z
          .strictObject({
            code: z.string().transform((code) => code as RefusalCode),
            subject: z.strictObject({ group: z.string(), cluster: z.string().exactOptional() }),
            reason: z.string(),
            remedy: z.string(),
          })
          .exactOptional(),
        partitions: z.array(
          z
            .strictObject({
              ...place,
              before: offset.nullable(),
              to: offset.nullable(),
              found: offset.nullable(),
              standing: z.enum(['written', 'already', 'refused', 'differs', 'unknown']),
              why: z.string().exactOptional(),
            })
            .transform((one) => ({ ...one, why: one.why ?? null })),
        ),
        untouched: z.boolean(),
      })
      .transform((group) => ({ ...group, refusal: group.refusal ?? null })),
  ),
});

export function planText(plan: RestorePlan): string {
  return canonicalJson({ schema: PLAN_SCHEMA, ...storedPlan(plan) });
}

/** A stored plan says nothing of reasons that there are none of: its hash is over what is stored. */
function storedPlan(plan: RestorePlan): object {
  const groups = plan.groups.map((group) => ({
    ...group,
    steps: group.steps.map((step) => withoutNull(step, 'reason')),
  }));
  const { leftOut, ...rest } = plan;
  return { ...rest, groups, ...(leftOut.length === 0 ? {} : { leftOut }) };
}

function storedResult(result: StoredResult): object {
  const groups = result.groups.map((group) => ({
    ...withoutNull(group, 'refusal'),
    partitions: group.partitions.map((one) => withoutNull(one, 'why')),
  }));
  return { ...result, groups };
}

/** SHA-256 over the plan's canonical JSON, in hex: what `--hash` takes. */
export function planHash(plan: RestorePlan): string {
  return createHash('sha256').update(planText(plan)).digest('hex');
}

export const planCodec = codecOf<RestorePlan>('plan', PLAN_SCHEMA, planSchema, storedPlan);
export const journalCodec = codecOf<Journal>('journal', 'tidemark.restore-journal/1', journalSchema);
export const undoCodec = codecOf<UndoBegun>('undo note', 'tidemark.restore-undo/1', undoSchema);
export const resultCodec = codecOf<StoredResult>('result', 'tidemark.restore-result/1', resultSchema, storedResult);

interface Codec<T> {
  /** @throws TidemarkError RESTORE_TOO_LARGE */
  encode(value: T): Uint8Array;
  /** @throws DamagedDocumentError */
  decode(bytes: Uint8Array, plan: string): T;
}

/** What is stored has to be read back: a plan that cannot be undone must not be applied. */
function tooLarge(what: string, bytes: number): TidemarkError {
  return new TidemarkError('RESTORE_TOO_LARGE', `the ${what} takes ${Math.ceil(bytes / (1024 * 1024))} MiB`, {
    remedy: 'Plan fewer groups at once, by --group or --topic.',
  });
}

/** Documents are canonical JSON under zstd, with a schema that names their version. */
function codecOf<T extends object>(
  what: string,
  schema: string,
  shape: z.ZodType<T & { schema: string }>,
  stored: (value: T) => object = (value) => value,
): Codec<T> {
  return {
    encode(value) {
      const text = Buffer.from(canonicalJson({ schema, ...stored(value) }));
      if (text.length > (what === 'plan' ? MAX_PLAN_BYTES : MAX_DOCUMENT_BYTES)) throw tooLarge(what, text.length);
      return zstdCompressSync(text);
    },
    decode(bytes, plan) {
      let text: unknown;
      try {
        text = JSON.parse(zstdDecompressSync(bytes, { maxOutputLength: MAX_DOCUMENT_BYTES }).toString());
      } catch (cause) {
        throw new DamagedDocumentError(plan, what, 'cannot be read', { cause });
      }
      const parsed = shape.safeParse(text);
      if (!parsed.success) throw new DamagedDocumentError(plan, what, 'does not match the schema of this version');
      const { schema: _, ...value } = parsed.data;
      return value as unknown as T;
    },
  };
}
