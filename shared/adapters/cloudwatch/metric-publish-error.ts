import { TidemarkError } from '../../domain/model/errors.ts';

/** CloudWatch rejected some of the metrics. The others of the same audit were published. */
export class MetricPublishError extends TidemarkError {
  override readonly name = 'MetricPublishError';
  /** Counts of accepted and rejected data, in CloudWatch's unit: one entry of `MetricData`. */
  readonly accepted: number;
  readonly rejected: number;

  constructor(
    code: 'METRICS_ACCESS_DENIED' | 'METRICS_REJECTED' | 'METRICS_UNREACHABLE',
    counts: { readonly accepted: number; readonly rejected: number },
    options: { readonly cause: unknown; readonly remedy: string; readonly retriable: boolean; readonly why: string },
  ) {
    const all = counts.accepted + counts.rejected;
    super(code, `CloudWatch rejected ${counts.rejected} of ${all} metric data: ${options.why}`, options);
    this.accepted = counts.accepted;
    this.rejected = counts.rejected;
  }
}
