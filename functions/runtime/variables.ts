import * as z from 'zod';

/** A place in Secrets Manager, as a variable's JSON spells it. */
export const secretLocation = z.strictObject({ secretsManager: z.string().min(1), key: z.string().min(1).optional() });

/** The text of a variable that holds JSON. */
export const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a JSON object' });
    return z.NEVER;
  }
});
