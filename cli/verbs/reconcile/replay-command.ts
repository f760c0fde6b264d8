import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ReplayPlan } from '../../../shared/domain/reconcile/replay-plan.ts';
import type { PlannedReplay } from '../../../shared/reconcile/plan-replay.ts';
import { ReplayRefusedError } from '../../../shared/reconcile/reconcile-errors.ts';
import type { ReplayedPartition } from '../../../shared/reconcile/run-replay.ts';
import { connector } from '../../connect.ts';
import { loadFromOptions, oneFlow } from '../../options/config-options.ts';
import { commandLine } from '../../output/command-line.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { PRIVATE_FILE, requireFree, writeNewFile } from '../../output/new-file.ts';
import { createProgress } from '../../output/progress.ts';
import { painter, type Terminal, widthOf, writeAll } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';
import {
  addReconcileOptions,
  connectionOf,
  givenOptions,
  type ReconcileOptions,
  withList,
} from './reconcile-options.ts';
import { holdPlan } from './replay-lock.ts';

interface ReplayOptions extends ReconcileOptions {
  readonly plan: string;
  readonly approve?: string;
  readonly skipSuperseded?: boolean;
  readonly evenIfEqual?: boolean;
}

export function addReconcileReplayCommand(reconcile: Command, terminal: Terminal, finish: Finish): void {
  addReconcileOptions(reconcile.command('replay').description('write the lost records to the target, after a plan'))
    .requiredOption('--plan <file>', 'the plan: a new file to make one, or one that was made, with --approve')
    .option('--approve <hash>', 'carry the plan with this hash out: WRITES RECORDS TO THE TARGET')
    .option('--skip-superseded', 'plan without records whose key has a newer record on the target')
    .option('--even-if-equal', 'plan also records that the target was given equal ones of after the failover point')
    .addHelpText(
      'after',
      `
Without --approve it lists, and writes a plan to the file: which records go where. With --approve it
writes exactly those, in order, each to its partition, with its key, value, time and headers, and
with one more header. Records of the plan that the target has already are not written again: if
it was killed, run it again. Uses the writer's credentials; needs Write on the target's topics.

Examples:
  tidemark reconcile replay --plan replay.json --skip-superseded
  tidemark reconcile replay --plan replay.json --approve <hash>

Exit codes: 0 planned, or all records are on the target, 1 planned, but of some records it is
            unknown whether they are lost, 2 wrong usage or configuration, 3 could not be
            read, 4 refused, or not complete: run it again`,
    )
    .action(async (options: ReplayOptions) => {
      try {
        finish(
          options.approve === undefined
            ? await plan(options, terminal)
            : await carryOut(options, options.approve, terminal),
        );
      } catch (error) {
        if (!(error instanceof ReplayRefusedError)) throw error;
        await printRefusal(error, options, terminal);
        finish(ExitCode.refused);
      }
    });
}

async function plan(options: ReplayOptions, terminal: Terminal): Promise<ExitCode> {
  await requireFree(options.plan);
  const [{ planReplay }, { replayHash, replayPlanText }, { createRecordWriter }] = await Promise.all([
    import('../../../shared/reconcile/plan-replay.ts'),
    import('../../../shared/reconcile/replay-document.ts'),
    import('../../../shared/adapters/kafka/replaying/record-writer.ts'),
  ]);
  const { planned, flow } = await withList(options, terminal, async (hands) => {
    const { list, source, target, progress } = hands;
    const made = await planReplay({
      list,
      source,
      target,
      isolation: hands.flow.isolationLevel,
      // It connects only to write.
      writer: createRecordWriter(connectionOf(hands.config, hands.flow.target)),
      skipSuperseded: options.skipSuperseded === true,
      evenIfEqual: options.evenIfEqual === true,
      now: Date.now(),
      progress,
    });
    return { planned: made, flow: hands.flow };
  });
  const hash = replayHash(planned.plan);
  const isEmpty = planned.plan.partitions.length === 0;
  if (!isEmpty) await writeNewFile(options.plan, replayPlanText(planned.plan), PRIVATE_FILE);
  const words = ['reconcile', 'replay', '--plan', options.plan, '--approve', hash];
  await printPlan(
    planned,
    isEmpty ? null : hash,
    commandLine(terminal, words, givenOptions(options, flow)),
    options,
    terminal,
  );
  return planned.unknown.length === 0 ? ExitCode.fine : ExitCode.critical;
}

async function carryOut(options: ReplayOptions, approved: string, terminal: Terminal): Promise<ExitCode> {
  const [{ parseReplayPlan, replayHash }, { runReplay }, { createRecordWriter }, { SYSTEM_CLOCK }] = await Promise.all([
    import('../../../shared/reconcile/replay-document.ts'),
    import('../../../shared/reconcile/run-replay.ts'),
    import('../../../shared/adapters/kafka/replaying/record-writer.ts'),
    import('../../../shared/adapters/system/system-clock.ts'),
  ]);
  const made = parseReplayPlan(await readPlan(options.plan));
  const config = await loadFromOptions(options, terminal, { writers: true });
  const flow = oneFlow(config.flows, made.flow);
  const release = await holdPlan(options.plan);
  const giveBack = terminal.onInterrupt(release);
  const connect = await connector(options.timeout);
  const [source, target] = [connect(connectionOf(config, flow.source)), connect(connectionOf(config, flow.target))];
  const writer = createRecordWriter(connectionOf(config, flow.target));
  const progress = createProgress(terminal.stderr);
  try {
    const results = await runReplay({
      plan: made,
      hash: replayHash(made),
      approved,
      isolation: flow.isolationLevel,
      source,
      target,
      writer,
      clock: SYSTEM_CLOCK,
      progress: (step) => progress.step(step),
    });
    progress.end();
    await printResults(made, results, options, terminal);
    return results.every(({ failure }) => failure === null) ? ExitCode.fine : ExitCode.refused;
  } finally {
    progress.end();
    await Promise.all([source.close(), target.close(), writer.close()]);
    giveBack();
    await release();
  }
}

async function readPlan(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new UsageError(`${file} cannot be read`, 'make a plan first: the same command without --approve');
  }
}

async function printPlan(
  { plan: made, leftOut, unknown }: PlannedReplay,
  hash: string | null,
  command: string,
  options: ReplayOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.format === 'json') {
    const { renderReplayJson } = await import('./json.ts');
    await writeAll(terminal.stdout, [renderReplayJson({ plan: made, hash, file: options.plan, leftOut, unknown })]);
    return;
  }
  const { renderReplayPlan } = await import('./replay-table.ts');
  const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
  const next = hash === null ? [] : [`\nNothing has been written to Kafka. To write exactly this:\n`, `  ${command}\n`];
  await writeAll(terminal.stdout, [...renderReplayPlan({ plan: made, leftOut, unknown }, look), ...next]);
}

async function printResults(
  made: ReplayPlan,
  results: readonly ReplayedPartition[],
  options: ReplayOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.format === 'json') {
    const { renderReplayJson } = await import('./json.ts');
    const hash = options.approve ?? null;
    await writeAll(terminal.stdout, [renderReplayJson({ plan: made, hash, file: options.plan, results })]);
    return;
  }
  const { renderReplayResults } = await import('./replay-table.ts');
  const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
  await writeAll(terminal.stdout, renderReplayResults(made, results, look));
}

async function printRefusal(error: ReplayRefusedError, options: ReplayOptions, terminal: Terminal): Promise<void> {
  const { reasons, remedy } = error;
  if (options.format === 'json') {
    const { renderReplayJson } = await import('./json.ts');
    await writeAll(terminal.stdout, [
      renderReplayJson({ plan: null, hash: null, file: options.plan, refusals: reasons }),
    ]);
    return;
  }
  const { renderReplayRefusal } = await import('./replay-table.ts');
  const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
  await writeAll(terminal.stdout, renderReplayRefusal(reasons, remedy, look));
}
