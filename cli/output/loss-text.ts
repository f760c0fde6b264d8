import { asBound, duration, plural } from '../../shared/domain/model/figures.ts';
import type { FlowReport } from '../../shared/domain/model/report.ts';

/** What a failover would lose, as a sentence without its full stop. Names in it are as in Kafka. */
export function lossText({ loss, snapshot }: Pick<FlowReport, 'loss' | 'snapshot'>): string {
  const lose = snapshot === null ? 'a failover now would lose' : 'a failover then would have lost';
  if (loss.kind === 'unknown') return `${lose} an unknown number of records: ${loss.reason}`;
  if (loss.records === 0n) return `${lose} nothing (${loss.basis})`;
  const age = loss.seconds === null ? '' : `, the oldest ${duration(loss.seconds)} old`;
  return `${lose} ${asBound(loss, plural(loss.records, 'record'))}${age} (${loss.basis})`;
}

/** Why a loss as of a time can be higher than the audit of that time said; null if there is nothing to explain. */
export function boundNote({ loss, snapshot }: Pick<FlowReport, 'loss' | 'snapshot'>): string | null {
  if (snapshot === null || loss.kind === 'unknown' || loss.records === 0n) return null;
  return 'loss and lag are upper bounds: the history keeps offsets, not what the audit found when it looked at records';
}
