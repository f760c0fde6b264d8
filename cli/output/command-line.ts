import { shellWord } from '../../shared/domain/model/shell-word.ts';

/** A command of Tidemark as a person can paste it into a shell, with the options that were given this time. */
export function commandLine(words: readonly string[], options: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  return ['tidemark', ...words, ...given].map(shellWord).join(' ');
}
