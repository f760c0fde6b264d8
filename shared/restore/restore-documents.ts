import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import type { RefusalCode } from '../domain/restore/refusal.ts';
import type { RestorePlan } from '../domain/restore/restore-plan.ts';
import type { RestoreResult } from '../domain/restore/restore-result.ts';
import { TidemarkError } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { DamagedDocumentError } from './plan-store.ts';

/** The positions that an apply found and was about to overwrite. */
export interface Journal {
  readonly plan: string;
  /** Hash of the plan. */
  readonly hash: string;
  readonly run: number;
  readonly at: number;
  readonly groups: readonly {
    readonly group: string;
    /** Null where the group had no commit. */
    readonly positions: readonly {
      readonly topic: string;
      readonly partition: number;
      readonly offset: bigint | null;
    }[];
  }[];
}

/** Says that an undo of the plan has begun: from then on it is not applied any more. */
export interface UndoBegun {
  readonly plan: string;
  readonly hash: string;
  readonly at: number;
}

/** A result with the hash of the plan that it is of. */
export interface StoredResult extends RestoreResult {
  readonly hash: string;
}

/** A plan's position takes about 250 bytes, so that this is 200,000 of them. */
const MAX_PLAN_BYTES = 48 * 1024 * 1024;
/** What is noted of a plan once it is begun: it has room for an answer to each position, and must never be too large. */
const MAX_DOCUMENT_BYTES = 128 * 1024 * 1024;

const offset = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform((text) => BigInt(text));
const count = z.number().int().nonnegative();
const place = { topic: z.string(), partition: count };
const role = z.enum(['source', 'target']);

const planSchema = z.strictObject({
  schema: z.literal('tidemark.restore-plan/1'),
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
        z.strictObject({
          ...place,
          from: offset.nullable(),
          to: offset,
          rereadAtMost: offset,
          skipAtMost: offset,
          proof: z.enum(['verified', 'exact', 'bounded', 'conservative']),
          reason: z.string().optional(),
          clamped: z.enum(['start', 'end']).nullable(),
          unreadLoss: offset,
        }),
      ),
      leftAlone: z.array(z.strictObject({ ...place, at: offset })),
    }),
  ),
});

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
    z.strictObject({
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
        z.strictObject({
          ...place,
          before: offset.nullable(),
          to: offset.nullable(),
          found: offset.nullable(),
          standing: z.enum(['written', 'already', 'refused', 'differs', 'unknown']),
          why: z.string().exactOptional(),
        }),
      ),
      untouched: z.boolean(),
    }),
  ),
});

export function planText(plan: RestorePlan): string {
  return canonicalJson({ schema: 'tidemark.restore-plan/1', ...plan });
}

/** SHA-256 over the plan's canonical JSON, in hex: what `--hash` takes. */
export function planHash(plan: RestorePlan): string {
  return createHash('sha256').update(planText(plan)).digest('hex');
}

export const planCodec = codecOf<RestorePlan>('plan', 'tidemark.restore-plan/1', planSchema);
export const journalCodec = codecOf<Journal>('journal', 'tidemark.restore-journal/1', journalSchema);
export const undoCodec = codecOf<UndoBegun>('undo note', 'tidemark.restore-undo/1', undoSchema);
export const resultCodec = codecOf<StoredResult>('result', 'tidemark.restore-result/1', resultSchema);

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
function codecOf<T extends object>(what: string, schema: string, shape: z.ZodType<T & { schema: string }>): Codec<T> {
  return {
    encode(value) {
      const text = Buffer.from(canonicalJson({ schema, ...value }));
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
      if (!parsed.success) throw new DamagedDocumentError(plan, what, 'has another shape than this version writes');
      const { schema: _, ...value } = parsed.data;
      return value as unknown as T;
    },
  };
}
