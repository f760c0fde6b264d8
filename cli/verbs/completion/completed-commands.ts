import type { Argument, Command, Option } from 'commander';

/** What completes a value. */
export type CompletedValue =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'file' }
  /** A name that only a cluster or the history knows. */
  | { readonly kind: 'unknown' };

export interface CompletedOption {
  /** `-c` and `--config`, the long one last. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Null if it takes none. */
  readonly value: CompletedValue | null;
}

export interface CompletedCommand {
  /** Words after `tidemark`, with blanks between; empty for the program itself. */
  readonly verbs: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  /** Its first argument; null if it takes none. */
  readonly argument: CompletedValue | null;
}

/** Every command of the program with what its help shows, from above. */
export function completedCommands(program: Command, verbs: readonly string[] = []): readonly CompletedCommand[] {
  const help = program.createHelp();
  const subcommands = help.visibleCommands(program);
  const [argument] = program.registeredArguments;
  const one: CompletedCommand = {
    verbs: verbs.join(' '),
    subcommands: subcommands.map((command) => ({
      name: command.name(),
      description: firstLine(command.description()),
    })),
    options: help.visibleOptions(program).map(completedOption),
    argument: argument === undefined ? null : completedValue(argument, argument.name()),
  };
  return [one, ...subcommands.flatMap((command) => completedCommands(command, [...verbs, command.name()]))];
}

function completedOption(option: Option): CompletedOption {
  const takesValue = option.required || option.optional;
  const [, placeholder = ''] = /[<[]([^>\]]*)[>\]]/.exec(option.flags) ?? [];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: firstLine(option.description),
    value: takesValue ? completedValue(option, placeholder) : null,
  };
}

function completedValue({ argChoices }: Option | Argument, placeholder: string): CompletedValue {
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices };
  return { kind: placeholder === 'file' ? 'file' : 'unknown' };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
