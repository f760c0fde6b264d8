import { grouped } from '../../shared/domain/model/figures.ts';
import { codePointName, visible } from '../../shared/domain/model/hidden-characters.ts';

/**
 * A text as a terminal may show it: each hidden character written out as `<U+001B>`, so that no name can steer the
 * terminal. Two different names look different: a `<U+` that is part of the name is written out as well, and so are
 * blanks at its ends.
 */
export function printable(text: string): string {
  return visible(text).replace(/^ | $/g, codePointName(0x20));
}

/** The same for a text whose line breaks and indents are meant. */
export function printableLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** The lines of a row: a name that is wider than its column has lines of its own, for cut short it could be another's. */
export function rowLines(name: string, nameWidth: number, cells: string, indent: string): string[] {
  if (name.length <= nameWidth) return [`${indent}${name.padEnd(nameWidth)}${cells}`];
  const width = nameWidth + cells.length;
  const lines: string[] = [];
  let line = '';
  for (const character of name) {
    if (line.length + character.length > width) {
      lines.push(indent + line);
      line = '';
    }
    line += character;
  }
  return [...lines, indent + line, `${indent}${' '.repeat(nameWidth)}${cells}`];
}

/** A round length of time in its largest unit: `10 min`, `1 h`, `35 d`. */
export function period(ms: number): string {
  for (const [unit, length] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const) {
    if (ms >= length && ms % length === 0) return `${ms / length} ${unit}`;
  }
  return `${ms / 1_000} s`;
}

/**
 * Breaks at single blanks; words that are wider than the line keep their line. Several blanks in a row are part of a name
 * and stay as they are.
 */
export function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<! ) (?! )/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(indent + line);
  return lines;
}

/** `10 exact, 2 bounded`: how often each thing occurs, commonest first. */
export function tally(things: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([thing, count]) => `${grouped(count)} ${thing}`)
    .join(', ');
}
