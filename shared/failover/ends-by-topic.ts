import * as z from 'zod';

/**
 * Values by a name of Kafka, as a JSON object. Any name will do: `__proto__` and `constructor` are topics like others, so the
 * object has no prototype, and no name that nobody put there.
 */
export type ByName<T> = Readonly<Record<string, T>>;

export function byName<T>(entries: Iterable<readonly [name: string, value: T]>): ByName<T> {
  const values: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) values[name] = value;
  return values;
}

/** zod's own record leaves out `__proto__`. */
export function byNameOf<T>(value: z.ZodType<T>): z.ZodType<ByName<T>> {
  const entries = z.array(z.tuple([z.string(), value]));
  return z
    .custom<object>((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
    .transform((one) => Object.entries(one))
    .pipe(entries)
    .transform((all) => byName(all));
}

/** Log ends by topic, in the order of partitions, as decimal strings: they are part of the evidence. */
export type LogEnds = ByName<readonly string[]>;

export const logEnds: z.ZodType<LogEnds> = byNameOf(z.array(z.string()));
