import { InvalidArgumentError } from 'commander';

/** `--timeout`: seconds, more than none. */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError('Write a number of seconds, such as 30.');
}

/** Hours, more than none. */
export function hours(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0 && value <= 8_760) return value;
  throw new InvalidArgumentError('Write a number of hours, such as 8 or 0.5.');
}

/** Records per second, more than none. */
export function rate(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0 && value <= 1e12) return value;
  throw new InvalidArgumentError('Write a number of records per second, such as 20000.');
}

/** A partition or an offset, which is an int64 to Kafka. */
export function wholeNumber(text: string): bigint {
  if (/^\d{1,19}$/.test(text) && BigInt(text) < 2n ** 63n) return BigInt(text);
  throw new InvalidArgumentError('Write a whole number.');
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** `--budget`: bytes, with K, M or G for their binary multiples. */
export function bytes(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,12})([KMG]?)$/i.exec(text) ?? [];
  const value = digits === '' ? 0 : Number(digits) * (UNITS[unit.toUpperCase()] ?? 0);
  if (value > 0 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Write a number of bytes, such as 32M.');
}

/** How many of something, one at least. */
export function positiveCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 on.');
}

/** How many of something, which may be none. */
export function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number.');
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
