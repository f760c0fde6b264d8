import { TidemarkError } from '../domain/model/errors.ts';
import type { Unread } from '../domain/model/outcome.ts';
import { partitionName } from '../domain/model/topic-partition.ts';

/** A log could not be read to the end that it had, so that nothing can be said of its records. */
export class UnreadLogError extends TidemarkError {
  override readonly name = 'UnreadLogError';
  readonly unread: Unread;

  constructor(unread: Unread) {
    super(unread.error, `${unread.what}: ${unread.message}`, { retriable: unread.retriable });
    this.unread = unread;
  }

  /** The log has deleted records that were about to be read. */
  static moved(cluster: string, topic: string, partition: number): UnreadLogError {
    const what = `records of ${partitionName(topic, partition)}`;
    const message = `${cluster} deleted records while they were read`;
    return new UnreadLogError({ what, cluster, error: 'LOG_MOVED', message, retriable: true });
  }

  static ended(cluster: string, topic: string, partition: number, at: bigint): UnreadLogError {
    const what = `records of ${partitionName(topic, partition)}`;
    const message = `the log could be read to offset ${at} only`;
    return new UnreadLogError({ what, cluster, error: 'LOG_ENDED', message, retriable: true });
  }
}

/** A replay must not be planned or carried out as asked. Exit code 4. */
export class ReplayRefusedError extends TidemarkError {
  override readonly name = 'ReplayRefusedError';
  readonly reasons: readonly string[];

  constructor(code: string, reasons: readonly string[], remedy: string) {
    super(code, reasons.join('; '), { remedy });
    this.reasons = reasons;
  }
}
