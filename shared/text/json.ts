import { withoutHidden } from '../domain/model/hidden-characters.ts';

/**
 * JSON text of what a command prints: a `bigint` (an offset, a count of records) is a decimal string. Hidden characters
 * are `\u` escapes, which every parser reads as the characters themselves: JSON is looked at on terminals, too.
 */
export function json(value: unknown, indent?: number): string {
  const text = JSON.stringify(
    value,
    (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner),
    indent,
  );
  return withoutHidden(text, escaped);
}

/** A line break is none of a string's: those are escaped already. */
function escaped(codePoint: number): string {
  if (codePoint === 0x0a) return '\n';
  const units = String.fromCodePoint(codePoint).split('');
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}
