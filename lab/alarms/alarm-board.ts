import { ActionSuppression, type SuppressedBy } from './action-suppression.ts';
import { type AlarmDefinition, type CompositeAlarm, type MetricAlarm, PERIOD_SECONDS } from './alarm-definition.ts';
import { alarmsOfRule, isTrue } from './alarm-rule.ts';
import { type AlarmState, type Datapoints, evaluationRange, nextAlarmState } from './alarm-state.ts';
import type { MetricStore } from './metric-store.ts';

/** What an alarm did at the end of a minute. */
export type AlarmEvent = StateChange | LateActions;

/** An alarm that changed its state. */
export interface StateChange {
  readonly kind: 'change';
  readonly alarm: AlarmDefinition;
  readonly minute: number;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: StateReason;
  /** The actions of the new state that are taken now: topics to which the alarm publishes. */
  readonly actions: readonly string[];
  /** What keeps the actions from being taken now. */
  readonly suppressedBy: SuppressedBy | null;
}

/** A composite alarm that takes the actions of its state after they were suppressed. */
export interface LateActions {
  readonly kind: 'late actions';
  readonly alarm: CompositeAlarm;
  readonly minute: number;
  readonly to: AlarmState;
  readonly reason: StateReason;
  readonly actions: readonly string[];
}

export type StateReason =
  /** Of the evaluation range. */
  | { readonly kind: 'datapoints'; readonly alarm: MetricAlarm; readonly datapoints: Datapoints }
  | { readonly kind: 'states'; readonly states: ReadonlyMap<string, AlarmState> };

/** The states of alarms. A new alarm is in the state INSUFFICIENT_DATA, and acts only when its state changes. */
export class AlarmBoard {
  readonly #alarms: readonly AlarmDefinition[];
  readonly #states = new Map<string, AlarmState>();
  readonly #suppressions = new Map<string, ActionSuppression>();

  /** @param alarms each composite one after those on which it depends */
  constructor(alarms: readonly AlarmDefinition[]) {
    this.#alarms = alarms;
    for (const alarm of alarms) {
      if (alarm.kind !== 'composite' || alarm.suppressor === null) continue;
      this.#suppressions.set(alarm.AlarmName, new ActionSuppression(alarm.suppressor));
    }
  }

  stateOf({ AlarmName }: Pick<AlarmDefinition, 'AlarmName'>): AlarmState {
    return this.#stateOf(AlarmName);
  }

  /** Evaluates every alarm at the end of a minute. */
  evaluate(minute: number, metrics: Pick<MetricStore, 'datapoint'>): readonly AlarmEvent[] {
    return this.#alarms.flatMap((alarm) =>
      alarm.kind === 'metric' ? this.#onMetric(alarm, minute, metrics) : this.#onStates(alarm, minute),
    );
  }

  #onMetric(alarm: MetricAlarm, minute: number, metrics: Pick<MetricStore, 'datapoint'>): readonly AlarmEvent[] {
    const range = evaluationRange(alarm);
    const datapoints = Array.from({ length: range }, (_, i) => metrics.datapoint(minute - range + 1 + i, alarm));
    const from = this.stateOf(alarm);
    const to = nextAlarmState(alarm, datapoints, from);
    if (to === from) return [];
    this.#states.set(alarm.AlarmName, to);
    const reason = { kind: 'datapoints', alarm, datapoints } as const;
    return [{ kind: 'change', alarm, minute, from, to, reason, actions: actionsOf(alarm, to), suppressedBy: null }];
  }

  #onStates(alarm: CompositeAlarm, minute: number): readonly AlarmEvent[] {
    const from = this.stateOf(alarm);
    const to = isTrue(alarm.rule, (name) => this.#stateOf(name)) ? 'ALARM' : 'OK';
    const hasChanged = to !== from;
    this.#states.set(alarm.AlarmName, to);
    const states = new Map(alarmsOfRule(alarm.rule).map((name) => [name, this.#stateOf(name)]));
    const reason = { kind: 'states', states } as const;
    const outcome = this.#suppression(alarm, minute, hasChanged);
    const actions = outcome.kind === 'act' ? actionsOf(alarm, to) : [];
    if (hasChanged) {
      const suppressedBy = outcome.kind === 'suppressed' ? outcome.by : null;
      return [{ kind: 'change', alarm, minute, from, to, reason, actions, suppressedBy }];
    }
    return outcome.kind === 'act' ? [{ kind: 'late actions', alarm, minute, to, reason, actions }] : [];
  }

  #suppression({ AlarmName, suppressor }: CompositeAlarm, minute: number, hasChanged: boolean) {
    const suppression = this.#suppressions.get(AlarmName);
    if (suppressor === null || suppression === undefined) return { kind: hasChanged ? 'act' : 'nothing' } as const;
    const state = this.#stateOf(suppressor.alarm);
    return suppression.evaluate({ seconds: minute * PERIOD_SECONDS, hasChanged, suppressor: state });
  }

  #stateOf(name: string): AlarmState {
    return this.#states.get(name) ?? 'INSUFFICIENT_DATA';
  }
}

function actionsOf(alarm: AlarmDefinition, state: AlarmState): readonly string[] {
  if (!alarm.ActionsEnabled) return [];
  switch (state) {
    case 'ALARM':
      return alarm.AlarmActions;
    case 'OK':
      return alarm.OKActions;
    case 'INSUFFICIENT_DATA':
      return alarm.InsufficientDataActions;
  }
}
