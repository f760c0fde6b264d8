import { createClusterReader } from '../shared/adapters/kafka/cluster-reader.ts';
import { openHistoryDatabase } from '../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { AuditMemory } from '../shared/audit/audit-memory.ts';
import { runAudit } from '../shared/audit/run-audit.ts';
import { loadMm2Properties } from '../shared/config/mm2/mm2-properties.ts';
import { DEFAULT_RETENTION } from '../shared/domain/history/retention.ts';
import type { FlowReport } from '../shared/domain/model/report.ts';
import { proofOf } from '../shared/domain/model/report.ts';
import { HistoryRecorder } from '../shared/history/history-recorder.ts';
import type { ClusterReader } from '../shared/ports.ts';
import { CHECK, type WholeAudit, WITHOUT_RECORDS } from './audit-measure.ts';
import { checkReport } from './check-report.ts';
import { answerCalls } from './measured-child.ts';

/** A process that audits a flow on each call, stores each audit, and checks its last report on request. */
let last: FlowReport | null = null;
const clock = { now: () => Date.now() };
const memory = new AuditMemory();
const history = new HistoryRecorder({
  store: createSqliteSnapshotStore(openHistoryDatabase(':memory:')),
  owner: 'bench',
  retention: DEFAULT_RETENTION,
  leaseMs: 3_600_000,
  clock,
});

/** @param probeBudget records that it may look at; 0 compares none. The default if absent */
async function audit(mm2File: string, probeBudget?: number): Promise<WholeAudit> {
  last = null;
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const { config: loaded } = loadMm2Properties(mm2File, {});
  const policy = probeBudget === undefined ? loaded.policy : { ...loaded.policy, probeBudget };
  const config = { ...loaded, policy };
  const requests = new Map<string, number>();
  const report = await runAudit({
    config,
    reader: (alias) => {
      const connection = config.clusters.get(alias);
      if (connection === undefined) throw new Error(`cluster ${alias} has no connection`);
      const reader = createClusterReader(connection);
      return countingAtClose(reader, (most) => requests.set(alias, most));
    },
    clock,
    memory,
    history,
  });
  const ms = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  const [flow] = report.flows;
  if (flow === undefined) throw new Error('the configuration has no flow');
  last = flow;
  const proofs: Record<string, number> = {};
  for (const { tidemark } of flow.groups) proofs[proofOf(tidemark)] = (proofs[proofOf(tidemark)] ?? 0) + 1;
  return {
    ms,
    cpuMs: (user + system) / 1_000,
    peakMib: process.resourceUsage().maxRSS / 1_024,
    requests: Object.fromEntries(requests),
    verdict: flow.verdict,
    reasons: [...flow.reasons],
    pairs: flow.groups.length,
    partitions: flow.partitions.length,
    proofs,
  };
}

/** The reader itself; on close it reports the number of requests to the busiest broker. */
function countingAtClose(reader: ClusterReader, count: (most: number) => void): ClusterReader {
  const { close } = reader;
  return Object.assign(reader, {
    close: () => {
      count(Math.max(...reader.requestsSent().values()));
      return close();
    },
  });
}

answerCalls(async (argument) => {
  if (argument.startsWith(WITHOUT_RECORDS)) return audit(argument.slice(WITHOUT_RECORDS.length), 0);
  if (argument !== CHECK) return audit(argument);
  if (last === null) throw new Error('there is no report to check');
  return checkReport(last);
});
