import { createHash } from 'node:crypto';
import { visible } from '../../domain/model/hidden-characters.ts';

/** Kafka allows group names of 32,767 bytes. */
const LONGEST = 255;
const HASH_LENGTH = 32;

/**
 * Any name as the value of a label. Hidden characters are written out (`<U+001B>`), because dashboards and terminals show
 * labels. A name that is too long ends in its own hash, so that two names never become one.
 */
export function labelValue(name: string): string {
  const shown = visible(name);
  if (shown.length <= LONGEST) return shown;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  const cut = [...shown.slice(0, LONGEST - HASH_LENGTH - 1)];
  // Half of a character at the cut would not be valid UTF-8.
  if (/^[\ud800-\udfff]$/.test(cut.at(-1) ?? '')) cut.pop();
  return `${cut.join('')}~${hash}`;
}
