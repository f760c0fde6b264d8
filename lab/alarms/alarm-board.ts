import type { AlarmDefinition } from './alarm-definition.ts';
import { type AlarmState, type Datapoints, evaluationRange, nextAlarmState } from './alarm-state.ts';
import type { MetricStore } from './metric-store.ts';

/** An alarm that changed its state. */
export interface StateChange {
  readonly alarm: AlarmDefinition;
  readonly minute: number;
  readonly from: AlarmState;
  readonly to: AlarmState;
  /** Of the evaluation range. */
  readonly datapoints: Datapoints;
  /** The actions of the new state: topics to which the alarm publishes. */
  readonly actions: readonly string[];
}

/** The states of alarms. A new alarm is in the state INSUFFICIENT_DATA, and acts only when its state changes. */
export class AlarmBoard {
  readonly #alarms: readonly AlarmDefinition[];
  readonly #states = new Map<AlarmDefinition, AlarmState>();

  constructor(alarms: readonly AlarmDefinition[]) {
    this.#alarms = alarms;
  }

  stateOf(alarm: AlarmDefinition): AlarmState {
    return this.#states.get(alarm) ?? 'INSUFFICIENT_DATA';
  }

  /** Evaluates every alarm at the end of a minute. */
  evaluate(minute: number, metrics: Pick<MetricStore, 'datapoint'>): readonly StateChange[] {
    return this.#alarms.flatMap((alarm) => {
      const range = evaluationRange(alarm);
      const datapoints = Array.from({ length: range }, (_, i) => metrics.datapoint(minute - range + 1 + i, alarm));
      const from = this.stateOf(alarm);
      const to = nextAlarmState(alarm, datapoints, from);
      if (to === from) return [];
      this.#states.set(alarm, to);
      return [{ alarm, minute, from, to, datapoints, actions: actionsOf(alarm, to) }];
    });
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
