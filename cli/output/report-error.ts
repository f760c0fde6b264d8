import { ConfigurationError, place } from '../../shared/config/configuration-error.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import { ExitCode } from './exit-code.ts';
import { printable, printableLines } from './text.ts';
import { UsageError } from './usage-error.ts';

/** One clear message for an error: what is wrong, where, and what to do. No stack unless asked for, no secret ever. */
export function describeError(error: unknown, options: { readonly debug: boolean }): string {
  const stack = options.debug && error instanceof Error ? `${printableLines(error.stack ?? '')}\n` : '';
  if (error instanceof ConfigurationError) return `${faultLines(error)}${stack}`;
  if (error instanceof TidemarkError) {
    const remedy = error.remedy === null ? '' : `  → ${printable(error.remedy)}\n`;
    return `tidemark: ${printable(error.message)}\n${remedy}${stack}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = options.debug ? '' : '  → this is a bug in Tidemark; --debug shows where it happened\n';
  return `tidemark: unexpected error: ${printable(message)}\n${hint}${stack}`;
}

function faultLines(error: ConfigurationError): string {
  const lines = error.faults.map((fault) => {
    const key = fault.key === '' ? '' : `${fault.key}: `;
    return `  ${printable(`${place(fault)}: ${key}${fault.message}`)}\n    → ${printable(fault.remedy)}\n`;
  });
  return `tidemark: ${printable(error.message)}\n${lines.join('')}`;
}

/** Wrong usage or configuration is 2; whatever else stops a command left it without a verdict. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof ConfigurationError || error instanceof UsageError ? ExitCode.usage : ExitCode.couldNotAudit;
}
