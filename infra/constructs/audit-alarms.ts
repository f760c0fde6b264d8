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
  type AlarmLimit,
  AWS_METRICS,
  alarmName,
  alarmRunbook,
  alarmsAreTogether,
} from '../../shared/contract/alarms.ts';
import { METRIC_NAMESPACE } from '../../shared/contract/metrics.ts';
import type { Settings } from '../settings.ts';

export interface AuditAlarmsProps extends Pick<Settings, AlarmLimit> {
  /** Name of the deployment, as its metrics carry it. */
  readonly deployment: string;
  /** Flow names as in the audit report: `A->B`. */
  readonly flows: readonly string[];
  /** Name of the audit function. */
  readonly functionName: string;
  /** Name of the queue of failures. */
  readonly queueName: string;
  /** What a page and a ticket do. */
  readonly actions: Readonly<Record<AlarmDefinition['urgency'], IAlarmAction>>;
  readonly runbookUrl: string;
}

const STATISTICS = { Maximum: Stats.MAXIMUM, Sum: Stats.SUM } as const;
const COMPARISONS = {
  GreaterThanThreshold: ComparisonOperator.GREATER_THAN_THRESHOLD,
  LessThanThreshold: ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;
const MISSING = { ignore: TreatMissingData.IGNORE, missing: TreatMissingData.MISSING } as const;

/** An alarm's name has at most 255 characters; the stack's name and the alarm's path fit into the rest. */
const LONGEST_FLOW_IN_NAME = 150;

/**
 * The alarms of a deployment. Each flow has all alarms of its own while they fit into the stack. With more flows, each
 * keeps its dead-man alarm, and the others watch all flows together.
 */
export class AuditAlarms extends Construct {
  /** In the order of `ALARMS`, those of a kind by flow. */
  readonly alarms: readonly Alarm[];
  /** By flow, those that are about it alone. */
  readonly ofFlows: ReadonlyMap<string, readonly Alarm[]>;
  /** Of the whole audit. */
  readonly deadMan: Alarm;
  readonly #props: AuditAlarmsProps;

  constructor(scope: Construct, id: string, props: AuditAlarmsProps) {
    super(scope, id);
    this.#props = props;
    const alarms = Object.entries<AlarmDefinition>(ALARMS);
    const areTogether = alarmsAreTogether(props.flows.length);
    const ofFlows = new Map<string, Alarm[]>(props.flows.map((flow) => [flow, []]));
    let deadMan: Alarm | undefined;
    this.alarms = alarms.flatMap(([key, definition]) => {
      const name = `${key[0]?.toUpperCase()}${key.slice(1)}`;
      if (definition.about === 'deployment' || (definition.about === 'flow-or-all' && areTogether)) {
        const alarm = this.#alarm(name, definition);
        if (definition === ALARMS.deadMan) deadMan = alarm;
        return [alarm];
      }
      return props.flows.map((flow) => {
        // CDK takes a slash for a path: `a/b` and `a--b` would become one resource.
        const alarm = this.#alarm(`${name} ${dimensionValue(flow).replaceAll('/', '%2F')}`, definition, flow);
        ofFlows.get(flow)?.push(alarm);
        return alarm;
      });
    });
    if (deadMan === undefined) throw new Error('the contract has a dead-man alarm of the whole audit');
    this.deadMan = deadMan;
    this.ofFlows = ofFlows;
  }

  #alarm(id: string, definition: AlarmDefinition, flow?: string): Alarm {
    const { actions, runbookUrl } = this.#props;
    const named = flow === undefined ? undefined : dimensionValue(flow, LONGEST_FLOW_IN_NAME);
    const alarm = new Alarm(this, id, {
      alarmName: alarmName(Stack.of(this).stackName, definition, named),
      alarmDescription: `${definition.description} Runbook: ${alarmRunbook(runbookUrl, definition)}`,
      metric: this.#metric(definition, flow),
      threshold: this.#threshold(definition),
      comparisonOperator: COMPARISONS[definition.comparison],
      datapointsToAlarm: definition.datapoints,
      evaluationPeriods: definition.periods,
      treatMissingData: MISSING[definition.missing],
    });
    const action = actions[definition.urgency];
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    if (definition.missing === 'missing') alarm.addInsufficientDataAction(action);
    return alarm;
  }

  #metric({ metric, statistic, verdict }: AlarmDefinition, flow?: string): Metric {
    const common = {
      metricName: metric,
      statistic: STATISTICS[statistic],
      period: Duration.seconds(ALARM_PERIOD_SECONDS),
    };
    if (metric === 'Duration') {
      return new Metric({
        ...common,
        namespace: AWS_METRICS[metric],
        dimensionsMap: { FunctionName: this.#props.functionName },
      });
    }
    if (metric === 'ApproximateNumberOfMessagesVisible') {
      return new Metric({
        ...common,
        namespace: AWS_METRICS[metric],
        dimensionsMap: { QueueName: this.#props.queueName },
      });
    }
    const of = { ...(flow !== undefined && { Flow: flow }), ...(verdict !== undefined && { Verdict: verdict }) };
    const dimensions = metricDimensions(this.#props.deployment, of);
    return new Metric({
      ...common,
      namespace: METRIC_NAMESPACE,
      dimensionsMap: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])),
    });
  }

  #threshold({ metric, threshold }: AlarmDefinition): number {
    const limit = typeof threshold === 'number' ? threshold : this.#props[threshold];
    // AWS measures the duration of a function in milliseconds.
    return metric === 'Duration' ? limit * 1_000 : limit;
  }
}
