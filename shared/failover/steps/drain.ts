import * as z from 'zod';
import { asBound, counted } from '../../domain/model/figures.ts';
import type { FlowReport, PartitionReport } from '../../domain/model/report.ts';
import { logEnds } from '../ends-by-topic.ts';
import { StepFailedError } from '../failover-errors.ts';
import { endsDiffer, readEnds } from '../log-ends.ts';
import { pollUntil } from '../poll-until.ts';
import type { Step, StepContext } from '../step.ts';
import { missingIn, withoutReplayed } from './replayed-records.ts';

/** Evidence of a drained source: where it ended, and what MirrorMaker had mirrored then. */
export const drained = z.object({
  sourceEnds: logEnds,
  /** Records that MirrorMaker will never mirror. */
  missing: z.string(),
  proven: z.boolean(),
});

/** Waits until everything on the fenced source is on the target, as proven by an audit. */
export const drain: Step = {
  name: 'drain',
  skip: (_, mode) => (mode === 'unplanned' ? 'the source does not answer: what it had not mirrored stays there' : null),
  describe: () => ['waits until audits prove that every record of the source is on the target'],
  prepare: async () => ({}),

  async check(context) {
    const evidence = drained.safeParse(context.evidenceOf('drain'));
    if (!evidence.success) return 'unknown';
    const ends = await readEnds(context, 'source');
    return endsDiffer(evidence.data.sourceEnds, ends) === null ? 'in-effect' : 'absent';
  },

  async do(context) {
    await waitUntilDrained(context);
  },

  async evidence(context) {
    const before = await readEnds(context, 'source');
    const report = await waitUntilDrained(context);
    const moved = endsDiffer(before, await readEnds(context, 'source'));
    if (moved !== null) {
      throw new StepFailedError('SOURCE_WRITTEN', `records were written to the source while it drained: ${moved}`, {
        retriable: true,
        remedy: 'Find who writes there, and stop it. Then run the failover again under the same id.',
      });
    }
    const missing = (await missingIn(context, report.partitions)).toString();
    return { sourceEnds: { ...before }, missing, proven: true } satisfies z.infer<typeof drained>;
  },

  undo: null,
};

async function waitUntilDrained(context: StepContext): Promise<FlowReport> {
  const { world, progress } = context;
  const { clock, patience } = world;
  let last: PartitionReport | undefined;
  const report = await pollUntil(clock, { withinMs: patience.drainMs, everyMs: patience.pollMs }, async () => {
    const audited = await world.audit();
    const open = audited.partitions.filter(
      ({ lag }) => lag.kind !== 'known' || lag.records > 0n || lag.basis !== 'proven',
    );
    [last] = await withoutReplayed(context, open);
    progress(last === undefined ? 'the source is drained' : `draining: ${whereOf(last)}`);
    return last === undefined ? audited : null;
  });
  if (report !== null) return report;
  const where = last === undefined ? '' : `: ${whereOf(last)}`;
  throw new StepFailedError(
    'NOT_DRAINED',
    `not everything is proven to be on the target after ${patience.drainMs} ms${where}`,
    {
      retriable: true,
      remedy: 'See that MirrorMaker runs and is exempt from the fence. Then run the failover again under the same id.',
    },
  );
}

function whereOf({ topic, partition, lag }: PartitionReport): string {
  const what =
    lag.kind === 'known'
      ? `${asBound(lag, counted(lag.records, 'record waits', 'records wait'))} (${lag.basis})`
      : lag.reason;
  return `${topic}-${partition}: ${what}`;
}
