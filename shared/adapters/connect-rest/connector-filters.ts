import * as z from 'zod';

const connectors = z.record(z.string(), z.object({ info: z.object({ config: z.record(z.string(), z.unknown()) }) }));

const FILTER = /(^|\.)Filter$/;
const HAS_HEADER = /(^|\.)HasHeaderKey$/;

/**
 * The header keys by which a connector drops records: its transformations of class `Filter` whose predicate is
 * `HasHeaderKey` and is not negated. What Connect answered has the configurations of all connectors.
 */
export function droppedHeaders(answer: unknown, connector: string): readonly string[] {
  const parsed = connectors.safeParse(answer);
  const config = parsed.success ? parsed.data[connector]?.info.config : undefined;
  if (config === undefined) return [];
  const text = (key: string): string => String(config[key] ?? '').trim();
  const names = text('transforms')
    .split(',')
    .map((name) => name.trim());
  return names.flatMap((name) => {
    const predicate = text(`transforms.${name}.predicate`);
    const drops =
      FILTER.test(text(`transforms.${name}.type`)) &&
      text(`transforms.${name}.negate`) !== 'true' &&
      HAS_HEADER.test(text(`predicates.${predicate}.type`));
    return drops ? [text(`predicates.${predicate}.name`)] : [];
  });
}
