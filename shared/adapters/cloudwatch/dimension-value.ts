import { createHash } from 'node:crypto';

/**
 * CloudWatch takes 1 to 1,024 printable ASCII characters, of which at least one is not a space (API reference,
 * `Dimension`).
 */
const LONGEST = 1024;
const UNPRINTABLE = /[^\x21-\x7e ]|%|^ | $/gu;

/**
 * Any text as the value of a dimension. Kafka allows characters in a group name that CloudWatch refuses. Those are
 * percent-encoded as UTF-8. The percent sign is encoded too, so that two names never become one. A name that is too
 * long ends in its own hash.
 */
export function dimensionValue(text: string): string {
  // A lone percent sign encodes nothing, so it can represent the empty name.
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
