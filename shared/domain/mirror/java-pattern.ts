import { Automaton, TooManyStates } from './java-pattern/automaton.ts';
import { parseJavaPattern } from './java-pattern/parse.ts';
import { PatternText } from './java-pattern/pattern-text.ts';
import { stemsOf } from './java-pattern/stems.ts';
import type { NameKind } from './java-pattern/unsupported-pattern.ts';

/** States allowed beyond those that a pattern of this length has without repetitions: they bound the time per name. */
const REPEATED_STATES = 1_000;

/**
 * Compiles MM2's list of Java regular expressions to one test of whole names, as `MirrorUtils.compilePatternList` does.
 * It joins them with `|`, so a group or a flag of one item extends over the next. An empty list matches nothing.
 *
 * The time to match is proportional to the length of the name, whatever the pattern.
 *
 * @throws UnsupportedPatternError if Java rejects the list, or if its meaning is not the same for every name of this
 *   kind in Java 8 to 25
 */
export function compileJavaPatterns(list: readonly string[], names: NameKind): (name: string) => boolean {
  const text = textOf(list);
  if (text === null) return () => false;
  const node = parseJavaPattern(text, names);
  try {
    const automaton = new Automaton(node, 2 * text.length + REPEATED_STATES);
    return (name) => automaton.matches(name);
  } catch (error) {
    if (!(error instanceof TooManyStates)) throw error;
    throw text.unsupported('too many repetitions', 'use smaller counts, or use * or +', 0);
  }
}

/**
 * The prefixes of the names that the list selects, each ending in `*`. It is the name itself if it can be only one, and
 * `*` if nothing is known. They cover every selected name, except one that matches a lone dot with another character.
 *
 * @throws UnsupportedPatternError
 */
export function namesAndPrefixes(list: readonly string[], names: NameKind): readonly string[] {
  const text = textOf(list);
  const stems = text === null ? [] : stemsOf(parseJavaPattern(text, names));
  return [...new Set(stems.map(({ text, whole }) => (whole ? text : `${text}*`)))].filter((name) => name !== '');
}

/** The items as MM2 reads them (`ConfigDef`, type LIST): every comma separates, and whitespace around it is dropped. */
function textOf(list: readonly string[]): PatternText | null {
  const setting = list.join(',').trim();
  return setting === '' ? null : new PatternText(setting.split(',').map(withoutBlanks));
}

/** Java's `\s`. A regular expression would scan every run of whitespace once for each of its characters. */
const BLANKS = new Set([' ', '\t', '\n', '\v', '\f', '\r']);

function withoutBlanks(item: string): string {
  let from = 0;
  let until = item.length;
  while (from < until && BLANKS.has(item.charAt(from))) from++;
  while (until > from && BLANKS.has(item.charAt(until - 1))) until--;
  return item.slice(from, until);
}
