import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { CfnHealthCheck, CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import { nameDimensions } from '../../shared/adapters/cloudwatch/metric-dimensions.ts';
import { alarmRunbook } from '../../shared/contract/alarms.ts';
import { NAME_METRIC } from '../../shared/contract/name-metric.ts';
import type { ClientName } from '../configuration.ts';

/** Of docs/runbook.md. */
const RUNBOOK_SECTION = 'name-not-published';

export interface ClientNamesProps {
  /** Name of the deployment. */
  readonly deployment: string;
  readonly names: readonly ClientName[];
  /** Learns that nobody publishes any more where a name leads. */
  readonly ticket: IAlarmAction;
  readonly runbookUrl: string;
}

/**
 * For each name of clients a health check that follows the metric of its side, and the failover record pair, if the stack
 * makes it. They are healthy, and the name leads to the primary record, until the metric is 1. Without data they keep their
 * status: nobody is moved because audits end. All of it remains when the stack is deleted: clients use the name.
 */
export class ClientNames extends Construct {
  constructor(scope: Construct, id: string, props: ClientNamesProps) {
    super(scope, id);
    for (const one of props.names) {
      const of = new Construct(this, one.name);
      const check = this.#healthCheck(of, one, props);
      this.#records(of, one, check);
      const description = `Health check of the primary record of ${one.name}`;
      new CfnOutput(of, 'HealthCheckId', { description, value: check.attrHealthCheckId });
    }
  }

  #healthCheck(
    of: Construct,
    { name }: ClientName,
    { deployment, ticket, runbookUrl }: ClientNamesProps,
  ): CfnHealthCheck {
    const dimensions = nameDimensions(deployment, name).map(({ Name, Value }) => [Name, Value] as const);
    const alarm = new Alarm(of, 'Alarm', {
      // Route 53 keeps the condition that the alarm had when the check was made: another condition needs another name.
      alarmName: `Tidemark-${deployment}/${name}/leads-to-secondary`,
      alarmDescription: `${name} leads to its secondary record. Without data, nobody publishes any more where it leads. Runbook: ${alarmRunbook(runbookUrl, { section: RUNBOOK_SECTION })}`,
      metric: new Metric({
        namespace: NAME_METRIC.namespace,
        metricName: NAME_METRIC.name,
        dimensionsMap: Object.fromEntries(dimensions),
        period: Duration.minutes(1),
        // Of the two values in the minute of a switch to the secondary record, the new one counts.
        statistic: Stats.MAXIMUM,
      }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      // Neither side: then the health check decides, and keeps what it had.
      treatMissingData: TreatMissingData.MISSING,
    });
    alarm.addInsufficientDataAction(ticket);
    alarm.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const check = new CfnHealthCheck(of, 'HealthCheck', {
      healthCheckConfig: {
        type: 'CLOUDWATCH_METRIC',
        alarmIdentifier: { name: alarm.alarmName, region: Stack.of(this).region },
        insufficientDataHealthStatus: 'LastKnownStatus',
      },
      healthCheckTags: [{ key: 'Name', value: `Tidemark-${deployment}/${name}` }],
    });
    check.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return check;
  }

  /** The secondary record has no health check: Route 53 then always answers with it while the primary one is unhealthy. */
  #records(of: Construct, { name, type, records }: ClientName, check: CfnHealthCheck): void {
    if (records === undefined) return;
    const { zone, ttlSeconds, primary, secondary } = records;
    const shared = { hostedZoneId: zone, name: `${name}.`, type, ttl: String(ttlSeconds) };
    const pair = [
      new CfnRecordSet(of, 'Primary', {
        ...shared,
        failover: 'PRIMARY',
        setIdentifier: 'tidemark-primary',
        healthCheckId: check.attrHealthCheckId,
        resourceRecords: primary,
      }),
      new CfnRecordSet(of, 'Secondary', {
        ...shared,
        failover: 'SECONDARY',
        setIdentifier: 'tidemark-secondary',
        resourceRecords: secondary,
      }),
    ];
    for (const record of pair) record.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}
