import { codePointName, withoutHidden } from '../../shared/domain/model/hidden-characters.ts';

/**
 * A value as the log may hold it: of a name's hidden characters JSON escapes the first 32 itself; the others would
 * reach the terminal of whoever follows the log.
 */
export function logValue(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? withoutHidden(value, visible) : value;
}

function visible(codePoint: number): string {
  return codePoint < 0x20 ? String.fromCodePoint(codePoint) : codePointName(codePoint);
}
