/** The change of an alarm to OK, as CloudWatch tells the function of an OK action. */
export interface AlarmClearance {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  /** A composite alarm is about other alarms. */
  readonly kind: 'metric' | 'composite';
  readonly account: string;
  readonly region: string;
  readonly reason: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly before: {
    readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
    readonly reason: string;
    /** ms since the epoch: since when it was in that state. */
    readonly since: number;
  };
  /** What CloudWatch says of its configuration. */
  readonly configuration: unknown;
}

/** CloudWatch's words for the state of an alarm that was never evaluated. */
const NEVER_EVALUATED = 'Unchecked: Initial alarm creation';

/** CloudWatch keeps the history of an alarm for 30 days. */
const TRUSTED_HISTORY_MS = 14 * 24 * 3_600_000;

/**
 * Whether the change ends nothing that anybody heard of: the alarm is new, and this is its first state. CloudWatch makes every
 * alarm in INSUFFICIENT_DATA and takes the OK action for the first data. An alarm that was in another state before has lost its
 * data since, and its OK is news. What is not certain is no first state: a message too many is better than one that never comes.
 * @param statesLeft the states that the alarm has left until now, by its history; asked only if nothing else decides
 */
export async function isFirstState(
  { kind, at, before }: AlarmClearance,
  statesLeft: () => Promise<readonly string[]>,
): Promise<boolean> {
  if (at - before.since > TRUSTED_HISTORY_MS) return false;
  switch (kind) {
    case 'metric':
      if (before.state !== 'INSUFFICIENT_DATA') return false;
      if (before.reason.startsWith(NEVER_EVALUATED)) return true;
      return (await statesLeft()).every((state) => state === 'INSUFFICIENT_DATA');
    case 'composite':
      // "this initial time after creation is the only time that the alarm can be in INSUFFICIENT_DATA" (PutCompositeAlarm).
      if (before.state === 'INSUFFICIENT_DATA') return true;
      // If the action waited for the alarm of the cause, CloudWatch reports a change from OK to OK.
      return before.state === 'OK' && (await statesLeft()).every((state) => state !== 'ALARM' && state !== 'unknown');
  }
}
