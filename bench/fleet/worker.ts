import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { auditAndPublish } from '../../functions/audit/audit-and-publish.ts';
import { createCloudWatchMetricSink } from '../../shared/adapters/cloudwatch/cloudwatch-metric-sink.ts';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { AuditMemory } from '../../shared/audit/audit-memory.ts';
import { flowsOfPart } from '../../shared/audit/flow-part.ts';
import { runAudit } from '../../shared/audit/run-audit.ts';
import { loadTidemarkYaml } from '../../shared/config/yaml/tidemark-yaml.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import { flowName } from '../../shared/domain/model/flow.ts';
import { HistoryRecorder } from '../../shared/history/history-recorder.ts';
import type { MetricSink } from '../../shared/ports.ts';
import { type AuditCost, flowNames, type WorkerResult, type WorkerTask } from './fleet-plan.ts';
import { PlannedCluster, type PlannedFlow } from './planned-cluster.ts';

/** MM2 has written everything before this. */
const WRITTEN_BEFORE_MS = 30_000;

/**
 * Does what one audit function does, as often as the task says: the same choice of flows, audit, history and metrics. In place of
 * Kafka there are planned clusters, in place of DynamoDB a file, and CloudWatch takes everything.
 */
export async function runWorker(task: WorkerTask): Promise<WorkerResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-fleet-'));
  try {
    return await auditsOf(task, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function auditsOf(task: WorkerTask, folder: string): Promise<WorkerResult> {
  const file = join(folder, 'tidemark.yaml');
  writeFileSync(file, configuration(task.flows));
  const { config } = loadTidemarkYaml(file, {});
  const own = new Set(flowsOfPart(config.flows, { part: task.part, of: task.functions }).map(flowName));
  const writtenAt = Date.now() - WRITTEN_BEFORE_MS;
  const clusters = new Map<string, readonly [PlannedFlow, 'source' | 'target']>();
  for (const { source, target } of config.flows) {
    const { topics, groups, topicsPerGroup } = task;
    const flow = { source, target, topics, groups, topicsPerGroup, writtenAt };
    clusters.set(source, [flow, 'source']).set(target, [flow, 'target']);
  }
  const clock = { now: () => Date.now() };
  const memory = new AuditMemory();
  const database = openHistoryDatabase(join(folder, 'history'));
  const store = createSqliteSnapshotStore(database);
  const recording = { store, owner: 'fleet', retention: DEFAULT_RETENTION, leaseMs: 3_600_000, clock };
  const history = new HistoryRecorder(recording);
  const sink = countingSink();
  const audits: AuditCost[] = [];
  let beats = 0;
  let seen: Pick<WorkerResult, 'pairs' | 'verdicts' | 'lag'> = { pairs: 0, verdicts: {}, lag: 0 };
  const once = async () => {
    beats++;
    const tally = { pairs: 0, verdicts: {} as Record<string, number>, lag: 0 };
    await auditAndPublish(
      {
        config: { load: async () => config, forgetSecrets: () => undefined },
        sink,
        groups: { choose: async () => new Set() },
        audit: (loaded, { finished }) =>
          runAudit({
            config: loaded,
            filter: { flow: (name) => own.has(name) },
            clock,
            memory,
            history,
            finished: async (report) => {
              for (const { verdict, groups, partitions } of report.flows) {
                tally.pairs += groups.length;
                tally.verdicts[verdict] = (tally.verdicts[verdict] ?? 0) + 1;
                for (const { lag } of partitions) tally.lag += lag.kind === 'known' ? Number(lag.records) : 0;
              }
              await finished(report);
            },
            reader: (alias) => {
              const [flow, role] = clusters.get(alias) ?? [];
              if (flow === undefined || role === undefined) throw new Error(`no cluster ${alias}`);
              return new PlannedCluster(flow, role, { beats, now: Date.now() });
            },
          }),
      },
      { deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
    );
    seen = tally;
  };
  for (let index = 0; index < task.audits; index++) {
    const cpu = process.cpuUsage();
    const begun = performance.now();
    await once();
    const { user, system } = process.cpuUsage(cpu);
    audits.push({ seconds: (performance.now() - begun) / 1_000, cpuSeconds: (user + system) / 1e6 });
  }
  database.close();
  const flows = [...own].filter((name) => sink.heartbeats.get(name) === task.audits);
  const heartbeat = sink.heartbeats.get('') === task.audits ? 1 : 0;
  const peakMib = process.resourceUsage().maxRSS / 1_024;
  return { part: task.part, flows, ...seen, heartbeat, metrics: sink.metrics(), audits, peakMib };
}

/** Encodes everything for CloudWatch, and counts the audits that completed: by flow, and under '' those of all. */
function countingSink(): MetricSink & { readonly heartbeats: ReadonlyMap<string, number>; metrics(): number } {
  const client = { send: async () => ({}) } as unknown as CloudWatchClient;
  const sink = createCloudWatchMetricSink(client, 'fleet');
  const heartbeats = new Map<string, number>();
  let count = 0;
  return {
    heartbeats,
    metrics: () => count,
    async publish(metrics, at, options) {
      await sink.publish(metrics, at, options);
      count += metrics.length;
      for (const { name, dimensions, samples } of [...metrics, ...(options?.heartbeat ? [options.heartbeat] : [])]) {
        if (name !== 'AuditCompleted') continue;
        const of = dimensions.Flow ?? '';
        heartbeats.set(of, (heartbeats.get(of) ?? 0) + (samples[0]?.value ?? 0));
      }
    },
  };
}

function configuration(flows: number): string {
  const names = flowNames(flows);
  const clusters = names
    .flatMap((name) => name.split('->'))
    .map((alias) => `  ${alias}: { bootstrapServers: "${alias}:9092" }`);
  return ['clusters:', ...clusters, 'flows:', ...names.map((name) => `  - flow: ${name}`), ''].join('\n');
}
