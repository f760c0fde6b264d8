/** One partition's part of a write to a group: null if the broker accepted it. */
export interface PartitionWrite {
  readonly topic: string;
  readonly partition: number;
  readonly failure: WriteFailure | null;
}

/** Why a broker did not take it, or why it is not known whether it did. */
export interface WriteFailure {
  /** Kafka's error name, or BROKER_UNREACHABLE, REQUEST_TIMED_OUT, DEADLINE_EXCEEDED … as with reads. */
  readonly error: string;
  /** One sentence for a person; never holds a secret. */
  readonly message: string;
  /** Whether trying again can help. */
  readonly retriable: boolean;
  /** The group has members, which alone may write: stop them first. */
  readonly live: boolean;
}
