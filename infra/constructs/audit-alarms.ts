import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import {
  ALARM_PERIOD_SECONDS,
  ALARMS,
  type AlarmDefinition,
  alarmName,
  alarmRunbook,
} from '../../shared/contract/alarms.ts';
import { METRIC_NAMESPACE } from '../../shared/contract/metrics.ts';

export interface AuditAlarmsProps {
  /** Flow names as in the audit report: `A->B`. */
  readonly flows: readonly string[];
  readonly maxLagRecords: number;
  readonly action: IAlarmAction;
  readonly runbookUrl: string;
}

const STATISTICS = { Maximum: Stats.MAXIMUM, Sum: Stats.SUM } as const;
const COMPARISONS = {
  GreaterThanThreshold: ComparisonOperator.GREATER_THAN_THRESHOLD,
  LessThanThreshold: ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;
const MISSING = { ignore: TreatMissingData.IGNORE, breaching: TreatMissingData.BREACHING } as const;

/** One lag alarm and one history alarm per flow, and one dead-man alarm for the audit itself. */
export class AuditAlarms extends Construct {
  constructor(scope: Construct, id: string, props: AuditAlarmsProps) {
    super(scope, id);
    for (const flow of props.flows) {
      this.alarm(`Lag ${flow}`, ALARMS.lag, props.maxLagRecords, props, flow);
      this.alarm(`History ${flow}`, ALARMS.history, 0, props, flow);
    }
    this.alarm('DeadMan', ALARMS.deadMan, 1, props);
  }

  private alarm(id: string, definition: AlarmDefinition, threshold: number, props: AuditAlarmsProps, flow?: string) {
    const alarm = new Alarm(this, id, {
      alarmName: alarmName(Stack.of(this).stackName, definition, flow),
      alarmDescription: `${definition.description} Runbook: ${alarmRunbook(props.runbookUrl, definition)}`,
      metric: new Metric({
        namespace: METRIC_NAMESPACE,
        metricName: definition.metric,
        ...(flow !== undefined && { dimensionsMap: { Flow: flow } }),
        statistic: STATISTICS[definition.statistic],
        period: Duration.seconds(ALARM_PERIOD_SECONDS),
      }),
      threshold,
      comparisonOperator: COMPARISONS[definition.comparison],
      datapointsToAlarm: definition.datapoints,
      evaluationPeriods: definition.periods,
      treatMissingData: MISSING[definition.missing],
    });
    alarm.addAlarmAction(props.action);
    alarm.addOkAction(props.action);
  }
}
