import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { acknowledgeFinding, withdrawAcknowledgement } from '../../../shared/acknowledge/acknowledge-finding.ts';
import type { Acknowledgement } from '../../../shared/domain/model/finding.ts';
import { flowName } from '../../../shared/domain/model/flow.ts';
import type { AcknowledgementStore } from '../../../shared/history/acknowledgement-store.ts';
import { newestHistory } from '../../../shared/history/history-lineage.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import {
  addConfigOptions,
  type ConfigOptions,
  chosenFlows,
  loadFromOptions,
  oneFlow,
} from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions, requireAuditHistory } from '../../options/history-options.ts';
import { timeAhead } from '../../options/point-in-time.ts';
import type { Finish } from '../../output/exit-code.ts';
import { ExitCode } from '../../output/exit-code.ts';
import { type Terminal, widthOf, writeAll } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';
import { UsageError, unknownName } from '../../output/usage-error.ts';
import { refuseUnknownSubject } from './refuse-unknown-subject.ts';
import { codeOf, type SubjectOptions, subjectOf } from './subject-options.ts';

interface AcknowledgeOptions extends ConfigOptions, HistoryOptions, SubjectOptions {
  readonly reason?: string;
  readonly flow?: string;
  /** ms since the epoch. */
  readonly until?: number;
  readonly by?: string;
  readonly list?: true;
  readonly withdraw?: string;
  readonly format: 'table' | 'json';
}

/** Of a reason: a longer text is better kept in a ticket that the reason names. */
const MOST_CHARACTERS = 1_000;
const CLOCK = { now: () => Date.now() };

export function addAcknowledgeCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const command = program
    .command('acknowledge')
    .description('say of a finding that it is known: it no longer counts for the verdict')
    .argument('[finding]', 'code of the finding, such as FOREIGN_WRITES');
  addHistoryOption(addConfigOptions(command))
    .option('--reason <text>', 'why it is fine, or who works on it')
    .option('-f, --flow <A->B>', 'of this flow (default: the only one; with --list: all)')
    .option('-t, --topic <name>', 'of this topic, for a finding about a topic')
    .option('-g, --group <name>', 'of this group, for a finding about a group')
    .option('--partition <number>', 'only while the finding names this partition as its worst', partitionNumber)
    .option('--cluster <alias>', 'of this cluster, for a finding about a cluster')
    .option('--until <time>', 'ends then: 2026-11-20T10:00:00Z, or how long from now: 2h, 3d', (text) =>
      timeAhead(text),
    )
    .option('--by <name>', 'who says so (default: the user of this system)')
    .addOption(new Option('--list', 'list acknowledgements, also those that ended').conflicts('withdraw'))
    .option('--withdraw <id>', 'end an acknowledgement: its finding counts again')
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .addHelpText(
      'after',
      `
An acknowledged finding does not count for verdict, reasons, exit code and metrics. Every
output still shows it, with reason and name. What could not be read or is unknown holds
anyway: a target that is down is NOT READY, even if that is known. Acknowledgements are
kept in the history: use the one that the audits use.

Without --until an acknowledgement ends as soon as an audit no longer finds the finding.
If it is found again later, it counts again. The same acknowledgement twice is one.

Examples:
  tidemark acknowledge FOREIGN_WRITES --topic orders --reason 'loader writes there, OPS-12'
  tidemark acknowledge MIRROR_STOPPED --until 2h --reason 'planned upgrade of MM2'
  tidemark acknowledge --list
  tidemark acknowledge --withdraw 3f9a2c1b7d04

The JSON is described by docs/schema/acknowledgements-1.json.
Exit codes: 0 fine, 2 wrong usage or configuration, 3 the history cannot be used`,
    )
    .action(async (finding: string | undefined, options: AcknowledgeOptions) => {
      await writeAll(terminal.stdout, await act(finding, options, terminal));
      finish(ExitCode.fine);
    });
}

async function act(
  finding: string | undefined,
  options: AcknowledgeOptions,
  terminal: Terminal,
): Promise<Iterable<string>> {
  const { list, withdraw } = options;
  if (finding === undefined && list === undefined && withdraw === undefined) {
    throw new UsageError('no finding is named', 'name its code and a --reason, or use --list or --withdraw <id>');
  }
  if (finding !== undefined && (list !== undefined || withdraw !== undefined)) {
    throw new UsageError('--list and --withdraw take no finding', `leave ${finding} out`);
  }
  if (finding !== undefined) return await acknowledge(finding, options, terminal);
  const config = await loadFromOptions(options, terminal);
  const flows = chosenFlows(config.flows, options.flow === undefined ? undefined : [options.flow]).map(flowName);
  return await withStore(options, terminal, async (store) => {
    const print = await printer(options, terminal);
    if (withdraw === undefined) return print(await listed(store, flows), null);
    const withdrawal = await withdrawAcknowledgement(store, flows, { id: withdraw, by: byWhom(options), clock: CLOCK });
    if (withdrawal.kind === 'unknown') {
      const known = (await listed(store, flows)).map(({ id }) => id);
      throw unknownName('acknowledgement', withdraw, known);
    }
    const { kind, acknowledgement } = withdrawal;
    return print(
      [acknowledgement],
      kind === 'withdrawn' ? 'Withdrawn: the finding counts again.' : 'It had ended before.',
    );
  });
}

async function acknowledge(
  finding: string,
  options: AcknowledgeOptions,
  terminal: Terminal,
): Promise<Iterable<string>> {
  const code = codeOf(finding);
  const reason = textOf('--reason', options.reason);
  const by = byWhom(options);
  const subject = subjectOf(code, options);
  const config = await loadFromOptions(options, terminal);
  const flow = oneFlow(config.flows, options.flow);
  const { cluster } = subject;
  if (cluster !== undefined && cluster !== flow.source && cluster !== flow.target) {
    throw unknownName('cluster of this flow', cluster, [flow.source, flow.target]);
  }
  return await withStore(options, terminal, async (store, history) => {
    await refuseUnknownSubject(history, flow, subject, CLOCK.now());
    const until = options.until ?? null;
    const request = { store, clock: CLOCK, flow, code, subject, reason, by, until };
    const { acknowledgement, isNew } = await acknowledgeFinding(request);
    if ((await history.head(flowName(flow))) === null) {
      // Audits that use another history would never see it.
      const text = `no audit of ${printable(flowName(flow))} is in this history; use the --history of your audits`;
      terminal.stderr.write(`warning: ${text}\n`);
    }
    const print = await printer(options, terminal);
    return print([acknowledgement], isNew ? 'Acknowledged.' : 'It was acknowledged before; nothing changed.');
  });
}

async function withStore<T>(
  options: AcknowledgeOptions,
  terminal: Terminal,
  run: (store: AcknowledgementStore, history: SnapshotStore) => Promise<T>,
): Promise<T> {
  const { history, acknowledgements, close } = await requireAuditHistory(options, terminal);
  try {
    return await run(acknowledgements, newestHistory(history));
  } finally {
    await close();
  }
}

async function listed(store: AcknowledgementStore, flows: readonly string[]): Promise<Acknowledgement[]> {
  const all: Acknowledgement[] = [];
  for (const flow of flows) all.push(...(await store.list(flow, CLOCK.now())));
  return all;
}

async function printer(
  { format }: AcknowledgeOptions,
  terminal: Terminal,
): Promise<(all: readonly Acknowledgement[], result: string | null) => Iterable<string>> {
  const now = CLOCK.now();
  if (format === 'json') {
    const { acknowledgementsJson } = await import('./json.ts');
    return (all) => acknowledgementsJson(all, now);
  }
  const { acknowledgementsTable } = await import('./table.ts');
  return (all, result) => acknowledgementsTable(all, result, { width: widthOf(terminal.stdout), now });
}

function byWhom({ by }: AcknowledgeOptions): string {
  if (by !== undefined) return textOf('--by', by);
  try {
    return textOf('--by', userInfo().username);
  } catch {
    // A container can run as a user that the system has no name for.
    throw new UsageError('this system has no name for you', 'write it: --by NAME');
  }
}

function textOf(option: string, text: string | undefined): string {
  if (text === undefined)
    throw new UsageError(`${option} is missing`, `write ${option} TEXT: others have to understand it later`);
  const trimmed = text.trim();
  if (trimmed === '') throw new UsageError(`${option} is empty`, 'write a text that others understand later');
  if (trimmed.length <= MOST_CHARACTERS) return trimmed;
  throw new UsageError(
    `${option} has ${trimmed.length} characters`,
    `write at most ${MOST_CHARACTERS}, and name a ticket that has the rest`,
  );
}

function partitionNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 0 on.');
}
