import { beforeAll, describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { parseAuditEnvironment } from '../../functions/audit/environment.ts';
import { parseAuditEvent } from '../../functions/audit/event.ts';
import { historyTable, TTL_ATTRIBUTE } from '../../shared/adapters/dynamodb/history-table.ts';
import { deployedVariables } from './deployed-variables.ts';
import { HOSTILE_FLOWS, LIMITS, MANY_FLOWS } from './stacks.ts';
import { exampleSettings } from './synthesize.ts';
import { synthesizeChecked } from './synthesize-checked.ts';

const vpc = {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  securityGroupIds: ['sg-0123456789abcdef0'],
};

describe('the audit stack', () => {
  let template: Template;

  beforeAll(() => {
    template = synthesizeChecked();
  });

  /** The function's own statements, without those that CDK adds for itself. */
  const auditFunction = () => ({ Description: Match.stringLikeRegexp('^Audits MirrorMaker 2') });
  const statements = (from: Template): Record<string, unknown>[] =>
    Object.values(from.findResources('AWS::IAM::Policy')).flatMap(
      (policy) => policy.Properties.PolicyDocument.Statement,
    );
  const actions = (from: Template) => statements(from).flatMap((statement) => statement.Action as string | string[]);
  /** The actions of the policies whose logical ids begin so. */
  const actionsOf = (from: Template, prefix: string) =>
    Object.entries(from.findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.startsWith(prefix))
      .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement)
      .flatMap(({ Action }) => Action as string | string[]);

  test('GIVEN a resource that breaks a rule of cdk-nag THEN synthesis fails, which shows that the checks run', () => {
    expect(() => synthesizeChecked({}, undefined, (stack) => new Topic(stack, 'Careless'))).toThrow(
      /AwsSolutions-SNS3/,
    );
  });

  test('GIVEN 300 flows, some with hostile names, other limits and receivers of pages THEN the checks find nothing', () => {
    const flows = [...HOSTILE_FLOWS, ...MANY_FLOWS].slice(0, MANY_FLOWS.length);
    const parts = { ...LIMITS, pages: { severity: 'critical', email: true } } as const;
    expect(() => synthesizeChecked(parts, flows)).not.toThrow();
  });

  test('runs on Node 24, one at a time, for less than the minute between two audits', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      ...auditFunction(),
      Runtime: 'nodejs24.x',
      ReservedConcurrentExecutions: 1,
    });
    const [lambda] = Object.values(template.findResources('AWS::Lambda::Function', { Properties: auditFunction() }));
    expect(lambda?.Properties.Timeout).toBeLessThan(60);
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 minute)' });
  });

  test('has no function but the audit and those that report that alarms are over, which can do no more than that', () => {
    template.resourceCountIs('AWS::Lambda::Function', 3);
    for (const id of ['OnCallCleared', 'TicketsCleared']) {
      expect(actionsOf(template, id).sort()).toEqual([
        'cloudwatch:DescribeAlarmHistory',
        'kms:Decrypt',
        'kms:GenerateDataKey',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'sns:Publish',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:SendMessage',
      ]);
    }
  });

  test('never retries a late or failed audit, and stores failed invocations', () => {
    const failures = { 'Fn::GetAtt': [Object.keys(template.findResources('AWS::SQS::Queue'))[0], 'Arn'] };
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: failures } },
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Target: {
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        DeadLetterConfig: { Arn: failures },
      },
    });
  });

  test("the schedule's input, with Scheduler's values filled in, is an event that the function accepts", () => {
    const [schedule] = Object.values(template.findResources('AWS::Scheduler::Schedule'));
    const input: string = schedule?.Properties.Target.Input;
    const filled = input
      .replace('<aws.scheduler.scheduled-time>', '2026-11-20T10:00:00Z')
      .replace('<aws.scheduler.execution-id>', 'd32c5kddcf5bb8c3');
    expect(parseAuditEvent(JSON.parse(filled))).toEqual({
      scheduledAt: '2026-11-20T10:00:00Z',
      executionId: 'd32c5kddcf5bb8c3',
    });
  });

  test("the function's variables are an environment that the function accepts, without any secret's value", () => {
    const environment = parseAuditEnvironment(deployedVariables(template));
    expect(environment.configFile).toBe('/opt/tidemark.yaml');
    expect(Object.keys(template.findResources('AWS::DynamoDB::Table'))).toEqual([environment.historyTable]);
    expect([...environment.secrets]).toEqual(Object.entries(exampleSettings.secrets));
  });

  test('the function may read its secrets, write log, metrics and history, report its failures, and nothing else', () => {
    expect(actionsOf(template, 'Audit').sort()).toEqual([
      'cloudwatch:PutMetricData',
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'events:PutEvents',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:SendMessage',
    ]);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'cloudwatch:PutMetricData',
            Condition: { StringEquals: { 'cloudwatch:namespace': 'Tidemark' } },
          }),
          Match.objectLike({
            Action: 'secretsmanager:GetSecretValue',
            Resource: ['east', 'west'].map((name) => ({
              'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(`:secret:tidemark/${name}-[?]{6}$`)])],
            })),
          }),
        ]),
      },
    });
    for (const role of Object.values(template.findResources('AWS::IAM::Role'))) {
      expect(role.Properties.ManagedPolicyArns).toBeUndefined();
    }
  });

  test('the history table has the keys and the time to live that the store uses, and is paid per request', () => {
    const { TableName: _, ...definition } = historyTable('any');
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      ...definition,
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
    });
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
  });

  test('the history survives deletion of the stack, of the table and a wrong write, and is encrypted', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      },
    });
  });

  test('what holds data keeps its logical id: another id would replace it with an empty one', () => {
    const ids = {
      'AWS::DynamoDB::Table': ['HistoryTable4479EEA3'],
      'AWS::SQS::Queue': ['FailuresQueueB0898B50'],
      'AWS::SNS::Topic': ['OnCallTopic2FB15ED5', 'TicketsTopicC7E9F99F'],
      'AWS::KMS::Key': ['OnCallKey6DF8E67A'],
      'AWS::Logs::LogGroup': ['AuditLog37476C05', 'OnCallClearedLog1AC1807D', 'TicketsClearedLog81A919C9'],
    };
    const found = Object.keys(ids).map((type) => [type, Object.keys(template.findResources(type))]);
    expect(Object.fromEntries(found)).toEqual(ids);
  });

  test('GIVEN the name of a table THEN the stack makes none, and the function may use that one and no other', () => {
    const again = synthesizeChecked({ historyTable: 'Tidemark-old-History.1' });
    again.resourceCountIs('AWS::DynamoDB::Table', 0);
    expect(parseAuditEnvironment(deployedVariables(again)).historyTable).toBe('Tidemark-old-History.1');
    const resources = statements(again).filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:'));
    const thatTable = expect.stringMatching(/:table\/Tidemark-old-History\.1"\]\]\}$/);
    expect(resources.map(({ Resource }) => JSON.stringify(Resource))).toEqual([thatTable, thatTable]);
    again.hasOutput('HistoryTableName', { Value: 'Tidemark-old-History.1' });
  });

  test('two deployments are two stacks', () => {
    const [one, other] = ['one', 'other'].map((name) => synthesizeChecked({ deployment: { name } }));
    expect(JSON.stringify(one)).not.toContain('Tidemark-other');
    const names = (template: Template | undefined) =>
      Object.values(template?.findResources('AWS::CloudWatch::Alarm') ?? {}).map(
        ({ Properties }) => Properties.AlarmName,
      );
    expect(names(one).filter((name) => names(other).includes(name))).toEqual([]);
  });

  test('the function may store and read audits in that table only, and delete only events that were delivered', () => {
    const [table] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
    const onTables = statements(template).filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:'));
    expect(onTables).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'dynamodb:BatchGetItem',
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
          'dynamodb:UpdateItem',
        ],
        Resource: { 'Fn::GetAtt': [table, 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: 'dynamodb:DeleteItem',
        Resource: { 'Fn::GetAtt': [table, 'Arn'] },
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['findings#*'] } },
      },
    ]);
  });

  test('the schedule may invoke only this function and report undelivered invocations', () => {
    const [lambda] = Object.keys(template.findResources('AWS::Lambda::Function'));
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{ Principal: { Service: 'scheduler.amazonaws.com' }, Condition: Match.anyValue() }],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              { Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': [lambda, 'Arn'] } },
              { Action: 'sqs:SendMessage' },
            ],
          },
        },
      ],
    });
  });

  test('the log is kept for a month', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  test('the topic accepts messages only from alarms of this account, encrypted under a key that alarms may use', () => {
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
    const allowed = { Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: ofThisAccount, Effect: 'Allow' };
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ ...allowed, Action: 'sns:Publish' })]) },
    });
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({ ...allowed, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] })]),
      },
    });
  });

  test('GIVEN a VPC THEN the function runs in its private subnets, and may create its network interfaces', () => {
    const placed = synthesizeChecked({ vpc });
    placed.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: vpc.privateSubnetIds, SecurityGroupIds: vpc.securityGroupIds },
    });
    expect(actions(placed)).toContain('ec2:CreateNetworkInterface');
    expect(actions(template)).not.toContain('ec2:CreateNetworkInterface');
  });

  test('GIVEN MSK clusters and KMS keys THEN the function may read exactly those', () => {
    const key = 'arn:aws:kms:eu-central-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef';
    const more = synthesizeChecked({
      mskClusterArns: ['arn:aws:kafka:eu-central-1:111122223333:cluster/prod/0123-4'],
      secretKeyArns: [key],
    });
    const granted = statements(more).map(({ Action, Resource }) => [Action, Resource]);
    const msk = 'arn:aws:kafka:eu-central-1:111122223333';
    expect(granted).toContainEqual(['kms:Decrypt', key]);
    expect(granted).toContainEqual([
      ['kafka-cluster:Connect', 'kafka-cluster:DescribeCluster'],
      `${msk}:cluster/prod/0123-4`,
    ]);
    expect(granted).toContainEqual([
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:DescribeTopicDynamicConfiguration', 'kafka-cluster:ReadData'],
      `${msk}:topic/prod/0123-4/*`,
    ]);
    expect(granted).toContainEqual(['kafka-cluster:DescribeGroup', `${msk}:group/prod/0123-4/*`]);
    expect(actionsOf(more, 'Audit').filter((action) => /Write|Alter|Create|kafka.*Delete/.test(action))).toEqual([
      'logs:CreateLogStream',
    ]);
  });

  test('GIVEN receivers of pages THEN findings of this deployment alone invoke the notify function, which can do little', () => {
    const key = 'arn:aws:kms:eu-central-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef';
    const slack = { secretsManager: 'tidemark/slack' };
    const paging = synthesizeChecked({ pages: { severity: 'critical', slack, email: true }, secretKeyArns: [key] });
    paging.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['tidemark'],
        'detail-type': ['Tidemark Finding Opened', 'Tidemark Finding Changed', 'Tidemark Finding Closed'],
        detail: { deployment: ['example'] },
      },
      Targets: [Match.objectLike({ DeadLetterConfig: { Arn: Match.anyValue() } })],
    });
    paging.resourceCountIs('AWS::Lambda::Function', 4);
    paging.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: Match.anyValue() },
    });
    const policies = Object.entries(paging.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Notify'));
    const own = policies.flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement);
    expect(own.flatMap(({ Action }) => Action).sort()).toEqual([
      'dynamodb:UpdateItem',
      'kms:Decrypt',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sns:Publish',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:SendMessage',
    ]);
    expect(own.find(({ Action }) => Action === 'dynamodb:UpdateItem')?.Condition).toEqual({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['pages#*'] },
    });
  });
});
