/**
 * Where the two directions of a partition join: the target of a failover had all its mirrored records before `point`, and
 * what applications wrote there from then on continues on the failover's source at `landing`. Names and roles are those of
 * the failback: its source is the failover's target.
 */
export interface Join {
  /** The topic's name on the failback's source. */
  readonly topic: string;
  readonly partition: number;
  /** On the failback's source: the failover point. */
  readonly point: bigint;
  /** On the failback's target: its end before the reverse flow wrote the first record. */
  readonly landing: bigint;
  /**
   * On the failback's target: the offset after the last record that the failover's flow had mirrored, or any offset before
   * that.
   */
  readonly mirrored: bigint;
  /** On the failback's target: the first record that is not known to be on the source; null if there is none. */
  readonly lostFrom: bigint | null;
  /** What `reconcile replay` wrote to the failback's source since the failover; null if it wrote nothing. */
  readonly replayed: Replayed | null;
}

export interface Replayed {
  /** The offset after the last replayed record. A group that is there has read all of them. */
  readonly until: bigint;
  /** Where the first of them lies on the failback's target. */
  readonly from: bigint;
}
