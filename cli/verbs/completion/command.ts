import { Argument, type Command } from 'commander';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { type Terminal, writeAll } from '../../output/terminal.ts';
import { completedCommands } from './completed-commands.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export function addCompletionCommand(program: Command, terminal: Terminal, finish: Finish): void {
  program
    .command('completion')
    .description("print a script that completes Tidemark's commands in a shell")
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
It completes the word tidemark: installed globally, or the executable.

Examples:
  source <(tidemark completion bash)   this shell; put it into ~/.bashrc
  source <(tidemark completion zsh)    this shell; put it into ~/.zshrc, after compinit
  tidemark completion fish > ~/.config/fish/completions/tidemark.fish`,
    )
    .action(async (shell: Shell) => {
      await writeAll(terminal.stdout, [await scriptFor(shell, program)]);
      finish(ExitCode.fine);
    });
}

async function scriptFor(shell: Shell, program: Command): Promise<string> {
  const commands = completedCommands(program);
  switch (shell) {
    case 'bash':
      return (await import('./bash.ts')).bashCompletion(commands);
    case 'zsh':
      return (await import('./zsh.ts')).zshCompletion(commands);
    case 'fish':
      return (await import('./fish.ts')).fishCompletion(commands);
  }
}
