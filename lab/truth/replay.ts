import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAudit } from '../../shared/audit/run-audit.ts';
import { loadMm2Properties } from '../../shared/config/mm2/mm2-properties.ts';
import type { TidemarkConfig } from '../../shared/config/tidemark-config.ts';
import { remoteTopic } from '../../shared/domain/mirror/replication-policy.ts';
import type { AuditReport, FlowReport } from '../../shared/domain/model/report.ts';
import { renderProperties } from '../broker-properties.ts';
import { type JudgedPosition, judgePositions } from './position-judge.ts';
import { RecordedCluster } from './recorded-cluster.ts';
import { RecordedTruth } from './recorded-truth.ts';
import type { RecordedSnapshot, Recording } from './recording.ts';

export interface ReplayedFlow {
  readonly report: FlowReport;
  readonly positions: readonly JudgedPosition[];
}

/** The configuration of the recorded MM2, read like any other. */
export function configOf(recording: Recording): TidemarkConfig {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-recording-'));
  try {
    const file = join(folder, 'mm2.properties');
    writeFileSync(file, renderProperties(recording.mm2Properties));
    return loadMm2Properties(file, {}).config;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Audits one recorded moment, with its time as the present. */
export async function auditSnapshot(config: TidemarkConfig, snapshot: RecordedSnapshot): Promise<AuditReport> {
  return await runAudit({
    config,
    reader: (alias) => new RecordedCluster(snapshot, alias),
    clock: { now: () => snapshot.atMs },
  });
}

/** Audits one recorded moment and compares every position with the recorded truth. */
export async function replay(
  config: TidemarkConfig,
  recording: Recording,
  snapshot: RecordedSnapshot,
): Promise<ReplayedFlow[]> {
  const known = truthsUpTo(recording, snapshot);
  const report = await auditSnapshot(config, snapshot);
  return report.flows.map((flowReport) => {
    const flow = config.flows.find(({ source, target }) => `${source}->${target}` === flowReport.flow);
    if (flow === undefined) throw new Error(`no flow ${flowReport.flow}`);
    const truths = new Map(
      (snapshot.truth ?? [])
        .filter(({ source }) => source.startsWith(`${flow.source}:`))
        .flatMap(({ source, partitions }) =>
          partitions.map((p) => [`${source.slice(flow.source.length + 1)}-${p.partition}`, p] as const),
        ),
    );
    const positions = judgePositions(
      flowReport,
      (topic, partition) => {
        return known.get(`${flow.source}:${topic}-${partition}`) ?? null;
      },
      ({ group, topic, partition }) => {
        const recorded = truths.get(`${topic}-${partition}`)?.groups[group];
        if (recorded === undefined) return null;
        const onTarget =
          snapshot.clusters[flow.target]?.groups[group]?.committed[
            `${remoteTopic(flow.policy, flow.source, topic)}-${partition}`
          ];
        const answered = recorded.translateOffsets?.[0];
        const position = onTarget ?? answered;
        return { position: position === undefined ? null : BigInt(position) };
      },
    );
    return { report: flowReport, positions };
  });
}

/** The truths at a moment, including records deleted since earlier moments. */
function truthsUpTo(recording: Recording, snapshot: RecordedSnapshot): Map<string, RecordedTruth> {
  const known = new Map<string, RecordedTruth>();
  const ids = new Map<string, string>();
  for (const { truth } of recording.snapshots.slice(0, recording.snapshots.indexOf(snapshot) + 1)) {
    for (const { source, sourceTopicId, targetTopicId, partitions } of truth ?? []) {
      for (const partition of partitions) {
        const name = `${source}-${partition.partition}`;
        const id = `${sourceTopicId}/${targetTopicId}`;
        const earlier = ids.get(name) === id ? known.get(name) : undefined;
        known.set(name, new RecordedTruth(partition, earlier));
        ids.set(name, id);
      }
    }
  }
  return known;
}
