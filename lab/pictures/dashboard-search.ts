import type { MetricSamples } from '../alarms/metric-store.ts';

/** A search expression of a dashboard, taken apart. */
export interface Search {
  /** Names of the dimensions that a metric has to have, and no others. */
  readonly schema: readonly string[];
  /** Values that the name or the dimensions have to have. */
  readonly terms: readonly { readonly name: string; readonly value: string }[];
  readonly statistic: 'Maximum' | 'Sum';
  /** Whether the metrics that it finds are added up to one line. */
  readonly isSum: boolean;
}

export type ListedMetric = Pick<MetricSamples, 'MetricName' | 'Dimensions'>;

const EXPRESSION =
  /^(?<sum>SUM\()?SEARCH\('\{Tidemark,(?<schema>[\w,]+)\} (?<terms>.*)', '(?<statistic>Maximum|Sum)', 60\)\)?$/;

/**
 * Reads an expression by CloudWatch's rules (User Guide, "Search expression syntax"), as far as Tidemark uses them.
 * @throws for any other expression
 */
export function parseSearch(expression: string): Search {
  const { sum, schema = '', terms: written = '', statistic } = EXPRESSION.exec(expression)?.groups ?? {};
  const terms = [...written.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => ({ name, value }));
  const isRead = written === terms.map(({ name, value }) => `${name}="${value}"`).join(' ');
  if (!isRead || (statistic !== 'Maximum' && statistic !== 'Sum')) throw new Error(`cannot search by ${expression}`);
  return { schema: schema.split(',').toSorted(), terms, statistic, isSum: sum !== undefined };
}

/** Whether it has exactly the dimensions of the schema, and every quoted value. */
export function isFound({ schema, terms }: Search, metric: ListedMetric): boolean {
  const names = metric.Dimensions.map(({ Name }) => Name).toSorted();
  return (
    names.join() === schema.join() &&
    terms.every(({ name, value }) => (name === 'MetricName' ? metric.MetricName : dimension(metric, name)) === value)
  );
}

/** A label with the values of the dimensions that it names. */
export function labelOf(label: string, metric: ListedMetric): string {
  return label.replaceAll(/\$\{PROP\('Dim\.(\w+)'\)\}/g, (_, name: string) => dimension(metric, name) ?? '?');
}

function dimension({ Dimensions }: ListedMetric, name: string): string | undefined {
  return Dimensions.find(({ Name }) => Name === name)?.Value;
}
