import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../domain/model/canonical-json.ts';
import { TidemarkError } from '../domain/model/errors.ts';
import { hashOfReplay, REPLAY_PLAN_SCHEMA, type ReplayPlan } from '../domain/reconcile/replay-plan.ts';

const offset = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform((text) => BigInt(text));

const planSchema = z.strictObject({
  schema: z.literal(REPLAY_PLAN_SCHEMA),
  flow: z.string(),
  source: z.strictObject({ alias: z.string(), clusterId: z.string() }),
  target: z.strictObject({ alias: z.string(), clusterId: z.string().nullable() }),
  failover: z.string().nullable(),
  skipSuperseded: z.boolean(),
  madeAt: z.number(),
  expiresAt: z.number(),
  partitions: z.array(
    z.strictObject({
      topic: z.string(),
      targetTopic: z.string(),
      sourceId: z.string().nullable(),
      targetId: z.string().nullable(),
      partition: z.number().int().nonnegative(),
      ranges: z.array(z.strictObject({ from: offset, until: offset })),
      records: offset,
      bytes: offset,
      digest: z.string(),
      lookFrom: offset,
      superseded: offset.nullable(),
    }),
  ),
});

/** The file that a plan is kept in: one line of canonical JSON. */
export function replayPlanText(plan: ReplayPlan): string {
  return `${canonicalJson({ schema: REPLAY_PLAN_SCHEMA, ...plan })}\n`;
}

/** @throws TidemarkError REPLAY_PLAN_DAMAGED if the text is no plan of this version */
export function parseReplayPlan(text: string): ReplayPlan {
  try {
    const { schema: _, ...plan } = planSchema.parse(JSON.parse(text));
    return plan;
  } catch (cause) {
    throw new TidemarkError('REPLAY_PLAN_DAMAGED', 'the file is no plan of a replay', {
      remedy: 'Make a new plan: tidemark reconcile replay --plan FILE',
      cause,
    });
  }
}

/** SHA-256 in hex: what `--approve` takes. */
export function replayHash(plan: ReplayPlan): string {
  return hashOfReplay(plan, (text) => createHash('sha256').update(text).digest('hex'));
}
