import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';

const variable = z.union([
  z.string(),
  z.strictObject({ Ref: z.string() }).transform(({ Ref }) => Ref),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((one) => one['Fn::GetAtt'][0]),
]);
const functionSchema = z.object({
  Properties: z.object({ Environment: z.object({ Variables: z.record(z.string(), variable) }) }),
});

/** The beginnings of the functions' logical ids. */
export type DeployedFunction =
  | 'Audit'
  | 'Notify'
  | 'OnCallCleared'
  | 'FailoverStepRead'
  | 'FailoverControl'
  | 'FailoverLinkAsk'
  | 'FailoverLinkPage'
  | 'FailoverSeal';

/**
 * A function's variables as a deployment sets them. A reference to a resource becomes its logical id, where
 * CloudFormation would insert its name.
 */
export function deployedVariables(
  template: Template,
  of: DeployedFunction = 'Audit',
): Readonly<Record<string, string>> {
  const found = Object.entries(template.findResources('AWS::Lambda::Function')).find(([id]) => id.startsWith(of));
  return functionSchema.parse(found?.[1]).Properties.Environment.Variables;
}
