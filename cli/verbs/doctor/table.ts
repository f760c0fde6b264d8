import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import type { CheckStatus, DoctorReport } from '../../../shared/doctor/check.ts';
import { shellWord } from '../../../shared/domain/model/shell-word.ts';
import type { TableOptions } from '../../output/table-options.ts';
import type { Style } from '../../output/terminal.ts';
import { printable, tally, wrapped } from '../../output/text.ts';
import { permissionCommands } from './permission-commands.ts';

const STYLES: Readonly<Record<CheckStatus, Style>> = { ok: 'green', warn: 'yellow', fail: 'red', unknown: 'yellow' };

/** Checks by cluster and flow, then the commands that grant everything an audit needs. */
export function* renderDoctorTable(
  report: DoctorReport,
  config: TidemarkConfig,
  { width, paint }: TableOptions,
): Generator<string> {
  let subject: string | null = null;
  for (const check of report.checks) {
    if (check.subject !== subject) {
      yield `${subject === null ? '' : '\n'}${paint('bold', printable(check.subject))}\n`;
      subject = check.subject;
    }
    const indent = ' '.repeat(11);
    const [first = '', ...rest] = wrapped(printable(`${check.what}: ${check.detail}`), width, indent);
    yield `  ${paint(STYLES[check.status], check.status.padEnd(7))}  ${first.trim()}\n`;
    for (const line of rest) yield `${line}\n`;
    if (check.remedy !== null) {
      const [remedy = '', ...more] = wrapped(printable(check.remedy), width, `${indent}  `);
      yield `${indent}→ ${remedy.trim()}\n`;
      for (const line of more) yield `${line}\n`;
    }
  }
  yield `\n${tally(report.checks.map((check) => check.status))}\n`;
  yield `\n${paint('bold', 'Everything an audit needs; it never writes')}\n`;
  for (const [alias, permissions] of report.permissions) {
    const connection = config.clusters.get(alias);
    if (connection === undefined) continue;
    // Quoted, for not every shell takes the line for a comment.
    yield `# ${shellWord(alias)}\n`;
    for (const command of permissionCommands(connection, permissions)) yield `${command}\n`;
  }
}
