import { z } from 'zod';

/** Log ends by topic, in the order of partitions, as decimal strings: they are part of the evidence. */
export type LogEnds = Readonly<Record<string, readonly string[]>>;

export const logEnds: z.ZodType<LogEnds> = z.record(z.string(), z.array(z.string()));
