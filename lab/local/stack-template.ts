import { join } from 'node:path';
import * as z from 'zod';
import { type AlarmDefinition, alarmsOfTemplate } from '../alarms/alarm-definition.ts';
import { templateValue } from '../alarms/template-value.ts';

/** Where Lambda mounts layers. */
const LAYERS = '/opt/';

const metadata = z.object({ 'aws:asset:path': z.string() });
const functionSchema = z.object({
  Metadata: metadata,
  Properties: z.object({
    Timeout: z.number(),
    Layers: z.array(z.string()).max(1).default([]),
    Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
  }),
});
const layerSchema = z.object({ Metadata: metadata });
const invokeConfigSchema = z.object({
  Properties: z.object({
    FunctionName: z.string(),
    MaximumRetryAttempts: z.int(),
    DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }),
  }),
});
const scheduleSchema = z.object({
  Properties: z.object({
    // The only schedule that is played here: one invocation per minute.
    ScheduleExpression: z.literal('rate(1 minute)'),
    State: z.literal('ENABLED').optional(),
    Target: z.object({ Arn: z.string(), Input: z.string() }),
  }),
});
const ruleSchema = z.object({
  Properties: z.object({
    EventPattern: z.record(z.string(), z.unknown()),
    Targets: z.array(z.object({ Arn: z.string() })),
  }),
});
const tableSchema = z.object({
  Properties: z.object({
    KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })),
    AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
    BillingMode: z.literal('PAY_PER_REQUEST'),
    TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }),
  }),
});
const topicSchema = z.object({ Properties: z.object({ DisplayName: z.string() }) });
const templateSchema = z.object({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

export interface StackFunction {
  readonly id: string;
  /** `index.js` of the asset, which Lambda runs. */
  readonly bundle: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Attempts after the first one, for invocations whose caller does not wait. */
  readonly retries: number;
  /** The queue that receives an event after its last attempt. */
  readonly failures: string | null;
}

export interface StackSchedule {
  readonly function: string;
  /** JSON, with Scheduler's context attributes. */
  readonly input: string;
}

export interface StackRule {
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly functions: readonly string[];
}

export type StackTable = z.infer<typeof tableSchema>['Properties'];

/** What a synthesized template deploys, as far as it runs on a laptop. Everything is known by its logical id. */
export interface Stack {
  readonly alarms: readonly AlarmDefinition[];
  readonly functions: readonly StackFunction[];
  readonly schedules: readonly StackSchedule[];
  readonly rules: readonly StackRule[];
  readonly tables: ReadonlyMap<string, StackTable>;
  /** Display names of the topics. */
  readonly topics: ReadonlyMap<string, string>;
  readonly queues: readonly string[];
}

/**
 * @param template parsed JSON
 * @param folder the folder of the template and its assets
 */
export function stackOfTemplate(template: unknown, folder: string): Stack {
  const { Resources } = templateSchema.parse(templateValue(template));
  const found = <T>(type: string, schema: z.ZodType<T>): (readonly [id: string, resource: T])[] =>
    Object.entries(Resources).flatMap(([id, resource]) =>
      resource.Type === type ? [[id, schema.parse(resource)] as const] : [],
    );
  const layers = new Map(found('AWS::Lambda::LayerVersion', layerSchema));
  const configs = found('AWS::Lambda::EventInvokeConfig', invokeConfigSchema).map(([, { Properties }]) => Properties);
  return {
    alarms: alarmsOfTemplate(template),
    functions: found('AWS::Lambda::Function', functionSchema).map(([id, { Metadata, Properties }]) => {
      const config = configs.find(({ FunctionName }) => FunctionName === id);
      const mounted = layers.get(Properties.Layers[0] ?? '')?.Metadata['aws:asset:path'];
      const variables = Object.entries(Properties.Environment.Variables).map(([name, value]) => {
        const isMounted = mounted !== undefined && value.startsWith(LAYERS);
        return [name, isMounted ? join(folder, mounted, value.slice(LAYERS.length)) : value] as const;
      });
      return {
        id,
        bundle: join(folder, Metadata['aws:asset:path'], 'index.js'),
        variables: Object.fromEntries(variables),
        timeoutMs: Properties.Timeout * 1_000,
        retries: config?.MaximumRetryAttempts ?? 2,
        failures: config?.DestinationConfig.OnFailure.Destination ?? null,
      };
    }),
    schedules: found('AWS::Scheduler::Schedule', scheduleSchema).map(([, { Properties }]) => ({
      function: Properties.Target.Arn,
      input: Properties.Target.Input,
    })),
    rules: found('AWS::Events::Rule', ruleSchema).map(([, { Properties }]) => ({
      pattern: Properties.EventPattern,
      functions: Properties.Targets.map(({ Arn }) => Arn),
    })),
    tables: new Map(found('AWS::DynamoDB::Table', tableSchema).map(([id, { Properties }]) => [id, Properties])),
    topics: new Map(found('AWS::SNS::Topic', topicSchema).map(([id, { Properties }]) => [id, Properties.DisplayName])),
    queues: found('AWS::SQS::Queue', z.unknown()).map(([id]) => id),
  };
}
