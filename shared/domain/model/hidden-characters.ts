/**
 * What a reader does not see, or what steers the thing that shows it: control and format characters (C0, C1, overrides
 * of the reading direction, zero width), every blank but the common one, line separators, lone surrogates, and code
 * points that have no character of their own.
 */
const HIDDEN = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;
/** The same, and marks and Hangul parts that melt into their neighbour. */
const HIDDEN_OR_MELTING = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\p{M}\u1100-\u11ff]/gu;
const PLAIN = /^[\x20-\x7e]*$/;

/** What is written for a hidden character: `<U+001B>`. */
export function codePointName(codePoint: number): string {
  return `${NAME_BEGIN}${codePoint.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** How such a name begins: a text that holds this is not to be taken for one with a hidden character. */
export const NAME_BEGIN = '<U+';

/**
 * The text with each hidden character written in visible ones. A text that is not composed (Unicode NFC) has its
 * combining marks written out as well: it would look like its composed twin, which is another name to Kafka.
 */
export function withoutHidden(text: string, written = codePointName): string {
  if (PLAIN.test(text)) return text;
  const hidden = text.normalize('NFC') === text ? HIDDEN : HIDDEN_OR_MELTING;
  return text.replace(hidden, (character) => written(character.codePointAt(0) ?? 0));
}

/**
 * The text with each hidden character written out, so that two different texts look different: a `<U+` that is part of
 * the text is written out as well.
 */
export function visible(text: string): string {
  return withoutHidden(text.replaceAll(NAME_BEGIN, `${codePointName(0x3c)}U+`));
}
