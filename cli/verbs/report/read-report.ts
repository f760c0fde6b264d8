import { setImmediate } from 'node:timers/promises';
import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import { tookMs } from '../../../shared/domain/failover/run-record.ts';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import { newestHistory } from '../../../shared/history/history-lineage.ts';
import type { ListedSnapshot } from '../../../shared/history/list-snapshots.ts';
import type { AuditStores } from '../../history/history-stores.ts';
import { type AuditSample, flowPeriod, gapsOf } from './flow-period.ts';
import type { ReportData, ReportedFlow, ReportedRun } from './report-data.ts';

const ALL_RUNS = 1_000_000;

export interface ReportRequest {
  readonly config: TidemarkConfig;
  readonly flows: readonly Flow[];
  readonly stores: Pick<AuditStores, 'history' | 'acknowledgements'>;
  readonly runs: RunStore;
  readonly from: number;
  readonly to: number;
  readonly now: number;
  /** How many recorded states of a flow to read at most, evenly spread; Infinity for all. */
  readonly states: number;
  readonly progress: (step: string) => void;
}

/** Reads a period from the history alone; flows of which it has nothing are left out. @throws HistoryStoreError */
export async function readReport(request: ReportRequest): Promise<ReportData> {
  const { flows, from, to, now } = request;
  const found: ReportedFlow[] = [];
  for (const flow of flows) {
    const one = await readFlow(request, flow);
    if (one !== null) found.push(one);
  }
  return { from, to, madeAt: now, flows: found };
}

async function readFlow(request: ReportRequest, flow: Flow): Promise<ReportedFlow | null> {
  const { config, stores, from, to, now, states, progress } = request;
  const name = flowName(flow);
  const store = newestHistory(stores.history);
  const { listSnapshots } = await import('../../../shared/history/list-snapshots.ts');
  const { auditAsOf } = await import('../../../shared/audit/audit-as-of.ts');
  // The state at the begin of the period was recorded at or before it.
  const begin = (await store.newest(name, from, now))?.at ?? from;
  const range = { from: begin, to, limit: Number.MAX_SAFE_INTEGER };
  const listed = (await listSnapshots(store, name, range, now)).snapshots.toReversed();
  const good = listed.filter(({ damage }) => damage === null);
  const samples: AuditSample[] = [];
  for (const [index, { at }] of evenly(good, states).entries()) {
    // Reading SQLite never waits: without this nothing could end the command until the last state was read.
    await setImmediate();
    progress(`reading ${name}: ${index + 1} of ${Math.min(good.length, states)}`);
    const asOf = { flows: [flow], policy: config.policy, store, acknowledgements: stores.acknowledgements, asOf: at };
    const [report] = (await auditAsOf({ ...asOf, clock: { now: () => now } })).flows;
    if (report !== undefined) samples.push({ at, report });
  }
  const [first, last] = [good[0], good.at(-1)];
  const lastReport = samples.at(-1)?.report;
  if (first === undefined || last === undefined || lastReport === undefined) return null;
  const { rpoRecords = null, rtoSeconds = null } = config.failover?.get(name) ?? {};
  return {
    flow: name,
    rpoRecords,
    rtoSeconds,
    period: flowPeriod({ from, to, samples, gaps: gapsOf(good.map(spanOf), from, to), rpoRecords }),
    last: lastReport,
    runs: await runsOf(request, name),
    audits: {
      recorded: good.length,
      read: samples.length,
      damaged: listed.length - good.length,
      first: first.at,
      last: last.heldUntil ?? last.at,
    },
  };
}

function spanOf({ at, heldUntil, level }: ListedSnapshot) {
  return { at, heldUntil, everyMs: DEFAULT_RETENTION.steps[level]?.everyMs ?? 0 };
}

/** At most this many of them (two or more), the first and the last among them. */
export function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  const step = (all.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => all[Math.round(index * step)]).filter((one) => one !== undefined);
}

async function runsOf({ runs, from, to }: ReportRequest, flow: string): Promise<readonly ReportedRun[]> {
  const { storedRun } = await import('../../../shared/failover/run-entry-schema.ts');
  const found: ReportedRun[] = [];
  for (const id of await runs.runs(ALL_RUNS)) {
    const stored = storedRun(id, await runs.read(id));
    if (stored === null) continue;
    const { subject, phase, assessedAt } = stored.record;
    if (subject.flow !== flow || assessedAt < from || assessedAt > to) continue;
    const evidence = stored.entries.at(-1)?.hash ?? '';
    found.push({ run: id, mode: subject.mode, phase, assessedAt, tookMs: tookMs(stored.record), evidence });
  }
  return found;
}
