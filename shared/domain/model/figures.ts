/** `1,234,567`. */
export function grouped(count: bigint | number | string): string {
  return count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 record`, `2,000 records`. */
export function plural(count: bigint | number | string, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count.toString() === '1' ? one : many}`;
}

/** `1 record`, `2000 records`: for findings, reasons and faults, whose numbers people search and compare with those of Kafka's tools. */
export function counted(count: bigint | number | string, one: string, many = `${one}s`): string {
  return `${count} ${count.toString() === '1' ? one : many}`;
}

/** The text of a count of records that rests on a basis: one that is estimated is an upper bound. */
export function asBound(
  { records, basis }: { readonly records: bigint | string; readonly basis: string },
  text: string,
): string {
  return basis === 'estimated' && records.toString() !== '0' ? `up to ${text}` : text;
}

/** `3.1 s`, `12 s`, `4 min`, `3 h`, `2 d`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
