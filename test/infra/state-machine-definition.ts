import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';

const reference = z.union([
  z.strictObject({ Ref: z.string() }).transform(({ Ref }) => (Ref === 'AWS::Partition' ? 'aws' : arnOf('sns', Ref))),
  z
    .strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) })
    .transform(({ 'Fn::GetAtt': [id] }) => arnOf('lambda', id)),
]);
const machineSchema = z.object({
  Properties: z.object({
    DefinitionString: z.strictObject({
      'Fn::Join': z.tuple([z.literal(''), z.array(z.union([z.string(), reference]))]),
    }),
  }),
});
const stateSchema = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  Next: z.string().optional(),
  TimeoutSeconds: z.number().optional(),
  Retry: z.array(z.looseObject({ ErrorEquals: z.array(z.string()) })).optional(),
  Catch: z.array(z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() })).optional(),
  Parameters: z.looseObject({ FunctionName: z.string().optional() }).optional(),
});
const definitionSchema = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), stateSchema) });

export type Definition = z.infer<typeof definitionSchema>;

function arnOf(service: 'lambda' | 'sns', id: string): string {
  return `arn:aws:${service}:eu-central-1:111122223333:${service === 'lambda' ? 'function:' : ''}${id}`;
}

/** The definition of a state machine as CloudFormation creates it: with the ARNs of the resources that it names. */
export function definitionOf(template: Template, id: string): Definition {
  const found = Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).find(([one]) =>
    one.startsWith(id),
  );
  const [, parts] = machineSchema.parse(found?.[1]).Properties.DefinitionString['Fn::Join'];
  return definitionSchema.parse(JSON.parse(parts.join('')));
}
