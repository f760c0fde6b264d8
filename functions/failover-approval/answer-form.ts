import * as z from 'zod';

/** Of the hash, as a person types it. */
export const TYPED_CHARACTERS = 8;
const LONGEST_NAME = 100;
const LONGEST_REASON = 300;

const by = z
  .string()
  .trim()
  .min(1, 'Give your name: it becomes part of the evidence.')
  .max(LONGEST_NAME, `Give a name of at most ${LONGEST_NAME} characters.`);

const schema = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('approve'), by, typed: z.string().trim().toLowerCase() }),
  z.object({
    answer: z.literal('reject'),
    by,
    reason: z
      .string()
      .trim()
      .min(1, 'Give a reason.')
      .max(LONGEST_REASON, `Give a reason of at most ${LONGEST_REASON} characters.`),
  }),
]);

export type AnswerForm = z.infer<typeof schema>;

/** What a person has filled in, or what is wrong with it, in words for that person. */
export function answerForm(
  form: URLSearchParams,
  hash: string,
): { readonly kind: 'filled'; readonly form: AnswerForm } | { readonly kind: 'faulty'; readonly fault: string } {
  const [answer, by, typed, reason] = ['answer', 'by', 'typed', 'reason'].map((name) => form.get(name) ?? '');
  const parsed = schema.safeParse({ answer, by, typed, reason });
  if (!parsed.success) return { kind: 'faulty', fault: parsed.error.issues[0]?.message ?? 'The form is incomplete.' };
  const filled = parsed.data;
  if (filled.answer === 'approve' && filled.typed !== hash.slice(0, TYPED_CHARACTERS) && filled.typed !== hash) {
    return { kind: 'faulty', fault: `Those are not the first ${TYPED_CHARACTERS} characters of the hash.` };
  }
  return { kind: 'filled', form: filled };
}
