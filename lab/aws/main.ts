import { join } from 'node:path';
import { loadSettings, type Settings } from '../../infra/settings.ts';
import { scriptOptions } from '../script-options.ts';
import { type CheckRow, resourceRows } from './check-rows.ts';
import { adapterChecks } from './checks.ts';
import { deploy } from './deployment.ts';
import { Moto } from './moto.ts';

/**
 * `npm run drill:aws`: the stack and the adapters against moto, an implementation of AWS's APIs that is not ours. It is a peer and
 * no proof: moto takes much that AWS refuses. Needs Python 3, and PyPI the first time. Exits 1 if a check fails.
 */
const EXAMPLE = loadSettings(join(import.meta.dirname, '../../infra/example/settings.json'));
/** With everything that needs resources of its own. */
const SETTINGS: Settings = {
  ...EXAMPLE,
  alarmEmails: ['on-call@example.com'],
  pages: { severity: 'critical', email: true, slack: { secretsManager: 'tidemark/slack' } },
  maintenance: [{ name: 'upgrade', schedule: 'cron(0 2 * * SUN)', duration: 'PT2H', timezone: 'UTC' }],
  failover: {
    approvalSeconds: 900,
    approvalLink: false,
    secrets: {},
    names: {},
    policyArns: {},
    evidence: { retentionDays: 30, mode: 'governance' },
  },
};
scriptOptions({
  name: 'drill:aws',
  does: "The stack and the adapters against moto, an implementation of AWS's APIs that others wrote. Takes a minute or two.",
  options: {},
});
const progress = (line: string): void => void process.stderr.write(`${line} …\n`);

const rows: CheckRow[] = [];
const moto = await Moto.start(progress);
try {
  progress('creating the stack');
  const resources = await deploy(moto, SETTINGS).catch((error: unknown) => {
    rows.push({ service: 'CloudFormation', what: 'the stack', outcome: 'failed', why: messageOf(error) });
    return [];
  });
  rows.push(...resourceRows(resources));
  if (resources.length > 0) {
    progress('asking its services');
    for (const { service, what, run } of adapterChecks(moto, resources)) {
      const failure = await run().then(() => null, messageOf);
      rows.push({ service, what, outcome: failure === null ? 'held' : 'failed', why: failure ?? '' });
    }
  }
} finally {
  await moto.stop();
}

const count = (outcome: CheckRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
const widest = Math.max(...rows.map(({ service, what }) => `${service}: ${what}`.length));
for (const { service, what, outcome, why } of rows) {
  process.stdout.write(`${outcome.padEnd(7)}  ${`${service}: ${what}`.padEnd(widest)}  ${why}`.trimEnd());
  process.stdout.write('\n');
}
process.stdout.write(
  `AWS checks=${count('held') + count('failed')} failed=${count('failed')} skipped=${count('skipped')}\n`,
);
process.exitCode = count('failed') === 0 ? 0 : 1;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
