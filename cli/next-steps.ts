import type { Command } from 'commander';
import { givenAgain } from './options/history-options.ts';
import { commandLine, type GivenOptions } from './output/command-line.ts';
import type { Terminal } from './output/terminal.ts';

/** The commands that messages name as a next step, for the configuration of the command that runs. */
export interface NextSteps {
  /** `snapshots list` as a person can paste it. */
  readonly commandFor: (words: readonly string[]) => string;
}

/** Call it before the command line is parsed: it keeps what the command that then runs is given. */
export function nextStepsOf(program: Command, terminal: Terminal): NextSteps {
  let given: GivenOptions = {};
  program.hook('preAction', (_, command) => {
    given = givenAgain(command.opts(), terminal);
  });
  return {
    commandFor: (words) => {
      const taken = optionsOf(program, words);
      const chosen = taken.has('--config') ? { config: given.config, mm2: given.mm2 } : {};
      return commandLine(terminal, words, taken.has('--history') ? { ...chosen, history: given.history } : chosen);
    },
  };
}

/** The options of the command that the words name. */
function optionsOf(program: Command, words: readonly string[]): ReadonlySet<string> {
  let command = program;
  for (const word of words) command = command.commands.find((one) => one.name() === word) ?? command;
  return new Set(command.options.flatMap(({ long }) => long ?? []));
}
