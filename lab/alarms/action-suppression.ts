import type { ActionSuppressor } from './alarm-definition.ts';
import type { AlarmState } from './alarm-state.ts';

/** What keeps actions from being taken, as `DescribeAlarms` says it. */
export type SuppressedBy = 'WaitPeriod' | 'ExtensionPeriod' | 'Alarm';

/** A composite alarm and its suppressor at one time. */
export interface SuppressionInput {
  readonly seconds: number;
  /** Whether the composite alarm has changed its state since the last evaluation. */
  readonly hasChanged: boolean;
  readonly suppressor: AlarmState;
}

export type SuppressionOutcome =
  | { readonly kind: 'act' }
  | { readonly kind: 'suppressed'; readonly by: SuppressedBy }
  | { readonly kind: 'nothing' };

/**
 * When a composite alarm with a suppressor takes its actions, by the CloudWatch User Guide ("Suppressing composite alarm
 * actions"). Only a suppressor in ALARM suppresses: one without data, or one that never works, suppresses nothing.
 *
 * A change of state waits `WaitPeriod` for the suppressor to go into ALARM; another change meanwhile begins a new one. A
 * suppressor that goes into ALARM ends the wait. When it leaves ALARM, `ExtensionPeriod` begins; a change of the composite
 * alarm in it ends it and begins a new `WaitPeriod`. When a period ends by itself, the actions of the state of that time
 * are taken. The guide only shows periods after a change whose actions were suppressed, so nothing is taken twice here.
 */
export class ActionSuppression {
  readonly #waitSeconds: number;
  readonly #extensionSeconds: number;
  #before: AlarmState = 'INSUFFICIENT_DATA';
  /** Whether there is a change whose actions were not taken. */
  #isOwed = false;
  #period: { readonly by: 'WaitPeriod' | 'ExtensionPeriod'; readonly until: number } | null = null;

  constructor({ waitSeconds, extensionSeconds }: Omit<ActionSuppressor, 'alarm'>) {
    this.#waitSeconds = waitSeconds;
    this.#extensionSeconds = extensionSeconds;
  }

  evaluate({ seconds, hasChanged, suppressor }: SuppressionInput): SuppressionOutcome {
    const before = this.#before;
    this.#before = suppressor;
    if (hasChanged) this.#isOwed = true;
    if (suppressor === 'ALARM') {
      this.#period = null;
      return hasChanged ? { kind: 'suppressed', by: 'Alarm' } : { kind: 'nothing' };
    }
    if (hasChanged) this.#period = { by: 'WaitPeriod', until: seconds + this.#waitSeconds };
    else if (before === 'ALARM') this.#period = { by: 'ExtensionPeriod', until: seconds + this.#extensionSeconds };
    if (this.#period === null) return { kind: 'nothing' };
    if (seconds < this.#period.until) {
      return hasChanged ? { kind: 'suppressed', by: this.#period.by } : { kind: 'nothing' };
    }
    this.#period = null;
    if (!this.#isOwed) return { kind: 'nothing' };
    this.#isOwed = false;
    return { kind: 'act' };
  }
}
