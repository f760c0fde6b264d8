import { CfnElement, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { SEAL_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { bundledHandler } from './bundled-handler.ts';
import type { EvidenceBucket } from './evidence-bucket.ts';
import type { HistoryTable } from './history-table.ts';

export interface FailoverSealProps {
  readonly history: HistoryTable;
  readonly evidence: EvidenceBucket;
}

/** The function that seals the evidence of a run that has ended. It has no access to Kafka or to any secret. */
export class FailoverSeal extends Construct {
  readonly function: IFunction;
  readonly timeout = Duration.minutes(1);

  constructor(scope: Construct, id: string, { history, evidence }: FailoverSealProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.SIX_MONTHS,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const role = new Role(this, 'Role', {
      description: 'Reads the evidence of failovers, signs it, and stores it where nobody replaces it',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    history.grantFailoverReading(role);
    evidence.grantSealing(role);
    const { bucket, key } = evidence;
    const every = 'Any object of this one bucket: keys begin with the id of a run.';
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${logicalId(bucket)}.Arn>/*]`,
      reason: every,
    });
    const lambda = new NodejsFunction(this, 'Function', {
      description: 'Tidemark: signs the evidence of failovers, and stores it under Object Lock',
      ...bundledHandler('failover-seal'),
      memorySize: 512,
      timeout: this.timeout,
      role,
      logGroup,
    });
    lambda.addEnvironment(SEAL_ENVIRONMENT.serviceName, 'tidemark-failover-seal');
    lambda.addEnvironment(SEAL_ENVIRONMENT.historyTable, history.table.tableName);
    lambda.addEnvironment(SEAL_ENVIRONMENT.bucket, bucket.bucketName);
    lambda.addEnvironment(SEAL_ENVIRONMENT.signingKey, key.keyArn);
    this.function = lambda;
  }
}

function logicalId(of: Pick<Construct, 'node'>): string {
  const resource = of.node.defaultChild;
  if (!(resource instanceof CfnElement)) throw new Error('a construct of one resource has it');
  return Stack.of(resource).getLogicalId(resource);
}
