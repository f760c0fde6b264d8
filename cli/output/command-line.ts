import { shellWord } from '../../shared/domain/model/shell-word.ts';
import type { Terminal } from './terminal.ts';

/** What chooses the configuration and the history of a command, as its options name them. */
export interface GivenOptions {
  readonly config?: string | undefined;
  readonly mm2?: string | undefined;
  readonly history?: string | undefined;
}

/**
 * A command of Tidemark that a person can paste into a shell and run: as Tidemark was started this time, and with the
 * configuration and the history of this time.
 */
export function commandLine(
  { startedAs }: Pick<Terminal, 'startedAs'>,
  words: readonly string[],
  { config, mm2, history }: GivenOptions,
): string {
  const given = Object.entries({ config, mm2, history }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  return [...startedAs, ...words, ...given].map(shellWord).join(' ');
}
