import { Command, CommanderError, Option } from 'commander';
import { shellWord } from '../shared/domain/model/shell-word.ts';
import { endOnSignals } from './interruption.ts';
import { nextStepsOf } from './next-steps.ts';
import { ExitCode, type Finish } from './output/exit-code.ts';
import { describeError, exitCodeOf } from './output/report-error.ts';
import { isGone, OutputError, type Terminal } from './output/terminal.ts';
import { printableLines } from './output/text.ts';
import { silenceSqliteWarning } from './silence-sqlite-warning.ts';
import { presentStart, startedAs } from './started-as.ts';
import { addAcknowledgeCommand } from './verbs/acknowledge/command.ts';
import { addAuditCommand } from './verbs/audit/command.ts';
import { addCompletionCommand } from './verbs/completion/command.ts';
import { addDoctorCommand } from './verbs/doctor/command.ts';
import { addFailoverCommand } from './verbs/failover/command.ts';
import { addFailbackCommand } from './verbs/failover/failback-command.ts';
import { addInitCommand } from './verbs/init/command.ts';
import { addPlanCapacityCommand } from './verbs/plan-capacity/command.ts';
import { addReconcileCommand } from './verbs/reconcile/command.ts';
import { addReportCommand } from './verbs/report/command.ts';
import { addRestoreCommand } from './verbs/restore/command.ts';
import { addServeCommand } from './verbs/serve/command.ts';
import { addSnapshotsCommand } from './verbs/snapshots/command.ts';
import { addTranslateCommand } from './verbs/translate/command.ts';
import { addTuneCommand } from './verbs/tune/command.ts';
import { addVerifyCommand } from './verbs/verify/command.ts';
import { addWatchCommand } from './verbs/watch/command.ts';

/**
 * Runs the command line and ends the process with its exit code (`ExitCode`; 130 after Ctrl-C, 143 after SIGTERM). Commands are declared
 * here and load what they need only when they run, so that `--help` and wrong flags answer at once.
 *
 * @param version of Tidemark: what starts it knows, be it the checkout, the package or the executable
 */
export async function main(argv: readonly string[], version: string): Promise<void> {
  silenceSqliteWarning();
  const { stdout, stderr, env: environment } = process;
  const startedBy = startedAs(presentStart());
  const terminal: Terminal = { stdout, stderr, environment, onInterrupt: endOnSignals(), startedAs: startedBy };
  // A reader that goes away (`| head`) and a full disk must not become a stack trace, nor end a command between two writes to Kafka.
  let failure: Error | null = null;
  stdout.on('error', (error) => {
    if (!isGone(error)) failure = error;
  });
  // There is nowhere left to say it.
  stderr.on('error', () => undefined);
  const code = await run(argv, version, terminal, async () => {
    await drained(stdout);
    if (failure !== null) throw new OutputError(failure);
  });
  await drained(stderr);
  // A socket that a hung broker holds open must not keep the process.
  process.exit(code);
}

/** @param written throws if some of the output could not be written */
async function run(
  argv: readonly string[],
  version: string,
  terminal: Terminal,
  written: () => Promise<void>,
): Promise<number> {
  let code: ExitCode = ExitCode.fine;
  const program = createProgram(version, terminal, (result) => {
    code = result;
  });
  const nextSteps = nextStepsOf(program, terminal);
  try {
    await program.parseAsync(argv, { from: 'user' }).catch((error: unknown) => {
      if (!(error instanceof CommanderError)) throw error;
      code = error.exitCode === 0 ? ExitCode.fine : ExitCode.usage;
    });
    await written();
    return code;
  } catch (error) {
    const options = { debug: argv.includes('--debug'), nextStep: nextSteps.commandFor };
    terminal.stderr.write(describeError(error, options));
    return exitCodeOf(error);
  }
}

function createProgram(version: string, terminal: Terminal, finish: Finish): Command {
  const program = new Command('tidemark')
    .description(
      'Audits Kafka MirrorMaker 2 disaster recovery: how far behind is the replica,\nand where would each consumer group land after a failover?',
    )
    .version(version, '--version', 'print the version')
    .option('--debug', 'show where in the code an error came from')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      outputError: (text, write) => write(printableLines(text.replace(/^error: /, 'tidemark: '))),
    })
    .addHelpText(
      'after',
      `
Examples:
  tidemark audit --mm2 mm2.properties           audit every flow that MirrorMaker runs
  tidemark audit --group billing --format json  one group, for a program to read
  tidemark watch --mm2 mm2.properties           audit every minute, and keep the history
  tidemark serve --mm2 mm2.properties           the same for a browser and for Prometheus
  tidemark doctor --mm2 mm2.properties          check connections and permissions
  tidemark init mm2.properties                  print a commented tidemark.yaml

Exit codes: 0 fine, 1 critical findings, 2 wrong usage or configuration,
            3 could not audit, 4 refused`,
    );
  for (const add of [
    addAuditCommand,
    addWatchCommand,
    addServeCommand,
    addDoctorCommand,
    addTranslateCommand,
    addVerifyCommand,
    addAcknowledgeCommand,
    addSnapshotsCommand,
    addRestoreCommand,
    addFailoverCommand,
    addFailbackCommand,
    addReconcileCommand,
    addTuneCommand,
    addPlanCapacityCommand,
    addReportCommand,
    addInitCommand,
    addCompletionCommand,
  ])
    add(program, terminal, finish);
  tellOfHelp(program, terminal, []);
  return program;
}

/** Every command names its own help after an error, and knows `--debug`. */
function tellOfHelp(command: Command, terminal: Terminal, verbs: readonly string[]): void {
  const help = [...terminal.startedAs, ...verbs, '--help'].map(shellWord).join(' ');
  command.showHelpAfterError(`  → ${help} shows the ${command.commands.length > 0 ? 'commands' : 'options'}`);
  if (verbs.length > 0) command.addOption(new Option('--debug').hideHelp());
  for (const one of command.commands) tellOfHelp(one, terminal, [...verbs, one.name()]);
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // Writing nothing to a full disk fails as well. What has failed says so one turn later.
    if (stream.writableLength === 0) setImmediate(resolve);
    else stream.write('', () => resolve());
  });
}
