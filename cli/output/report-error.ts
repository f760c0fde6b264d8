import { ConfigurationError, place } from '../../shared/config/configuration-error.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import { ExitCode } from './exit-code.ts';
import { printable, printableLines } from './text.ts';
import { UsageError } from './usage-error.ts';

export interface ErrorOptions {
  readonly debug: boolean;
  /** A command of Tidemark, by its words after `tidemark`, as a person can paste it. */
  readonly nextStep: (words: readonly string[]) => string;
}

/** One clear message for an error: what is wrong, where, and what to do. No stack unless asked for, no secret ever. */
export function describeError(error: unknown, options: ErrorOptions): string {
  const stack = options.debug && error instanceof Error ? `${printableLines(error.stack ?? '')}\n` : '';
  if (error instanceof ConfigurationError) return `${faultLines(error, options)}${stack}`;
  if (error instanceof TidemarkError) {
    const remedy = error.remedy === null ? '' : `  → ${remedyText(error.remedy, options)}\n`;
    return `tidemark: ${printable(error.message)}\n${remedy}${stack}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = options.debug ? '' : '  → this is a bug in Tidemark; --debug shows where it happened\n';
  return `tidemark: unexpected error: ${printable(message)}\n${hint}${stack}`;
}

/** In remedies, commands are written `tidemark …` in backquotes: here they become what starts this Tidemark. */
function remedyText(remedy: string, { nextStep }: ErrorOptions): string {
  const text = remedy.replace(/`tidemark ([^`]+)`/g, (_, words: string) => `\`${nextStep(words.split(' '))}\``);
  return printable(text);
}

function faultLines(error: ConfigurationError, options: ErrorOptions): string {
  const lines = error.faults.map((fault) => {
    const key = fault.key === '' ? '' : `${fault.key}: `;
    return `  ${printable(`${place(fault)}: ${key}${fault.message}`)}\n    → ${remedyText(fault.remedy, options)}\n`;
  });
  return `tidemark: ${printable(error.message)}\n${lines.join('')}`;
}

/** Wrong usage or configuration is 2; whatever else stops a command left it without a verdict. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof ConfigurationError || error instanceof UsageError ? ExitCode.usage : ExitCode.couldNotAudit;
}
