import { createHash } from 'node:crypto';

/** CloudWatch: 1 to 1,024 printable ASCII characters, at least one of them no space (API reference, `Dimension`). */
const LONGEST = 1024;
const UNPRINTABLE = /[^\x21-\x7e ]|%|^ | $/gu;

/**
 * Any text as the value of a dimension. Kafka lets a group have any name, CloudWatch does not: what it refuses is
 * percent-encoded as UTF-8, and so is the percent sign, so that two names never become one. A name too long ends in its
 * own hash instead.
 */
export function dimensionValue(text: string): string {
  // A percent sign alone encodes nothing, so it is free to stand for the empty name.
  if (text === '') return '%';
  const encoded = text.replace(UNPRINTABLE, percentEncode);
  if (encoded.length <= LONGEST) return encoded;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `${encoded.slice(0, LONGEST - hash.length - 1)}~${hash}`;
}

function percentEncode(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
