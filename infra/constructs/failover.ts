import { CfnElement, CfnOutput, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, type IChainable, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { MachineName } from '../../shared/contract/failover-machine.ts';
import type { Settings } from '../settings.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { ApprovalLink } from './approval-link.ts';
import { EvidenceBucket } from './evidence-bucket.ts';
import { FailoverControl } from './failover-control.ts';
import { type FailoverFunction, FailoverFunctions, type FailoverFunctionsProps } from './failover-functions.ts';
import { FailoverSeal } from './failover-seal.ts';
import { FailoverStates } from './failover-states.ts';

export type FailoverProps = FailoverFunctionsProps &
  Pick<Settings, 'deployment' | 'pages'> & {
    /** Learns of what waits for an approval, and of how failovers end. */
    readonly onCall: AlarmTopic;
  };

/**
 * Failing over, leading back, and undoing either, as state machines that people start. Nothing starts them by itself, and nothing changes
 * before a person has approved.
 */
export class Failover extends Construct {
  constructor(scope: Construct, id: string, props: FailoverProps) {
    super(scope, id);
    const { onCall, history } = props;
    const functions = new FailoverFunctions(this, 'Step', props);
    const link = props.failover.approvalLink ? new ApprovalLink(this, 'Link', props) : null;
    const evidence =
      props.failover.evidence === undefined ? null : new EvidenceBucket(this, 'Evidence', props.failover.evidence);
    const seal = evidence === null ? null : new FailoverSeal(this, 'Seal', { history, evidence });
    const undone = [...functions.all, ...(seal === null ? [] : [seal])];
    const invoked = [...undone, ...(link === null ? [] : [link.asking])];
    const states = (name: string, machine: MachineName) =>
      new FailoverStates(this, name, {
        machine,
        functions,
        seal,
        topic: onCall.topic,
        approvalSeconds: props.failover.approvalSeconds,
        asking: link?.asking,
      });
    const run = this.#machine('Run', states('RunStates', 'failover').run(), invoked, onCall);
    const undo = this.#machine('Undo', states('UndoStates', 'failover').undo(), undone, onCall);
    const back = this.#machine('BackRun', states('BackRunStates', 'failback').run(), invoked, onCall);
    const backUndo = this.#machine('BackUndo', states('BackUndoStates', 'failback').undo(), undone, onCall);
    const stateMachineArns = [run.stateMachineArn, back.stateMachineArn];
    link?.answers(stateMachineArns);
    const control = new FailoverControl(this, 'Control', { history, stateMachineArns });
    const output = (name: string, description: string, value: string) =>
      new CfnOutput(this, name, { description, value });
    output('RunArn', 'Start it with { flow, mode, by }, or { flow, runId, by } to continue a run', run.stateMachineArn);
    output('UndoArn', 'Start it with { flow, runId, by }', undo.stateMachineArn);
    const ofBack = 'Start it with { flow, mode: failback, by }, flow leading back, or { flow, runId, by } to continue';
    output('BackRunArn', ofBack, back.stateMachineArn);
    output('BackUndoArn', 'Start it with { flow, runId, by } of a failback', backUndo.stateMachineArn);
    output('ControlName', 'Invoke it to approve, reject, hold or release', control.function.functionName);
    if (evidence === null) return;
    output(
      'EvidenceBucketName',
      'Has the sealed evidence; remains when the stack is deleted',
      evidence.bucket.bucketName,
    );
    output('SigningKeyArn', 'Signs the evidence; remains when the stack is deleted', evidence.key.keyArn);
  }

  #machine(id: string, definition: IChainable, invoked: readonly FailoverFunction[], onCall: AlarmTopic): StateMachine {
    const role = new Role(this, `${id}Role`, {
      description: 'Invokes the functions that carry failovers out, and tells people',
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [onCall.key.keyArn] }),
    );
    const machine = new StateMachine(this, id, {
      definitionBody: DefinitionBody.fromChainable(definition),
      role,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, `${id}Log`, {
          retention: RetentionDays.SIX_MONTHS,
          removalPolicy: RemovalPolicy.RETAIN,
        }),
        level: LogLevel.ALL,
        // The input of the state that waits has the token.
        includeExecutionData: false,
      },
    });
    this.#acknowledge(role, invoked);
    return machine;
  }

  #acknowledge(role: Role, invoked: readonly FailoverFunction[]): void {
    const acknowledge = (what: string, reason: string) =>
      Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${what}]`, reason });
    acknowledge('*', 'X-Ray and the delivery of logs do not support resources.');
    for (const { function: lambda } of invoked) {
      const resource = lambda.node.defaultChild;
      if (!(resource instanceof CfnElement)) throw new Error('a function has a resource');
      acknowledge(`<${Stack.of(this).getLogicalId(resource)}.Arn>:*`, 'Any version of this one function.');
    }
  }
}
