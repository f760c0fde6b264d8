import type { DeployedParts } from './deployment-template.ts';
import { HOURS_PER_MONTH, metricsUsd, PRICES } from './prices.ts';
import type { PublishedHour } from './published-hour.ts';
import type { RecordedHour } from './recorded-hour.ts';

export interface BillInput {
  readonly flows: number;
  /** Pairs of group and partition of one flow. */
  readonly pairs: number;
  readonly parts: DeployedParts;
  readonly published: Pick<PublishedHour, 'metrics' | 'requests' | 'writeUnits'>;
  /** Of one flow. */
  readonly recorded: RecordedHour;
  /** Distinct secrets. */
  readonly secrets: number;
}

export interface BillLine {
  readonly what: string;
  readonly amount: string;
  readonly usd: number;
}

const AUDITS_PER_HOUR = 60;
const GIGABYTE = 1e9;
/** Acknowledgements, open findings and waiting events, each with a consistent read of at most 4 KB. */
const READS_PER_FLOW = 3;
/** An audit waits this long for clusters, stores and CloudWatch, in seconds. */
const WAITING_SECONDS = 0.6;
/** `npm run bench:audit` takes 2 seconds of one core for 100,000 pairs, and Lambda gives a whole core at 1,769 MiB. */
const CORE_SECONDS_PER_PAIR = 20e-6;
const MIB_OF_A_CORE = 1_769;
const LOG_BYTES_PER_FLOW = 1_500;
/** The function caches secrets for five minutes. */
const SECRET_READS_PER_HOUR = 12;

/** How long some flows of one function take in Lambda, in seconds. */
export function auditSeconds({
  flows,
  pairs,
  parts,
}: Pick<BillInput, 'flows' | 'pairs'> & { readonly parts: Pick<DeployedParts, 'memoryMib'> }): number {
  return lambdaSeconds(flows * pairs * CORE_SECONDS_PER_PAIR, parts.memoryMib);
}

/** How long a function takes in Lambda that needs one core for this time. */
export function lambdaSeconds(coreSeconds: number, memoryMib: number): number {
  return WAITING_SECONDS + coreSeconds / Math.min(1, memoryMib / MIB_OF_A_CORE);
}

/** How long the function with the most flows takes. */
export function longestAuditSeconds(input: Pick<BillInput, 'flows' | 'pairs' | 'parts'>): number {
  return auditSeconds({ ...input, flows: Math.ceil(input.flows / input.parts.auditFunctions) });
}

/** A month of audits, one a minute. */
export function monthlyBill(input: BillInput): readonly BillLine[] {
  const { flows, parts, published, recorded, secrets } = input;
  const audits = AUDITS_PER_HOUR * HOURS_PER_MONTH;
  const invocations = audits * parts.auditFunctions;
  // One heartbeat is among those that were counted; every other function adds its own.
  const requests = published.requests * HOURS_PER_MONTH + invocations - audits;
  const writes = (recorded.writeUnits * flows + published.writeUnits) * HOURS_PER_MONTH;
  const reads = READS_PER_FLOW * flows * audits;
  const stored = (recorded.storedBytes * flows) / GIGABYTE;
  // Not cut at the time-out: flows that do not fit into one function take the same time in several. Each waits for itself.
  const seconds = auditSeconds(input) + (parts.auditFunctions - 1) * WAITING_SECONDS;
  const gigabyteSeconds = (audits * seconds * parts.memoryMib) / 1024;
  const logs = (audits * flows * LOG_BYTES_PER_FLOW) / GIGABYTE;
  const line = (what: string, amount: string, usd: number): BillLine => ({ what, amount, usd });
  return [
    line('CloudWatch metrics', `${published.metrics.size}`, metricsUsd(published.metrics.size)),
    line(
      'CloudWatch alarms',
      `${parts.alarms + parts.compositeAlarms}`,
      parts.alarmMetrics * PRICES.alarmMetricMonth + parts.compositeAlarms * PRICES.compositeAlarmMonth,
    ),
    line('CloudWatch dashboards', `${parts.dashboards}`, parts.dashboards * PRICES.dashboardMonth),
    line('PutMetricData requests', `${requests}`, requests * PRICES.putMetricData),
    line('DynamoDB write units', `${writes}`, writes * PRICES.writeUnit),
    line('DynamoDB read units', `${reads}`, reads * PRICES.readUnit),
    line(
      'DynamoDB storage and recovery',
      `${stored.toFixed(2)} GB`,
      stored * (PRICES.tableGigabyteMonth + PRICES.recoveryGigabyteMonth),
    ),
    line(
      'Lambda',
      `${audits} × ${seconds.toFixed(1)} s, ${parts.memoryMib} MiB`,
      gigabyteSeconds * PRICES.lambdaGigabyteSecond + invocations * PRICES.lambdaRequest,
    ),
    line('Scheduler', `${invocations}`, invocations * PRICES.schedulerInvocation),
    line('Logs', `${logs.toFixed(2)} GB`, logs * PRICES.logGigabyte),
    line(
      'VPC endpoints by zone',
      `${parts.endpointZones}`,
      parts.endpointZones * PRICES.endpointHour * HOURS_PER_MONTH,
    ),
    line(
      'Transit gateway attachments',
      `${parts.attachments}`,
      parts.attachments * PRICES.attachmentHour * HOURS_PER_MONTH,
    ),
    line(
      'Secrets Manager',
      `${secrets}`,
      secrets * (PRICES.secretMonth + SECRET_READS_PER_HOUR * HOURS_PER_MONTH * PRICES.secretRead),
    ),
    line('KMS keys', `${parts.keys}`, parts.keys * PRICES.keyMonth),
  ];
}

export function total(lines: readonly BillLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}
