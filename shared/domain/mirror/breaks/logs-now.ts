import type { PastCut } from './cut.ts';

/** What is known of a partition's two logs besides its syncs. */
export interface LogsNow {
  /** Start of the source log; null if it could not be read. */
  readonly sourceStart: bigint | null;
  /** End of each log; null if it could not be read. */
  readonly sourceEnd: bigint | null;
  readonly targetEnd: bigint | null;
  /** End of each log when the last audit read it; null if none did. */
  readonly sourceEndBefore: bigint | null;
  readonly targetEndBefore: bigint | null;
  /**
   * Where the records of the leader epoch that the last audit saw end in the present log; null if the leader is the same
   * or this is not known. An end before the one that this audit saw shows that the log was cut, however long it is now.
   */
  readonly sourceEpochEnd: bigint | null;
  readonly targetEpochEnd: bigint | null;
  /** Leader epoch of the source log; null if it could not be read, or the broker did not say. */
  readonly sourceEpoch: number | null;
  /** Leader epoch of the source log when the last audit read it; null if none did, or the broker did not say. */
  readonly sourceEpochBefore: number | null;
  /** Cuts of the present source topic that earlier audits noticed, oldest first; none if the last one could not read its log. */
  readonly sourceCuts: readonly PastCut[];
  /**
   * When an earlier audit saw each topic with its present id: ms since the epoch; null if none did. If one did, a log
   * that is shorter than its syncs say was cut, not recreated.
   */
  readonly sameSourceSince: number | null;
  readonly sameTargetSince: number | null;
  /**
   * How many of the syncs the newest audit before this one had read. Clocks of several machines do not tell which of two
   * things came first; this does.
   */
  readonly known: number;
  /** The same for the newest audit that read the source log as well. */
  readonly knownWithSource: number;
  /** Whether that audit had read every sync that there was: then all others are younger than it. */
  readonly knewAll: boolean;
  /** The target's last record is the one that counting from the syncs makes it: the log has not grown since a cut. */
  readonly targetEndConfirmed: boolean;
}
