import { createHash } from 'node:crypto';

/**
 * CloudWatch takes 1 to 1,024 printable ASCII characters, of which at least one is not a space (API reference,
 * `Dimension`). CDK takes at most 255 for an alarm (`aws-cloudwatch`, `Metric`), so that is the limit for all.
 */
const LONGEST = 255;
const ENCODED = /[^\x21-\x7e ]|[%"]|^ | $/gu;

/**
 * Any text as the value of a dimension: the same for the metric that is published and the alarm that watches it.
 * Kafka allows characters in names that CloudWatch refuses. Those are percent-encoded as UTF-8. The percent sign is
 * encoded too, so that two names never become one; and so is the quote, which ends a name in the rule of a composite alarm. A name that is too long ends in its own hash.
 * @param longest characters of the result, more than 33
 */
export function dimensionValue(text: string, longest = LONGEST): string {
  // A lone percent sign encodes nothing, so it can represent the empty name.
  if (text === '') return '%';
  const encoded = text.replace(ENCODED, percentEncode);
  if (encoded.length <= longest) return encoded;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `${encoded.slice(0, longest - hash.length - 1)}~${hash}`;
}

function percentEncode(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
