import { Arn, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, type IFunction, type ILayerVersion, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AUDIT_ENVIRONMENT, CONFIG_FILE_IN_LAMBDA } from '../../shared/contract/environment.ts';
import { FINDING_EVENT_SOURCE } from '../../shared/contract/finding-events.ts';
import { METRIC_NAMESPACE } from '../../shared/contract/metrics.ts';
import { NAME_METRIC } from '../../shared/contract/name-metric.ts';
import type { ClientName } from '../configuration.ts';
import type { Settings } from '../settings.ts';
import { bundledHandler } from './bundled-handler.ts';
import type { HistoryTable } from './history-table.ts';
import { MskReadAccess } from './msk-read-access.ts';
import type { FunctionPlacement } from './network.ts';
import { grantNetworkInterfaces } from './network-interfaces.ts';
import { partId } from './part-id.ts';
import { grantSecrets } from './secret-access.ts';

export type AuditFunctionsProps = Pick<
  Settings,
  'deployment' | 'configFolder' | 'secrets' | 'secretKeyArns' | 'mskClusterArns'
> & {
  /** The most groups per flow with metrics of their own. */
  readonly groupMetricsLimit: number;
  /** How many functions share the flows. */
  readonly count: number;
  /** Receives invocations that failed or came too late. */
  readonly failures: IQueue;
  readonly history: HistoryTable;
  /** Undefined outside any VPC. */
  readonly placement: FunctionPlacement | undefined;
  /** The names of clients whose metric the first function publishes again each minute. */
  readonly names: readonly ClientName[];
};

/** With this, Lambda gives a whole core. With less an audit takes as much longer as the memory costs less. */
const MEMORY_MIB = 1_769;
/**
 * V8 keeps garbage as long as the heap has room, and Lambda ends a function that takes more than its memory. Buffers and Node itself
 * lie outside the heap. `npm run bench:fleet` measures both together.
 */
const HEAP_LIMITS = `--max-old-space-size=${Math.floor(MEMORY_MIB * 0.6)} --max-semi-space-size=32`;

/**
 * The audit functions, each with a part of the flows, and the least permissions: the log, the metrics namespace, the secrets, the
 * history. Each is a function of its own, and not only another invocation, because it keeps what it read from MM2's topics in
 * memory and the history's lease for its flows.
 */
export class AuditFunctions extends Construct {
  readonly functions: readonly IFunction[];
  /** tidemark.yaml and its certificates, for other functions. */
  readonly configuration: ILayerVersion;

  constructor(scope: Construct, id: string, props: AuditFunctionsProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      description: 'Audits MirrorMaker 2: reads secrets, writes its log, its metrics and the history',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);

    this.configuration = this.createConfiguration(props.configFolder);
    this.functions = Array.from({ length: props.count }, (_, index) => {
      const part = `${index + 1}/${props.count}`;
      const lambda = this.createFunction(partId('Function', index), part, props, { role, logGroup });
      if (index === 0 && props.names.length > 0) lambda.addEnvironment(AUDIT_ENVIRONMENT.names, pairsOf(props.names));
      return lambda;
    });
    props.history.grantRecording(role);
    if (props.names.length > 0) props.history.denySwitchingNames(role);
    this.grantMetrics(role, props.names.length > 0 ? [METRIC_NAMESPACE, NAME_METRIC.namespace] : METRIC_NAMESPACE);
    this.grantEvents(role);
    grantSecrets(role, Object.values(props.secrets), props.secretKeyArns);
    if (props.placement !== undefined) grantNetworkInterfaces(role);
    if (props.mskClusterArns.length > 0) new MskReadAccess(this, 'Msk', { role, clusterArns: props.mskClusterArns });
  }

  private createFunction(
    id: string,
    part: string,
    props: AuditFunctionsProps,
    { role, logGroup }: { readonly role: Role; readonly logGroup: LogGroup },
  ): NodejsFunction {
    const lambda = new NodejsFunction(this, id, {
      description: 'Audits MirrorMaker 2 and publishes lag, loss and verdicts as metrics',
      ...bundledHandler('audit'),
      memorySize: MEMORY_MIB,
      // Shorter than the schedule's period, so that audits do not pile up.
      timeout: Duration.seconds(50),
      reservedConcurrentExecutions: 1,
      retryAttempts: 0,
      maxEventAge: Duration.seconds(60),
      onFailure: new SqsDestination(props.failures),
      role,
      logGroup,
      ...props.placement,
    });
    lambda.addEnvironment(AUDIT_ENVIRONMENT.serviceName, 'tidemark-audit');
    lambda.addEnvironment(AUDIT_ENVIRONMENT.nodeOptions, HEAP_LIMITS);
    lambda.addEnvironment(AUDIT_ENVIRONMENT.deployment, props.deployment.name);
    lambda.addEnvironment(AUDIT_ENVIRONMENT.groupMetricsLimit, String(props.groupMetricsLimit));
    lambda.addEnvironment(AUDIT_ENVIRONMENT.part, part);
    lambda.addLayers(this.configuration);
    lambda.addEnvironment(AUDIT_ENVIRONMENT.configFile, CONFIG_FILE_IN_LAMBDA);
    lambda.addEnvironment(AUDIT_ENVIRONMENT.historyTable, props.history.table.tableName);
    lambda.addEnvironment(AUDIT_ENVIRONMENT.secrets, JSON.stringify(props.secrets));
    lambda.addEnvironment(AUDIT_ENVIRONMENT.secretTtlSeconds, '300');
    return lambda;
  }

  /** Uses a layer: a change of configuration is then a deployment that can be rolled back, without new code. */
  private createConfiguration(folder: string): LayerVersion {
    return new LayerVersion(this, 'Configuration', {
      description: 'tidemark.yaml and the certificates that it names',
      code: Code.fromAsset(folder),
    });
  }

  private grantMetrics(role: Role, namespaces: string | readonly string[]): void {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': namespaces } },
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'cloudwatch:PutMetricData and the network interface actions of Lambda do not support resources; a condition limits the former to its namespaces.',
    });
  }

  /** To the default bus of this account, as Tidemark only. */
  private grantEvents(role: Role): void {
    const bus = Arn.format({ service: 'events', resource: 'event-bus', resourceName: 'default' }, Stack.of(this));
    role.addToPolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [bus],
        conditions: { StringEquals: { 'events:source': FINDING_EVENT_SOURCE } },
      }),
    );
  }
}

function pairsOf(names: readonly ClientName[]): string {
  return JSON.stringify(
    Object.fromEntries(names.map(({ name, primary, secondary }) => [name, { primary, secondary }])),
  );
}
