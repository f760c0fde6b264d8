import { decodeHeartbeat } from '../../shared/domain/mirror/records/heartbeat.ts';
import { HEARTBEATS_TOPIC, remoteTopic } from '../../shared/domain/mirror/replication-policy.ts';
import type { Flow } from '../../shared/domain/model/flow.ts';
import type { FlowReport } from '../../shared/domain/model/report.ts';
import type { LabCluster } from '../cluster.ts';
import type { Expectation } from './moment-faults.ts';

/**
 * When MM2 wrote the newest of the source's heartbeats that are on the target (ms), as Kafka's own consumer reads it; null
 * if there is none.
 */
export async function newestHeartbeat({ policy, source }: Flow, on: LabCluster): Promise<number | null> {
  const topic = remoteTopic(policy, source, HEARTBEATS_TOPIC);
  if (!(await on.admin.listTopics()).includes(topic)) return null;
  let newest: number | null = null;
  for (const { key, value } of await on.admin.readRaw(topic, 0)) {
    if (key === null || value === null) continue;
    const { target, timestamp } = decodeHeartbeat(key, value);
    // Whichever flow into the source wrote it there.
    if (target === source) newest = Math.max(newest ?? 0, Number(timestamp));
  }
  return newest;
}

/** What was on the target beside an audit, and when; times in ms, by the auditor's clock. */
export interface HeartbeatsBeside {
  readonly began: number;
  readonly ended: number;
  readonly newestBefore: number | null;
  readonly newestAfter: number | null;
}

/**
 * For how long (ms) MM2 was silent, if an audit says so and its heartbeats agree; null if not. A busy machine can starve a
 * mirror that every scenario takes to be at work.
 */
export function silenceOf({ findings }: Pick<FlowReport, 'findings'>, beside: HeartbeatsBeside): number | null {
  const stale = findings.find(({ code }) => code === 'HEARTBEAT_STALE');
  if (stale === undefined || beside.newestBefore === null || beside.newestAfter === null) return null;
  const { lastSignMs, ageMs } = stale.evidence;
  if (typeof lastSignMs !== 'number' || typeof ageMs !== 'number') return null;
  const isNewest = lastSignMs >= beside.newestBefore && lastSignMs <= beside.newestAfter;
  const at = lastSignMs + ageMs;
  return isNewest && at >= beside.began && at <= beside.ended ? ageMs : null;
}

/** What is right about a mirror that was silent: the audit says so, and does not call it ready. */
export function expectedOfSilent(expectation: Expectation): Expectation {
  const { healthy: _, mm2: __, allow = [], verdict, ...rest } = expectation;
  return {
    ...rest,
    allow: [...allow, 'HEARTBEAT_STALE'],
    ...(verdict === undefined ? {} : { verdict: [...verdict, 'at-risk'] }),
  };
}
