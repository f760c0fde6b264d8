import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';

const variable = z.union([z.string(), z.strictObject({ Ref: z.string() }).transform(({ Ref }) => Ref)]);
const functionSchema = z.object({
  Properties: z.object({ Environment: z.object({ Variables: z.record(z.string(), variable) }) }),
});

/**
 * The audit function's variables as a deployment sets them. A reference to a resource becomes its logical id, where
 * CloudFormation would insert its name.
 */
export function deployedVariables(template: Template): Readonly<Record<string, string>> {
  const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
  return functionSchema.parse(lambda).Properties.Environment.Variables;
}
