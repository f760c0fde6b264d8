import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  APPROVALS_PREFIX,
  FAILOVERS_PREFIX,
  NAMES_PREFIX,
  OUTBOX_PREFIX,
  PAGES_PREFIX,
  PARTITION_KEY,
  SORT_KEY,
  TTL_ATTRIBUTE,
} from '../../shared/adapters/dynamodb/history-table.ts';

/**
 * The table that stores the history. Its content cannot be recreated, because MM2 forgets it. So the table remains when
 * the stack is deleted, is protected from deletion, and can be restored to any second of the last 35 days. A later stack
 * can use it again by its name.
 */
export class HistoryTable extends Construct {
  readonly table: Pick<ITable, 'tableArn' | 'tableName'>;

  /** @param existing name of a table to use instead of a new one */
  constructor(scope: Construct, id: string, existing?: string) {
    super(scope, id);
    this.table = existing === undefined ? this.#create() : Table.fromTableName(this, 'Table', existing);
  }

  #create(): Table {
    return new Table(this, 'Table', {
      partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
      sortKey: { name: SORT_KEY, type: AttributeType.STRING },
      timeToLiveAttribute: TTL_ATTRIBUTE,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Allows a role to carry failovers out: to record them, audits and the plans of restores. It deletes nothing. */
  grantFailover(role: Role): void {
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'dynamodb:GetItem',
          'dynamodb:BatchGetItem',
          'dynamodb:Query',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
          'dynamodb:ConditionCheckItem',
        ],
        resources: [this.table.tableArn],
      }),
    );
  }

  /** Where the names of clients lead is written by the function that switches them, and by no other. */
  denySwitchingNames(role: Role): void {
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
        resources: [this.table.tableArn],
        conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [`${NAMES_PREFIX}*`] } },
      }),
    );
  }

  /** Allows a role to read failovers and to hold them, and nothing of the history. */
  grantFailoverControl(role: Role): void {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${FAILOVERS_PREFIX}*`] } },
      }),
    );
  }

  /** Allows a role to read failovers, and to write which approvals are asked for and answered. */
  grantApprovals(role: Role): void {
    const grant = (actions: string[], prefix: string) =>
      role.addToPolicy(
        new PolicyStatement({
          actions,
          resources: [this.table.tableArn],
          conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${prefix}*`] } },
        }),
      );
    grant(['dynamodb:GetItem', 'dynamodb:Query'], FAILOVERS_PREFIX);
    grant(['dynamodb:PutItem'], APPROVALS_PREFIX);
  }

  /** Allows a role to read failovers, and nothing of the history. */
  grantFailoverReading(role: Role): void {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${FAILOVERS_PREFIX}*`] } },
      }),
    );
  }

  /** Allows a role to remember which pages were sent, and nothing of the history. */
  grantPaging(role: Role): void {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:UpdateItem'],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${PAGES_PREFIX}*`] } },
      }),
    );
  }

  /**
   * Allows a role to store and read audits, but not to delete any: time to live does that. Only events that were
   * delivered may be deleted. IAM authorizes a transaction by its parts, here Put and Update (DynamoDB Developer Guide,
   * "Using IAM with DynamoDB transactions").
   */
  grantRecording(role: Role): void {
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'dynamodb:GetItem',
          'dynamodb:BatchGetItem',
          'dynamodb:Query',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
        ],
        resources: [this.table.tableArn],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:DeleteItem'],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${OUTBOX_PREFIX}*`] } },
      }),
    );
  }
}
