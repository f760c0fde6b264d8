import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { configuredSwitches } from '../../infra/configuration.ts';
import type { Settings } from '../../infra/settings.ts';
import { AuditStack } from '../../infra/stacks/audit-stack.ts';
import { AUDIT_ENVIRONMENT } from '../../shared/contract/environment.ts';

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});
const metricsSchema = z.array(z.object({ MetricStat: z.unknown().optional() }));
const endpointSchema = z.object({ VpcEndpointType: z.literal('Interface'), SubnetIds: z.array(z.unknown()) });
const functionSchema = z.object({
  MemorySize: z.number(),
  Timeout: z.number(),
  Environment: z.object({
    Variables: z.object({
      [AUDIT_ENVIRONMENT.groupMetricsLimit]: z.coerce.number(),
      [AUDIT_ENVIRONMENT.nodeOptions]: z.string(),
    }),
  }),
});

/** What a deployment has that AWS charges for, counted in its template. */
export interface DeployedParts {
  readonly resources: number;
  readonly alarms: number;
  /** Metrics that the alarms watch: an alarm on an expression has several. */
  readonly alarmMetrics: number;
  readonly compositeAlarms: number;
  readonly dashboards: number;
  /** Interface endpoints times their subnets. */
  readonly endpointZones: number;
  /** Attachments to a transit gateway. */
  readonly attachments: number;
  readonly keys: number;
  /** How many functions share the flows. */
  readonly auditFunctions: number;
  /** Memory of an audit function in MiB. */
  readonly memoryMib: number;
  /** Of Node in an audit function. */
  readonly nodeOptions: string;
  /** After this time Lambda ends an audit. */
  readonly timeoutSeconds: number;
  /** The most groups per flow with metrics of their own. */
  readonly groupMetricsLimit: number;
}

/** Synthesizes the stack as `cdk synth` does, without bundling code, and without the validation, which takes the most time. */
export function deployedParts(settings: Settings, flows: readonly string[]): DeployedParts {
  const outdir = mkdtempSync(join(tmpdir(), 'tidemark-cost-'));
  try {
    const context = { 'aws:cdk:bundling-stacks': [] };
    const app = new App({ outdir, context, builtinCloudFormationValidation: false });
    const { stackName } = new AuditStack(app, { settings, flows, switches: configuredSwitches(settings) });
    const { Resources } = templateSchema.parse(app.synth().getStackByName(stackName).template);
    const all = Object.entries(Resources);
    const of = (type: string) =>
      all.filter(([, { Type }]) => Type === type).map(([id, { Properties }]) => ({ id, Properties }));
    const alarms = of('AWS::CloudWatch::Alarm');
    const audits = of('AWS::Lambda::Function').filter(({ id }) => id.startsWith('Audit'));
    const { MemorySize, Timeout, Environment } = functionSchema.parse(audits[0]?.Properties);
    return {
      resources: all.length,
      alarms: alarms.length,
      alarmMetrics: alarms.reduce((sum, { Properties }) => sum + watchedMetrics(Properties?.Metrics), 0),
      compositeAlarms: of('AWS::CloudWatch::CompositeAlarm').length,
      dashboards: of('AWS::CloudWatch::Dashboard').length,
      endpointZones: of('AWS::EC2::VPCEndpoint')
        .flatMap(({ Properties }) => endpointSchema.safeParse(Properties).data ?? [])
        .reduce((sum, { SubnetIds }) => sum + SubnetIds.length, 0),
      attachments: of('AWS::EC2::TransitGatewayAttachment').length,
      keys: of('AWS::KMS::Key').length,
      auditFunctions: audits.length,
      memoryMib: MemorySize,
      nodeOptions: Environment.Variables[AUDIT_ENVIRONMENT.nodeOptions],
      timeoutSeconds: Timeout,
      groupMetricsLimit: Environment.Variables[AUDIT_ENVIRONMENT.groupMetricsLimit],
    };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** An alarm watches one metric, unless it lists those of an expression. */
function watchedMetrics(listed: unknown): number {
  if (listed === undefined) return 1;
  return metricsSchema.parse(listed).filter(({ MetricStat }) => MetricStat !== undefined).length;
}
