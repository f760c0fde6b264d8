import { setTimeout as wait } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { SYSTEM_CLOCK } from '../../../shared/adapters/system/system-clock.ts';
import type { LoadedConfig } from '../../../shared/config/mm2/mm2-properties.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import { connectorsOf, metricsOf, readerOf } from '../../connect.ts';
import type { AuditStores } from '../../history/history-stores.ts';
import { type KeptHistory, keepHistory } from '../../history/keep-history.ts';
import { addConfigOptions, type ConfigOptions, chosenFlows, loadFromOptions } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions, openAuditHistory } from '../../options/history-options.ts';
import { collect, count, seconds } from '../../options/option-values.ts';
import type { Terminal } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';
import type { Access } from './access.ts';
import type { LagLog } from './lag-log.ts';
import { hostAndPort, type ListenAddress, listenAddress } from './listen-address.ts';
import { serveToken, TOKEN_VARIABLE } from './serve-token.ts';
import type { ServedAudits } from './served-audits.ts';

const DEFAULT_ADDRESS = '127.0.0.1:8080';

interface ServeOptions extends ConfigOptions, HistoryOptions {
  readonly flow?: readonly string[];
  readonly listen: ListenAddress;
  readonly tokenFile?: string;
  readonly interval: number;
  readonly timeout: number;
  readonly groupMetrics: number;
}

export function addServeCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('serve')
    .description('audit on an interval; serve the results as a page, JSON and metrics');
  addHistoryOption(addConfigOptions(command))
    .option('-f, --flow <A->B>', 'only this flow; may be given several times', collect)
    .addOption(
      new Option('--listen <address>', 'IP address and port')
        .argParser(listenAddress)
        .default(listenAddress(DEFAULT_ADDRESS), DEFAULT_ADDRESS),
    )
    .option('--token-file <file>', `file with the token that requests have to carry (default: $${TOKEN_VARIABLE})`)
    .option('--interval <seconds>', 'from the start of one audit to that of the next', seconds, 60)
    .option('--timeout <seconds>', 'time limit of each audit', seconds, 60)
    .option('--group-metrics <number>', 'groups of a flow with series of their own in /metrics', count, 50)
    .addHelpText(
      'after',
      `
/           a page: verdict and loss, lag over time, findings, where each group would land,
            the mapping of a partition over time, and the state as of any time of the history
/metrics    for Prometheus: the numbers of the last audit (docs/metrics.md)
/api/audit  the last audit, as "audit --format json" prints it; ?as-of=-2h one of the past
/healthz    200 while audits end, else 503 and why; needs no token

It only reads. Another address than 127.0.0.1 needs a token of at least 16 characters, which
requests carry as "Authorization: Bearer TOKEN"; the page asks for it. There is no TLS: put
a proxy before it.
Audits are kept in the history, as those of "watch".

Examples:
  tidemark serve --mm2 mm2.properties
  tidemark serve --listen 0.0.0.0:8080 --token-file /run/secrets/tidemark-token

Exit codes: 2 wrong usage or configuration, 3 the first audit was refused, 130 after Ctrl-C,
            143 after SIGTERM`,
    )
    .action(async (options: ServeOptions) => {
      const token = serveToken(options.tokenFile, terminal.environment, options.listen);
      const config = await loadFromOptions(options, terminal);
      const flows = chosenFlows(config.flows, options.flow);
      const history = await keepHistory(options, terminal, options.interval + options.timeout);
      // Reading has a connection of its own: what it waits for does not hold up the recording.
      const stores = history.history === null ? null : await openAuditHistory(options, terminal).catch(() => null);
      try {
        const [{ ServedAudits }, { LagLog }, { Access }] = await Promise.all([
          import('./served-audits.ts'),
          import('./lag-log.ts'),
          import('./access.ts'),
        ]);
        const { interval, timeout } = options;
        const audits = new ServedAudits(interval * 1_000, timeout * 1_000, Date.now());
        const serving = { options, flows, config, audits, lag: new LagLog(), terminal };
        await startServer({ ...serving, stores, access: new Access(token) });
        await auditForever({ ...serving, history });
      } finally {
        await history.close();
        await stores?.close();
      }
    });
}

/** How far back the lag over time reaches when the server starts. */
const FILLED_MS = 12 * 3_600_000;

interface Serving {
  readonly options: ServeOptions;
  readonly flows: readonly Flow[];
  readonly config: LoadedConfig['config'];
  readonly audits: ServedAudits;
  readonly lag: LagLog;
  readonly terminal: Terminal;
}

async function startServer(
  serving: Serving & { readonly stores: AuditStores | null; readonly access: Access },
): Promise<void> {
  const { options, flows, config, audits, lag, stores, access, terminal } = serving;
  const [{ createAuditServer, listen }, { MetricsText }, { PastAudits }, { fillFromHistory }] = await Promise.all([
    import('./server.ts'),
    import('./metrics-text.ts'),
    import('./past-audits.ts'),
    import('./fill-from-history.ts'),
  ]);
  const past = stores === null ? null : new PastAudits(flows, config.policy, stores);
  const server = createAuditServer({
    served: {
      audits,
      metrics: new MetricsText(flows.map(flowName), options.groupMetrics),
      lag,
      past,
      now: () => Date.now(),
    },
    access,
    failed: (error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      terminal.stderr.write(`tidemark: unexpected error: ${printable(text)}\n`);
    },
  });
  const bound = await listen(server, options.listen);
  if (past !== null) void fillFromHistory(lag, past, Date.now() - FILLED_MS);
  terminal.stdout.write(`serving http://${hostAndPort(bound)}/\n`);
}

async function auditForever({
  options,
  flows,
  config,
  audits,
  lag,
  history: { history, acknowledgements },
  terminal,
}: Serving & { readonly history: KeptHistory }): Promise<void> {
  const [{ runAudit }, { AuditMemory }, { watch }, { preparePage }] = await Promise.all([
    import('../../../shared/audit/run-audit.ts'),
    import('../../../shared/audit/audit-memory.ts'),
    import('../../../shared/audit/watch.ts'),
    import('./page/prepare-page.ts'),
  ]);
  const names = new Set(flows.map(flowName));
  const memory = new AuditMemory();
  const audit = async () => {
    const report = await runAudit({
      config,
      clock: SYSTEM_CLOCK,
      memory,
      filter: { flow: (name) => names.has(name) },
      reader: await readerOf(config, options.timeout),
      connectors: await connectorsOf(config, options.timeout),
      metrics: await metricsOf(config, options.timeout),
      ...(history === null ? {} : { history }),
      ...(acknowledgements === null ? {} : { acknowledgements }),
    });
    preparePage(report);
    audits.succeeded(report, Date.now());
    lag.add(report);
    return report;
  };
  const clock = SYSTEM_CLOCK;
  for await (const event of watch({ audit, intervalMs: options.interval * 1_000, clock, wait: (ms) => wait(ms) })) {
    if (event.kind !== 'failed') continue;
    const { code, message } = event.error;
    audits.failed({ at: event.at, code, message }, Date.now());
    lag.addUnknown([...names], event.at);
    terminal.stderr.write(`${new Date(event.at).toISOString()}  not audited: ${printable(message)}\n`);
  }
}
