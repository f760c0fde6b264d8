import { Automaton, TooManyStates } from './java-pattern/automaton.ts';
import { parseJavaPattern } from './java-pattern/parse.ts';
import { PatternText } from './java-pattern/pattern-text.ts';
import { stemsOf } from './java-pattern/stems.ts';
import type { NameKind } from './java-pattern/unsupported-pattern.ts';

/** States beyond those that a pattern of this length has without repetitions: they bound the time that a name takes. */
const REPEATED_STATES = 1_000;

/**
 * Compiles MM2's list of Java regular expressions to one test of whole names, as `MirrorUtils.compilePatternList` does:
 * joined with `|`, so that a group or a flag of one item reaches over the next. An empty list matches nothing.
 *
 * Matching takes time in proportion to the name, whatever the pattern.
 *
 * @throws UnsupportedPatternError where Java rejects the list, or where its meaning is not the same for every name of
 *   this kind in Java 8 to 25
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
    throw text.unsupported('too many repetitions', 'repeat less, or without a number', 0);
  }
}

/**
 * What the names begin with that the list selects, ending in `*`, or the name itself where it can be only one; `*` where
 * nothing is known. No selected name is outside of these, but for names that match a lone dot with something else.
 *
 * @throws UnsupportedPatternError
 */
export function namesAndPrefixes(list: readonly string[], names: NameKind): readonly string[] {
  const text = textOf(list);
  const stems = text === null ? [] : stemsOf(parseJavaPattern(text, names));
  return [...new Set(stems.map(({ text, whole }) => (whole ? text : `${text}*`)))].filter((name) => name !== '');
}

/** The items as MM2 reads them (`ConfigDef`, type LIST): a comma separates wherever it stands, blanks around it vanish. */
function textOf(list: readonly string[]): PatternText | null {
  const setting = list.join(',').trim();
  return setting === '' ? null : new PatternText(setting.split(',').map(withoutBlanks));
}

/** Java's `\s`: a regular expression would look at every run of blanks once for each of its blanks. */
const BLANKS = new Set([' ', '\t', '\n', '\v', '\f', '\r']);

function withoutBlanks(item: string): string {
  let from = 0;
  let until = item.length;
  while (from < until && BLANKS.has(item.charAt(from))) from++;
  while (until > from && BLANKS.has(item.charAt(until - 1))) until--;
  return item.slice(from, until);
}
