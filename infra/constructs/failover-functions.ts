import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction, ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CONFIG_FILE_IN_LAMBDA, FAILOVER_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { NAME_METRIC } from '../../shared/contract/name-metric.ts';
import { DANGEROUS_STEPS, type StepName } from '../../shared/domain/failover/step-name.ts';
import type { NameSwitches } from '../configuration.ts';
import type { Settings } from '../settings.ts';
import { bundledHandler } from './bundled-handler.ts';
import type { HistoryTable } from './history-table.ts';
import { MskGroupAccess } from './msk-group-access.ts';
import { MskReadAccess } from './msk-read-access.ts';
import type { FunctionPlacement } from './network.ts';
import { grantNetworkInterfaces } from './network-interfaces.ts';
import { grantSecrets } from './secret-access.ts';

export type FailoverFunctionsProps = Pick<Settings, 'deployment' | 'secrets' | 'secretKeyArns' | 'mskClusterArns'> & {
  readonly failover: NonNullable<Settings['failover']>;
  readonly history: HistoryTable;
  /** tidemark.yaml and its certificates. */
  readonly configuration: ILayerVersion;
  readonly switches: NameSwitches;
  /** Undefined outside any VPC. */
  readonly placement: FunctionPlacement | undefined;
};

export interface FailoverFunction {
  readonly function: IFunction;
  readonly timeout: Duration;
}

/** A function that dies keeps the flow for this time at most. */
const TIMEOUT = Duration.minutes(3);
/**
 * Of steps that wait: for MirrorMaker, for an audit after the consumers stopped, for the positions of many groups, for
 * resolvers; and of what compares the records of both clusters, as a failback does.
 */
const LONG_TIMEOUT = Duration.minutes(15);
const LONG_STEPS: ReadonlySet<StepName> = new Set([
  'drain',
  'restore-groups',
  'place-offsets',
  'catch-up',
  'switch-name',
]);

/**
 * One handler as several functions: one per step that changes something or takes long, and one for all else, which only
 * reads Kafka. Each has a role that can do its own step and no other.
 */
export class FailoverFunctions extends Construct {
  readonly #reads: FailoverFunction;
  readonly #byStep: ReadonlyMap<StepName, FailoverFunction>;

  constructor(scope: Construct, id: string, props: FailoverFunctionsProps) {
    super(scope, id);
    const create = (step: StepName | null) => this.#create(step, props);
    this.#reads = create(null);
    this.#byStep = new Map([...new Set([...DANGEROUS_STEPS, ...LONG_STEPS])].map((step) => [step, create(step)]));
  }

  /** For all tasks that change nothing in Kafka; `long` if they compare records. */
  reading(time: 'short' | 'long' = 'short'): FailoverFunction {
    return time === 'long' ? this.of('catch-up') : this.#reads;
  }

  of(step: StepName): FailoverFunction {
    return this.#byStep.get(step) ?? this.#reads;
  }

  get all(): readonly FailoverFunction[] {
    return [this.#reads, ...this.#byStep.values()];
  }

  #create(step: StepName | null, props: FailoverFunctionsProps): FailoverFunction {
    const { failover, history, configuration, secrets, secretKeyArns, mskClusterArns, placement } = props;
    const id = step === null ? 'Read' : pascal(step);
    const logGroup = new LogGroup(this, `${id}Log`, {
      retention: RetentionDays.SIX_MONTHS,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const what =
      step === null
        ? 'the steps of a failover or failback that change nothing'
        : `the step ${step} of a failover or failback`;
    const role = new Role(this, `${id}Role`, {
      description: `Carries out ${what}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    const timeout = step !== null && LONG_STEPS.has(step) ? LONG_TIMEOUT : TIMEOUT;
    const lambda = new NodejsFunction(this, id, {
      description: `Tidemark: carries out ${what}`,
      ...bundledHandler('failover-step'),
      memorySize: 1024,
      timeout,
      role,
      logGroup,
      layers: [configuration],
      ...placement,
    });
    const ofWriters = Object.entries(failover.secrets);
    const own = ofWriters.filter(([, { steps }]) => step !== null && steps.includes(step));
    const readable = { ...secrets, ...Object.fromEntries(own.map(([name, { steps: _, ...place }]) => [name, place])) };
    const withheld = ofWriters.map(([name]) => name).filter((name) => !(name in readable));
    const variables = {
      [FAILOVER_ENVIRONMENT.serviceName]: 'tidemark-failover',
      [FAILOVER_ENVIRONMENT.deployment]: props.deployment.name,
      [FAILOVER_ENVIRONMENT.configFile]: CONFIG_FILE_IN_LAMBDA,
      [FAILOVER_ENVIRONMENT.historyTable]: history.table.tableName,
      [FAILOVER_ENVIRONMENT.secrets]: JSON.stringify(readable),
      [FAILOVER_ENVIRONMENT.secretTtlSeconds]: '60',
      [FAILOVER_ENVIRONMENT.withheldSecrets]: JSON.stringify(withheld),
      [FAILOVER_ENVIRONMENT.approvalSeconds]: String(failover.approvalSeconds),
    };
    for (const [name, value] of Object.entries(variables)) lambda.addEnvironment(name, value);
    history.grantFailover(role);
    if (step === 'switch-name') this.#grantSwitches(role, props.switches);
    else if (props.switches.names.length > 0) history.denySwitchingNames(role);
    grantSecrets(role, Object.values(readable), secretKeyArns);
    if (placement !== undefined) {
      grantNetworkInterfaces(role);
      acknowledgeAnyResource(role);
    }
    if (mskClusterArns.length > 0) {
      new MskReadAccess(this, `${id}Msk`, { role, clusterArns: mskClusterArns });
      if (step === 'restore-groups') new MskGroupAccess(this, `${id}MskGroups`, { role, clusterArns: mskClusterArns });
    }
    for (const [index, arn] of (step === null ? [] : (failover.policyArns[step] ?? [])).entries()) {
      role.addManagedPolicy(ManagedPolicy.fromManagedPolicyArn(this, `${id}Policy${index}`, arn));
    }
    return { function: lambda, timeout };
  }

  #grantSwitches(role: Role, { names, routingControls }: NameSwitches): void {
    if (names.length > 0) {
      role.addToPolicy(
        new PolicyStatement({
          actions: ['cloudwatch:PutMetricData'],
          resources: ['*'],
          conditions: { StringEquals: { 'cloudwatch:namespace': NAME_METRIC.namespace } },
        }),
      );
      acknowledgeAnyResource(role);
    }
    if (routingControls.length === 0) return;
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'route53-recovery-cluster:GetRoutingControlState',
          'route53-recovery-cluster:UpdateRoutingControlStates',
        ],
        resources: [...routingControls],
      }),
    );
  }
}

function acknowledgeAnyResource(role: Role): void {
  const reason =
    'cloudwatch:PutMetricData and the network interface actions of Lambda do not support resources; a condition limits the former to one namespace.';
  Validations.of(role).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason });
}

/** `stop-mirror` becomes `StopMirror`: ids of CloudFormation have no dashes. */
function pascal(step: StepName): string {
  return step.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
