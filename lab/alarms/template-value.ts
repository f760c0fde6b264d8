import * as z from 'zod';

/**
 * A value of a CloudFormation template with its references replaced: where CloudFormation inserts the name or the ARN of
 * a resource, the logical id is. So everything in a local deployment is known by its logical id.
 */
export function templateValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(templateValue);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined) {
    const [key, argument] = first;
    if (key === 'Ref') return argument;
    if (key === 'Fn::GetAtt' && Array.isArray(argument)) return argument[0];
    if (key === 'Fn::Join' && Array.isArray(argument)) return joined(templateValue(argument));
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, templateValue(inner)]));
}

/** The text; what was to be joined, if a part of it has no text here. */
function joined(argument: unknown): unknown {
  const { data } = z.tuple([z.string(), z.array(z.string())]).safeParse(argument);
  return data === undefined ? { 'Fn::Join': argument } : data[1].join(data[0]);
}
