import { TidemarkError } from '../../domain/model/errors.ts';

/** CloudWatch did not take some of the metrics; the others of the same audit were published all the same. */
export class MetricPublishError extends TidemarkError {
  override readonly name = 'MetricPublishError';
  /** Data accepted and data refused, in CloudWatch's unit: one entry of `MetricData`. */
  readonly accepted: number;
  readonly rejected: number;

  constructor(
    code: 'METRICS_ACCESS_DENIED' | 'METRICS_REJECTED' | 'METRICS_UNREACHABLE',
    counts: { readonly accepted: number; readonly rejected: number },
    options: { readonly cause: unknown; readonly remedy: string; readonly retriable: boolean; readonly why: string },
  ) {
    const all = counts.accepted + counts.rejected;
    super(code, `CloudWatch did not take ${counts.rejected} of ${all} metric data: ${options.why}`, options);
    this.accepted = counts.accepted;
    this.rejected = counts.rejected;
  }
}
