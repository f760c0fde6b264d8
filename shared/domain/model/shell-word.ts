import { NAME_BEGIN, withoutHidden } from './hidden-characters.ts';

/** No shell takes any of these for more than itself; a `=` in front is a command's path to zsh. */
const PLAIN = /^(?!=)[\w./:@%+=,-]+$/;
const UTF8 = new TextEncoder();

/** Makes every POSIX shell refuse the command that has it, and say why. */
const IMPOSSIBLE = `"\${IMPOSSIBLE_NAME:?no program can be given a name with a NUL or half a character in it}"`;

/**
 * One word of a printed command, quoted so that a POSIX shell hands over exactly this text and runs nothing of it.
 *
 * Hidden characters are written as bytes in `$'…'` (POSIX.1-2024; bash, zsh, ksh), for what is not seen is not copied
 * either. To a shell without `$'…'`, such as dash, that is a quoted text as well: it gives another name, and runs nothing.
 */
export function shellWord(text: string): string {
  if (PLAIN.test(text)) return text;
  // An argument ends at a NUL, and a lone surrogate has no bytes.
  if (text.includes('\0') || !text.isWellFormed()) return IMPOSSIBLE;
  if (withoutHidden(text, () => '') === text && !text.includes(NAME_BEGIN)) return `'${text.replaceAll("'", "'\\''")}'`;
  const quoted = text.replaceAll('\\', '\\\\').replaceAll("'", octal("'"));
  const visible = withoutHidden(quoted, (codePoint) => octal(String.fromCodePoint(codePoint)));
  return `$'${visible.replaceAll(NAME_BEGIN, octal(NAME_BEGIN))}'`;
}

/** A text's bytes in UTF-8, in the notation of `$'…'` that all shells read alike. */
function octal(text: string): string {
  return [...UTF8.encode(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
