import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmBase,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
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
  type AlarmKey,
  type AlarmLimit,
  AWS_METRICS,
  alarmName,
  alarmRunbook,
  alarmsAreTogether,
  CATCH_UP_SECONDS,
  CAUSE_WAIT_SECONDS,
  COMPOSITE_ALARMS,
  type CompositeAlarmDefinition,
  notifiedBy,
} from '../../shared/contract/alarms.ts';
import { METRIC_NAMESPACE } from '../../shared/contract/metrics.ts';
import type { Settings } from '../settings.ts';
import type { AlarmActions } from './alarm-topic.ts';
import { partId } from './part-id.ts';

export interface AuditAlarmsProps extends Pick<Settings, AlarmLimit> {
  /** Name of the deployment, as its metrics carry it. */
  readonly deployment: string;
  /** Flow names as in the audit report: `A->B`. */
  readonly flows: readonly string[];
  /** Names of the audit functions. */
  readonly functionNames: readonly string[];
  /** Name of the queue of failures. */
  readonly queueName: string;
  /** What a page and a ticket do. */
  readonly actions: Readonly<Record<AlarmDefinition['urgency'], AlarmActions>>;
  readonly runbookUrl: string;
}

/** What an alarm is about, besides the whole deployment. */
interface AlarmSubject {
  readonly key: AlarmKey;
  readonly flow?: string | undefined;
  readonly functionName?: string | undefined;
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
 * The alarms of a deployment. Each flow has all alarms of its own while they fit into the stack, and composite ones that
 * notify once for a cause. With more flows, each keeps its dead-man alarm, and the others watch all flows together.
 */
export class AuditAlarms extends Construct {
  /** In the order of `ALARMS`, those of a kind by flow; the composite ones last. */
  readonly alarms: readonly AlarmBase[];
  /** By flow, those that are about it alone. */
  readonly ofFlows: ReadonlyMap<string, readonly AlarmBase[]>;
  /** Of the whole audit. */
  readonly deadMan: Alarm;
  readonly #props: AuditAlarmsProps;
  readonly #areTogether: boolean;

  constructor(scope: Construct, id: string, props: AuditAlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.#areTogether = alarmsAreTogether(props.flows.length);
    const ofFlows = new Map(props.flows.map((flow) => [flow, new Map<AlarmKey, Alarm>()]));
    const metricAlarms = alarmEntries().flatMap(([key, definition]) => {
      if (definition.perFunction === 'alarm') {
        return props.functionNames.map(
          (name, index) => [key, this.#alarmOfFunction(key, definition, name, index)] as const,
        );
      }
      if (!this.#isOfOneFlow(definition)) return [[key, this.#alarm(constructId(key), definition, { key })] as const];
      return [...ofFlows].map(([flow, own]) => {
        const alarm = this.#alarm(constructId(key, flow), definition, { key, flow });
        own.set(key, alarm);
        return [key, alarm] as const;
      });
    });
    const composites = new Map(
      [...ofFlows].map(([flow, own]) => [flow, this.#areTogether ? [] : this.#composites(flow, own)]),
    );
    const deadMan = metricAlarms.find(([key]) => key === 'deadMan')?.[1];
    if (deadMan === undefined) throw new Error('the contract has a dead-man alarm of the whole audit');
    this.deadMan = deadMan;
    this.alarms = [...metricAlarms.map(([, alarm]) => alarm), ...[...composites.values()].flat()];
    this.ofFlows = new Map(
      [...ofFlows].map(([flow, own]) => [flow, [...own.values(), ...(composites.get(flow) ?? [])]]),
    );
  }

  #isOfOneFlow({ about }: AlarmDefinition): boolean {
    return about === 'flow' || (about === 'flow-or-all' && !this.#areTogether);
  }

  #alarmOfFunction(key: AlarmKey, definition: AlarmDefinition, functionName: string, index: number): Alarm {
    const path = this.#props.functionNames.length === 1 ? definition.path : `${definition.path}-${index + 1}`;
    return this.#alarm(partId(constructId(key), index), { ...definition, path }, { key, functionName });
  }

  #alarm(id: string, definition: AlarmDefinition, { key, flow, functionName }: AlarmSubject): Alarm {
    const alarm = new Alarm(this, id, {
      alarmName: this.#nameOf(definition, flow),
      alarmDescription: this.#describe(definition),
      metric: this.#metric(definition, { flow, functionName }),
      threshold: this.#threshold(definition),
      comparisonOperator: COMPARISONS[definition.comparison],
      datapointsToAlarm: definition.datapoints,
      evaluationPeriods: definition.periods,
      treatMissingData: MISSING[definition.missing],
    });
    if (!this.#areTogether && notifiedBy(key) !== null) return alarm;
    const { raised, cleared } = this.#props.actions[definition.urgency];
    alarm.addAlarmAction(raised);
    alarm.addOkAction(cleared);
    if (definition.missing === 'missing') alarm.addInsufficientDataAction(raised);
    return alarm;
  }

  #composites(flow: string, own: ReadonlyMap<AlarmKey, Alarm>): CompositeAlarm[] {
    const alarmOf = (key: AlarmKey): Alarm => {
      const found = own.get(key);
      if (found === undefined) throw new Error(`a composite alarm can only be about alarms of its flow, not ${key}`);
      return found;
    };
    return Object.entries<CompositeAlarmDefinition>(COMPOSITE_ALARMS).map(([key, definition]) => {
      const alarm = new CompositeAlarm(this, constructId(key, flow), {
        compositeAlarmName: this.#nameOf(definition, flow),
        alarmDescription: this.#describe(definition),
        alarmRule: AlarmRule.anyOf(...definition.anyOf.map(alarmOf)),
        actionsSuppressor: alarmOf(definition.cause),
        actionsSuppressorWaitPeriod: Duration.seconds(CAUSE_WAIT_SECONDS),
        actionsSuppressorExtensionPeriod: Duration.seconds(CATCH_UP_SECONDS),
      });
      const { raised, cleared } = this.#props.actions[definition.urgency];
      alarm.addAlarmAction(raised);
      alarm.addOkAction(cleared);
      return alarm;
    });
  }

  #nameOf(definition: Pick<AlarmDefinition, 'path'>, flow?: string): string {
    const named = flow === undefined ? undefined : dimensionValue(flow, LONGEST_FLOW_IN_NAME);
    return alarmName(Stack.of(this).stackName, definition, named);
  }

  #describe(definition: Pick<AlarmDefinition, 'description' | 'section'>): string {
    return `${definition.description} Runbook: ${alarmRunbook(this.#props.runbookUrl, definition)}`;
  }

  #metric({ metric, statistic, verdict }: AlarmDefinition, { flow, functionName }: Omit<AlarmSubject, 'key'>): Metric {
    const common = {
      metricName: metric,
      statistic: STATISTICS[statistic],
      period: Duration.seconds(ALARM_PERIOD_SECONDS),
    };
    if (metric === 'Duration') {
      if (functionName === undefined) throw new Error('the alarm of a duration is about one function');
      return new Metric({
        ...common,
        namespace: AWS_METRICS[metric],
        dimensionsMap: { FunctionName: functionName },
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

  #threshold({ metric, threshold, perFunction }: AlarmDefinition): number {
    const limit = typeof threshold === 'number' ? threshold : this.#props[threshold];
    if (perFunction === 'threshold') return limit * this.#props.functionNames.length;
    // AWS measures the duration of a function in milliseconds.
    return metric === 'Duration' ? limit * 1_000 : limit;
  }
}

function alarmEntries(): readonly (readonly [AlarmKey, AlarmDefinition])[] {
  return Object.entries(ALARMS) as [AlarmKey, AlarmDefinition][];
}

function constructId(key: string, flow?: string): string {
  const name = `${key[0]?.toUpperCase()}${key.slice(1)}`;
  // CDK takes a slash for a path: `a/b` and `a--b` would become one resource.
  return flow === undefined ? name : `${name} ${dimensionValue(flow).replaceAll('/', '%2F')}`;
}
