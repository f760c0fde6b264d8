import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ALARM_CLEARED_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { bundledHandler } from './bundled-handler.ts';

export interface AlarmClearedProps {
  /** Learns that an alarm is over. */
  readonly topic: ITopic;
  /** The key of its messages. */
  readonly key: IKey;
  /** Receives events of which no message could be published. */
  readonly failures: IQueue;
}

/**
 * The OK action of alarms: a function that tells the topic that an alarm is over. It tells nothing of a new alarm whose first state
 * is OK, so a first deployment is silent. It is an action, and no rule on events, because CloudWatch takes no action in a maintenance
 * window or while the alarm of the cause suppresses it.
 */
export class AlarmCleared extends Construct {
  readonly action: IAlarmAction;

  constructor(scope: Construct, id: string, { topic, key, failures }: AlarmClearedProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      description: 'Tells the topic that alarms are over, reads when alarms changed, writes its log',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    role.addToPolicy(new PolicyStatement({ actions: ['cloudwatch:DescribeAlarmHistory'], resources: ['*'] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [topic.topicArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] }));
    const lambda = new NodejsFunction(this, 'Function', {
      description: 'Tells that alarms of Tidemark are over',
      ...bundledHandler('alarm-cleared'),
      memorySize: 256,
      timeout: Duration.seconds(30),
      retryAttempts: 2,
      onFailure: new SqsDestination(failures),
      role,
      logGroup,
    });
    lambda.addEnvironment(ALARM_CLEARED_ENVIRONMENT.serviceName, 'tidemark-alarm-cleared');
    lambda.addEnvironment(ALARM_CLEARED_ENVIRONMENT.topic, topic.topicArn);
    const { account, stackName } = Stack.of(this);
    // One permission for all alarms: CDK's action adds one to each, and a function has room for some 100.
    lambda.addPermission('Alarms', {
      principal: new ServicePrincipal('lambda.alarms.cloudwatch.amazonaws.com'),
      sourceAccount: account,
      sourceArn: Stack.of(this).formatArn({
        service: 'cloudwatch',
        resource: 'alarm',
        resourceName: `${stackName}/*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'CloudWatch tells the history of a composite alarm only to who may read that of every alarm (DescribeAlarmHistory).',
    });
    this.action = { bind: () => ({ alarmActionArn: lambda.functionArn }) };
  }
}
