import { type Command, InvalidArgumentError, Option } from 'commander';
import { flowName, oppositeOf } from '../../../shared/domain/model/flow.ts';
import { KNOWN_PROOFS } from '../../../shared/domain/model/report.ts';
import { shortId } from '../../../shared/domain/model/short-id.ts';
import type { GroupChoice } from '../../../shared/domain/restore/choose-groups.ts';
import { DEFAULT_RESTORE_TERMS, type RestoreTerms } from '../../../shared/domain/restore/restore-terms.ts';
import type { Planned } from '../../../shared/restore/plan-restore.ts';
import { connector } from '../../connect.ts';
import { asOfOption } from '../../options/as-of-option.ts';
import { addConfigOptions, type ConfigOptions, loadFromOptions, oneFlow } from '../../options/config-options.ts';
import { addHistoryOption, givenAgain, type HistoryOptions } from '../../options/history-options.ts';
import { filterOf, matcher } from '../../options/name-patterns.ts';
import { bytes, collect, seconds } from '../../options/option-values.ts';
import { type RowsOption, rowsOption } from '../../options/rows-option.ts';
import { OfferedNames } from '../../options/unmatched-names.ts';
import { type VerifyOpenOptions, verifyOpen } from '../../options/verify-options.ts';
import { commandLine } from '../../output/command-line.ts';
import type { Finish } from '../../output/exit-code.ts';
import { ExitCode } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import { lookOf } from '../../output/table-options.ts';
import { type Terminal, writeAll } from '../../output/terminal.ts';
import { openRestoreStores } from './restore-stores.ts';
import { planIds } from './stored-plans.ts';

interface PlanOptions extends ConfigOptions, HistoryOptions, VerifyOpenOptions, RowsOption {
  readonly asOf: number;
  readonly onto: 'source' | 'target';
  readonly flow?: string;
  readonly group: readonly string[];
  readonly exclude?: readonly string[];
  readonly topic?: readonly string[];
  readonly minProof: RestoreTerms['minProof'];
  readonly maxAge: number;
  readonly validFor: number;
  readonly clamp?: boolean;
  readonly evenIfMm2Syncs?: boolean;
  readonly format: 'table' | 'json';
  readonly timeout: number;
}

const WEEKS_OF_SECONDS = 35 * 86_400;

export function addRestorePlanCommand(restore: Command, terminal: Terminal, finish: Finish): void {
  const { minProof, maxAgeMs, validForMs } = DEFAULT_RESTORE_TERMS;
  addHistoryOption(addConfigOptions(restore.command('plan').description('say what a restore would do, and store it')))
    .addOption(asOfOption('the time whose positions are wanted').makeOptionMandatory())
    .addOption(
      new Option(
        '--onto <side>',
        "source: rewind to its own offsets; target: the positions that correspond to the source's",
      )
        .choices(['source', 'target'])
        .makeOptionMandatory(),
    )
    .requiredOption('-g, --group <name>', "consumer group, or a glob ('*' for all); several times", collect)
    .option('-x, --exclude <name>', 'not this group, or a glob; several times', collect)
    .option('-t, --topic <name>', 'only this source topic, or a glob; several times', collect)
    .option('-f, --flow <A->B>', 'the flow; may be left out where there is only one')
    .addOption(
      new Option('--min-proof <proof>', 'refuse positions that are known less well')
        .choices(KNOWN_PROOFS.toReversed())
        .default(minProof),
    )
    .option(
      '--max-age <seconds>',
      'refuse if positions were read more than this many seconds before --as-of',
      age,
      maxAgeMs / 1000,
    )
    .option('--verify', 'onto the target: compare records on both sides where the syncs leave a position open')
    .option('--budget <bytes>', 'read at most this many bytes for that, such as 32M (default: 32M)', bytes)
    .option('--clamp', "move positions outside the log to the log's nearest end, instead of refusing")
    .option('--even-if-mm2-syncs', 'plan although MirrorMaker moves groups on the target forward again')
    .option('--valid-for <seconds>', 'how long the plan may be begun', age, validForMs / 1000)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .addOption(rowsOption())
    .option('--timeout <seconds>', 'be done by then', seconds, 120)
    .addHelpText(
      'after',
      `
Only reads Kafka. Groups with members are left out and named, as long as others remain.
All reasons against a plan are reported at once, and the plan is then not
stored.

Examples:
  tidemark restore plan --as-of 15m --onto source --group billing
  tidemark restore plan --as-of 2026-11-20T10:00:00Z --onto target --group '*' --exclude 'test-*'

Exit codes: 0 planned, 2 wrong usage or configuration, 3 could not be read,
            4 refused`,
    )
    .action(async (options: PlanOptions) => {
      const { planned, ids } = await plan(options, terminal);
      if (options.format === 'json') {
        const { renderPlanJson } = await import('./json.ts');
        const hash = planned.kind === 'planned' ? planned.hash : null;
        const refusals = planned.kind === 'refused' ? planned.refusals : [];
        const one = planned.kind === 'planned' ? planned.plan : planned.draft;
        await writeAll(terminal.stdout, renderPlanJson(one, hash, refusals));
      } else await writeAll(terminal.stdout, await planText(planned, ids, options, terminal));
      finish(planned.kind === 'planned' ? ExitCode.fine : ExitCode.refused);
    });
}

interface Stored {
  readonly planned: Planned;
  /** Ids of all stored plans. */
  readonly ids: readonly string[];
}

async function plan(options: PlanOptions, terminal: Terminal): Promise<Stored> {
  const verify = await verifyOpen(options);
  const config = await loadFromOptions(options, terminal);
  const flow = oneFlow(config.flows, options.flow);
  const source = config.clusters.get(flow.source);
  const target = config.clusters.get(flow.target);
  if (source === undefined || target === undefined) throw new Error(`a cluster of ${flowName(flow)} has no connection`);
  const stores = await openRestoreStores(options, terminal);
  const connect = await connector(options.timeout);
  const readers = { source: connect(source), target: connect(target) };
  const progress = createProgress(terminal.stderr);
  try {
    const offered = new OfferedNames();
    const { topic = null } = offered.noting(filterOf([flow], { topic: options.topic ?? [] }));
    const choices = (names: readonly string[]) => names.map((name) => choiceOf(name, offered));
    const { planRestore } = await import('../../../shared/restore/plan-restore.ts');
    const planned = await planRestore({
      flow,
      opposite: oppositeOf(flow, config.flows),
      policy: config.policy,
      ...readers,
      history: stores.history,
      plans: stores.plans,
      clock: { now: () => Date.now() },
      asOf: options.asOf,
      onto: options.onto,
      groups: choices(options.group),
      exclude: choices(options.exclude ?? []),
      ...(topic === null ? {} : { topic }),
      terms: {
        minProof: options.minProof,
        clamp: options.clamp === true,
        evenIfMm2Syncs: options.evenIfMm2Syncs === true,
        evenIfUnread: false,
        leaveOut: true,
        maxAgeMs: options.maxAge * 1000,
        validForMs: options.validFor * 1000,
      },
      ...(verify === undefined ? {} : { verify }),
      progress: (step) => progress.step(step),
    });
    const where = ` in the history as of ${new Date(options.asOf).toISOString()}`;
    offered.refuseUnknown('topic', options.topic ?? [], where);
    const ofTopics = options.topic === undefined ? '' : ' with positions on these topics';
    offered.refuseUnknown('group', [...options.group, ...(options.exclude ?? [])], `${ofTopics}${where}`);
    return { planned, ids: await planIds(stores.plans) };
  } finally {
    progress.end();
    await Promise.all([readers.source.close(), readers.target.close(), stores.close()]);
  }
}

async function planText(
  planned: Planned,
  ids: readonly string[],
  options: PlanOptions,
  terminal: Terminal,
): Promise<Iterable<string>> {
  const { renderPlan } = await import('./plan-table.ts');
  const { renderRefusals } = await import('./refusals-table.ts');
  const look = lookOf(terminal, options.rows);
  if (planned.kind === 'refused') {
    const title = `${look.paint('red', 'refused')}: no plan was stored\n`;
    return [title, ...renderRefusals(planned.refusals, look)];
  }
  const { id, expiresAt } = planned.plan;
  const apply = ['restore', 'apply', shortId(id, ids), '--hash', planned.hash];
  return [
    ...renderPlan(planned.plan, look),
    `\nNothing has been written yet. To do exactly this, until ${new Date(expiresAt).toISOString()}:\n`,
    `  ${commandLine(terminal, apply, givenAgain(options, terminal))}\n`,
  ];
}

function choiceOf(text: string, offered: OfferedNames): GroupChoice {
  return { text, matches: offered.noted('group', matcher([text]) ?? (() => false)) };
}

/** Seconds, or none at all. */
function age(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= WEEKS_OF_SECONDS) return value;
  throw new InvalidArgumentError('Write a whole number of seconds, such as 3600.');
}
