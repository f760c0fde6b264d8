/**
 * What one audit could not read, and why. An `Unread` makes the answers that depend on it unknown; it never makes
 * them 0, and it never takes other answers with it.
 */
export interface Unread {
  /** What was to be read, for a person: `end offset of orders-3`. */
  readonly what: string;
  /** Alias of the cluster. */
  readonly cluster: string;
  /** Stable code: BROKER_UNREACHABLE, REQUEST_TIMED_OUT, DEADLINE_EXCEEDED, NOT_LEADER …, or Kafka's own error name. */
  readonly error: string;
  /** One sentence for a person; never holds a secret. */
  readonly message: string;
  /** Whether the same read may succeed a little later. */
  readonly retriable: boolean;
}

/** A value that was read, or the reason why it was not. */
export type Outcome<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unread'; readonly unread: Unread };

export function read<T>(value: T): Outcome<T> {
  return { kind: 'read', value };
}

/** The same with another value where it was read. */
export function mapOutcome<T, U>(outcome: Outcome<T>, map: (value: T) => U): Outcome<U> {
  return outcome.kind === 'read' ? read(map(outcome.value)) : outcome;
}

export function unread<T>(reason: Unread): Outcome<T> {
  return { kind: 'unread', unread: reason };
}
