import { Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, ContextAttribute } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AUDIT_EVENT } from '../../shared/contract/environment.ts';
import { partId } from './part-id.ts';

export interface AuditScheduleProps {
  readonly targets: readonly IFunction[];
  /** Receives invocations that Scheduler could not deliver. */
  readonly undelivered: IQueue;
}

/**
 * Invokes each audit function once a minute. There are no retries and no late invocations, because the next audit is due within a
 * minute. The role may invoke only these functions, unqualified; CDK's L2 target would allow every version.
 */
export class AuditSchedule extends Construct {
  constructor(scope: Construct, id: string, props: AuditScheduleProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: 'EventBridge Scheduler invokes the audit function',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: {
        invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:InvokeFunction'],
              resources: props.targets.map(({ functionArn }) => functionArn),
            }),
            new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [props.undelivered.queueArn] }),
          ],
        }),
      },
    });
    for (const [index, { functionArn }] of props.targets.entries()) {
      new CfnSchedule(this, partId('Schedule', index), {
        description: 'Audits MirrorMaker 2 once a minute',
        scheduleExpression: 'rate(1 minute)',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify({
            [AUDIT_EVENT.scheduledAt]: ContextAttribute.scheduledTime,
            [AUDIT_EVENT.executionId]: ContextAttribute.executionId,
          }),
          retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
          deadLetterConfig: { arn: props.undelivered.queueArn },
        },
      });
    }
  }
}
