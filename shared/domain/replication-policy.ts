/** `replication.policy.class` and its separators, as MM2's properties give them. */
export interface ReplicationPolicy {
  readonly kind: 'default' | 'identity';
  /** `replication.policy.separator`, by default a dot. */
  readonly separator: string;
  /**
   * Separator inside MM2's internal topic names (`replication.policy.internal.topic.separator.enabled`): the
   * policy's own separator, or a dot where that is switched off.
   */
  readonly internalSeparator: string;
}
