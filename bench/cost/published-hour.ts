import { CloudWatchClient, type MetricDatum, type PutMetricDataInput } from '@aws-sdk/client-cloudwatch';
import { auditAndPublish } from '../../functions/audit/audit-and-publish.ts';
import { createCloudWatchMetricSink } from '../../shared/adapters/cloudwatch/cloudwatch-metric-sink.ts';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqliteGroupPlacesStore } from '../../shared/adapters/sqlite/sqlite-group-places-store.ts';
import { type GroupPlacesStore, groupPlacesText } from '../../shared/audit/group-places-store.ts';
import { PublishedGroups } from '../../shared/audit/published-groups.ts';
import type { AuditReport } from '../../shared/domain/model/report.ts';
import { createChurn, type FlowSize } from './churning-report.ts';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 10, 20, 10, 0, 0);
const KILOBYTE = 1024;

export interface PublishedHourOptions {
  readonly deployment: string;
  readonly flows: readonly string[];
  readonly size: FlowSize;
  readonly groupMetricsLimit: number;
  /** Sends the requests to here. If absent, they end before the network. */
  readonly sendTo?: CloudWatchClient;
}

/** What the function sends to CloudWatch in one hour of audits, one a minute. */
export interface PublishedHour {
  /** Distinct names with their dimensions: what CloudWatch charges for. */
  readonly metrics: ReadonlySet<string>;
  /** Of these, those of groups. */
  readonly groupMetrics: number;
  readonly requests: number;
  /** Write units of the stored choices of groups. */
  readonly writeUnits: number;
}

/**
 * Runs the function's own publishing for an hour of audits whose numbers change all the time, and counts the requests that
 * CloudWatch would get.
 */
export async function publishHour(options: PublishedHourOptions): Promise<PublishedHour> {
  const { deployment, flows, size, groupMetricsLimit } = options;
  const metrics = new Set<string>();
  let requests = 0;
  const client = options.sendTo ?? new CloudWatchClient({ region: 'us-east-1' });
  client.middlewareStack.add(
    (next) => async (args) => {
      const input = args.input as PutMetricDataInput;
      requests++;
      for (const datum of input.MetricData ?? []) metrics.add(identityOf(datum));
      return options.sendTo === undefined ? { output: { $metadata: {} }, response: {} } : await next(args);
    },
    { step: 'initialize' },
  );
  const counted = countWrites(createSqliteGroupPlacesStore(openHistoryDatabase(':memory:'), deployment));
  const groups = new PublishedGroups({ store: counted.store, limit: groupMetricsLimit, failed: rethrow });
  const churn = createChurn(size);
  for (let minute = 0; minute < 60; minute++) {
    const at = BEGIN + minute * MINUTE;
    const state = churn(at);
    const report: AuditReport = { at, flows: flows.map((flow) => ({ ...state, flow })) };
    await auditAndPublish(
      {
        config: {
          load: async () => ({ flows }),
          forgetSecrets: () => undefined,
        },
        audit: async (_, { finished }) => {
          for (const flow of report.flows) await finished({ at, flows: [flow] });
          return report;
        },
        sink: createCloudWatchMetricSink(client, deployment),
        groups,
      },
      { deadline: at + MINUTE, signal: new AbortController().signal },
    );
  }
  client.destroy();
  const ofGroups = [...metrics].filter((identity) => identity.includes('"Group"')).length;
  return { metrics, groupMetrics: ofGroups, requests, writeUnits: counted.units() };
}

function identityOf({ MetricName, Dimensions }: MetricDatum): string {
  return JSON.stringify([MetricName, ...(Dimensions ?? []).map(({ Name, Value }) => [Name, Value])]);
}

/** DynamoDB counts an item by the kilobyte. Its key and attribute names are well below one. */
function countWrites(store: GroupPlacesStore): { readonly store: GroupPlacesStore; units(): number } {
  let units = 0;
  return {
    units: () => units,
    store: {
      read: (flow) => store.read(flow),
      write(flow, places) {
        units += Math.ceil((Buffer.byteLength(groupPlacesText(places)) + KILOBYTE / 4) / KILOBYTE);
        return store.write(flow, places);
      },
    },
  };
}

function rethrow(failure: string): never {
  throw new Error(failure);
}
