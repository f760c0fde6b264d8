/**
 * List prices in us-east-1 in US dollars, without free tiers and discounts. Written down by hand on 2026-11-22, without
 * reading AWS's pages again: compare before a purchase depends on them. Sources:
 * aws.amazon.com/{cloudwatch,dynamodb,lambda,eventbridge,privatelink,transit-gateway,secrets-manager,kms}/pricing.
 */
export const PRICES = {
  /** A custom metric for a month. The price falls with the number: `upTo` metrics, then the next line. */
  metricMonth: [
    { upTo: 10_000, usd: 0.3 },
    { upTo: 250_000, usd: 0.1 },
    { upTo: 1_000_000, usd: 0.05 },
    { upTo: Number.POSITIVE_INFINITY, usd: 0.02 },
  ],
  /** One metric of one alarm at standard resolution. */
  alarmMetricMonth: 0.1,
  compositeAlarmMonth: 0.5,
  /** A dashboard with metrics. */
  dashboardMonth: 3,
  putMetricData: 0.01 / 1_000,
  logGigabyte: 0.5,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  tableGigabyteMonth: 0.25,
  /** Point-in-time recovery, by the size of the table. */
  recoveryGigabyteMonth: 0.2,
  lambdaRequest: 0.2 / 1e6,
  /** ARM. */
  lambdaGigabyteSecond: 0.000_013_333_4,
  schedulerInvocation: 1 / 1e6,
  /** Interface endpoint, by Availability Zone. */
  endpointHour: 0.01,
  /** Attachment of a VPC to a transit gateway. */
  attachmentHour: 0.05,
  secretMonth: 0.4,
  secretRead: 0.05 / 10_000,
  keyMonth: 1,
} as const;

/** As AWS counts a month. */
export const HOURS_PER_MONTH = 730;

/** What a number of metrics costs in a month. */
export function metricsUsd(metrics: number): number {
  let usd = 0;
  let below = 0;
  for (const tier of PRICES.metricMonth) {
    usd += Math.max(0, Math.min(metrics, tier.upTo) - below) * tier.usd;
    below = tier.upTo;
  }
  return usd;
}
