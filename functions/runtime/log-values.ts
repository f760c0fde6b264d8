import { codePointName, withoutHidden } from '../../shared/domain/model/hidden-characters.ts';

/**
 * Escapes hidden characters in names before they are logged. JSON escapes only the first 32; the others would reach the
 * terminal of someone who reads the log.
 */
export function logValue(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? withoutHidden(value, visible) : value;
}

function visible(codePoint: number): string {
  return codePoint < 0x20 ? String.fromCodePoint(codePoint) : codePointName(codePoint);
}
