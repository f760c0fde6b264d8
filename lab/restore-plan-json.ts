import * as z from 'zod';

const offset = z.string().transform(BigInt);

/** What `tidemark restore plan --format json` prints, as far as the lab uses it. */
export const restorePlanJson = z.object({
  id: z.string().nullable(),
  hash: z.string().nullable(),
  refusals: z.array(z.object({ code: z.string(), reason: z.string() })),
  groups: z.array(
    z.object({
      group: z.string(),
      steps: z.array(
        z.object({
          topic: z.string(),
          partition: z.number(),
          to: offset,
          rereadAtMost: offset,
          proof: z.string(),
        }),
      ),
    }),
  ),
});

export type RestorePlan = z.infer<typeof restorePlanJson>;
