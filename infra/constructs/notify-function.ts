import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { NOTIFY_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { FINDING_EVENT_SOURCE, FINDING_EVENT_TYPES } from '../../shared/contract/finding-events.ts';
import type { Settings } from '../settings.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { bundledHandler } from './bundled-handler.ts';
import type { HistoryTable } from './history-table.ts';
import { grantSecrets } from './secret-access.ts';

export interface NotifyFunctionProps extends Pick<Settings, 'deployment' | 'runbookUrl' | 'secretKeyArns'> {
  readonly pages: NonNullable<Settings['pages']>;
  /** Remembers which pages were sent. */
  readonly history: HistoryTable;
  /** Sends the mails. */
  readonly onCall: AlarmTopic;
  /** Receives events that could not be delivered, and those of which no page could be sent. */
  readonly failures: IQueue;
}

/**
 * Sends pages for the findings of this deployment. It runs outside any VPC, because receivers are on the Internet, and it
 * has no access to Kafka or to its secrets.
 */
export class NotifyFunction extends Construct {
  constructor(scope: Construct, id: string, props: NotifyFunctionProps) {
    super(scope, id);
    const { pages, history, onCall, failures } = props;
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      description: 'Sends pages: reads the URLs of webhooks, remembers what was sent, writes its log',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    const lambda = new NodejsFunction(this, 'Function', {
      description: 'Pages people for findings of Tidemark',
      ...bundledHandler('notify'),
      memorySize: 256,
      // Shorter than the minute for which one attempt holds the right to send a page.
      timeout: Duration.seconds(45),
      retryAttempts: 2,
      onFailure: new SqsDestination(failures),
      role,
      logGroup,
    });
    const urls = { ...(pages.slack && { slack: pages.slack }), ...(pages.webhook && { webhook: pages.webhook }) };
    lambda.addEnvironment(NOTIFY_ENVIRONMENT.serviceName, 'tidemark-notify');
    lambda.addEnvironment(NOTIFY_ENVIRONMENT.historyTable, history.table.tableName);
    lambda.addEnvironment(NOTIFY_ENVIRONMENT.runbookUrl, props.runbookUrl);
    lambda.addEnvironment(NOTIFY_ENVIRONMENT.least, pages.severity);
    lambda.addEnvironment(NOTIFY_ENVIRONMENT.secrets, JSON.stringify(urls));
    history.grantPaging(role);
    grantSecrets(role, Object.values(urls), Object.keys(urls).length > 0 ? props.secretKeyArns : []);
    if (pages.email) {
      lambda.addEnvironment(NOTIFY_ENVIRONMENT.mailTopic, onCall.topic.topicArn);
      role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [onCall.topic.topicArn] }));
      role.addToPolicy(
        new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [onCall.key.keyArn] }),
      );
    }
    new Rule(this, 'Rule', {
      description: 'Findings of this deployment page people',
      eventPattern: {
        source: [FINDING_EVENT_SOURCE],
        detailType: Object.values(FINDING_EVENT_TYPES),
        detail: { deployment: [props.deployment.name] },
      },
      targets: [new LambdaFunction(lambda, { deadLetterQueue: failures })],
    });
  }
}
