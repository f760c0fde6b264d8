import * as z from 'zod';
import { logEnds } from './ends-by-topic.ts';

/** Evidence of `stop-mirror`: where the target ended once MirrorMaker had ended, and when that was read. Absent in older runs. */
export const endsAfterStop = z.object({ readAt: z.iso.datetime(), targetEnds: logEnds });
export type EndsAfterStop = z.infer<typeof endsAfterStop>;
