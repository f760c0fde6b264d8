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
import { dimensionValue } from '../../shared/adapters/cloudwatch/dimension-value.ts';
import { metricDimensions } from '../../shared/adapters/cloudwatch/metric-dimensions.ts';
import {
  ALARM_PERIOD_SECONDS,
  ALARMS,
  type AlarmDefinition,
  alarmName,
  alarmRunbook,
} from '../../shared/contract/alarms.ts';
import { METRIC_NAMESPACE } from '../../shared/contract/metrics.ts';

export interface AuditAlarmsProps {
  /** Name of the deployment, as its metrics carry it. */
  readonly deployment: string;
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

/** An alarm's name has at most 255 characters; the stack's name and the alarm's path fit into the rest. */
const LONGEST_FLOW_IN_NAME = 150;

/** A lag alarm, a history alarm and a dead-man alarm per flow, and one dead-man alarm for the audit itself. */
export class AuditAlarms extends Construct {
  constructor(scope: Construct, id: string, props: AuditAlarmsProps) {
    super(scope, id);
    for (const flow of props.flows) {
      // CDK takes a slash for a path: `a/b` and `a--b` would become one resource.
      const id = dimensionValue(flow).replaceAll('/', '%2F');
      this.alarm(`Lag ${id}`, ALARMS.lag, props.maxLagRecords, props, flow);
      this.alarm(`History ${id}`, ALARMS.history, 0, props, flow);
      this.alarm(`DeadMan ${id}`, ALARMS.flowDeadMan, 1, props, flow);
    }
    this.alarm('DeadMan', ALARMS.deadMan, 1, props);
  }

  private alarm(id: string, definition: AlarmDefinition, threshold: number, props: AuditAlarmsProps, flow?: string) {
    const dimensions = metricDimensions(props.deployment, flow === undefined ? {} : { Flow: flow });
    const named = flow === undefined ? undefined : dimensionValue(flow, LONGEST_FLOW_IN_NAME);
    const alarm = new Alarm(this, id, {
      alarmName: alarmName(Stack.of(this).stackName, definition, named),
      alarmDescription: `${definition.description} Runbook: ${alarmRunbook(props.runbookUrl, definition)}`,
      metric: new Metric({
        namespace: METRIC_NAMESPACE,
        metricName: definition.metric,
        dimensionsMap: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])),
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
