import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FAILOVER_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { bundledHandler } from './bundled-handler.ts';
import type { HistoryTable } from './history-table.ts';

export interface FailoverControlProps {
  readonly history: HistoryTable;
  /** The state machines that wait for approvals. */
  readonly stateMachineArns: readonly string[];
}

/**
 * The function by which people approve, reject, hold and release failovers. Who may invoke it may do that. It has no access
 * to Kafka or to its secrets.
 */
export class FailoverControl extends Construct {
  readonly function: IFunction;

  constructor(scope: Construct, id: string, { history, stateMachineArns }: FailoverControlProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.SIX_MONTHS,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const role = new Role(this, 'Role', {
      description: 'Answers the state machines of failovers for people, and holds it',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    history.grantFailoverControl(role);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
        resources: [...stateMachineArns],
      }),
    );
    const lambda = new NodejsFunction(this, 'Function', {
      description: 'Tidemark: approves, rejects, holds and releases failovers',
      ...bundledHandler('failover-control'),
      memorySize: 256,
      timeout: Duration.seconds(30),
      role,
      logGroup,
    });
    lambda.addEnvironment(FAILOVER_ENVIRONMENT.serviceName, 'tidemark-failover-control');
    lambda.addEnvironment(FAILOVER_ENVIRONMENT.historyTable, history.table.tableName);
    this.function = lambda;
  }
}
