/** One line of Prometheus's text format. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** MM2 has some 15 series for each partition; this is enough for tens of thousands of partitions. */
const MAX_SAMPLES = 1_000_000;
const MAX_LINE = 16_384;
const MAX_LABELS = 32;

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"\s*(,?)\s*/y;
/** Value, and the time that may follow it. */
const REST = /^\s+(\S+)(?:\s+-?\d+)?\s*$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  '+Inf': Number.POSITIVE_INFINITY,
  Inf: Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};

/** Says what is wrong with a text, and in which line; never quotes it. */
export class MetricsTextError extends Error {
  override readonly name = 'MetricsTextError';
}

/**
 * The samples of a text in Prometheus's format 0.0.4. Every line has to be well-formed, also of metrics that are not
 * wanted: a page that only looks like metrics is refused.
 * @throws MetricsTextError
 */
export function parseMetrics(text: string, wanted: (name: string) => boolean): Sample[] {
  const samples: Sample[] = [];
  let line = 0;
  let count = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const written = text.slice(from, end === -1 ? text.length : end).trim();
    from = end === -1 ? text.length : end + 1;
    line++;
    if (written === '' || written.startsWith('#')) continue;
    if (++count > MAX_SAMPLES) throw new MetricsTextError(`has more than ${MAX_SAMPLES} samples`);
    const sample = written.length > MAX_LINE ? null : sampleOf(written);
    if (sample === null) throw new MetricsTextError(`is not Prometheus's text format in line ${line}`);
    if (wanted(sample.name)) samples.push(sample);
  }
  if (count === 0) throw new MetricsTextError('has no metrics');
  return samples;
}

function sampleOf(line: string): Sample | null {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return null;
  const labelled = labelsOf(line, name.length);
  if (labelled === null) return null;
  const value = REST.exec(line.slice(labelled.end))?.[1];
  const number = value === undefined ? null : numberOf(value);
  return number === null ? null : { name, labels: labelled.labels, value: number };
}

function labelsOf(
  line: string,
  from: number,
): { readonly labels: ReadonlyMap<string, string>; readonly end: number } | null {
  const labels = new Map<string, string>();
  if (line[from] !== '{') return { labels, end: from };
  let at = from + 1;
  while (line[at] === ' ') at++;
  while (line[at] !== '}') {
    LABEL.lastIndex = at;
    const match = LABEL.exec(line);
    if (match === null) return null;
    const [all, label = '', value = '', comma] = match;
    at += all.length;
    if (comma === '' && line[at] !== '}') return null;
    if (labels.has(label) || labels.size === MAX_LABELS) return null;
    labels.set(label, unescaped(value));
  }
  return { labels, end: at + 1 };
}

function unescaped(value: string): string {
  return value.replace(/\\(["\\n])/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function numberOf(text: string): number | null {
  if (Object.hasOwn(SPECIAL, text)) return SPECIAL[text] ?? null;
  return NUMBER.test(text) ? Number(text) : null;
}
