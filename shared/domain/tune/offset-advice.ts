import { counted } from '../model/figures.ts';
import type { Flow } from '../model/flow.ts';
import type { Advice, TuningLimits } from './advice.ts';
import { type FlowMeasurement, ratesOf } from './measurement.ts';

/** MM2's own default. */
const DEFAULT_OFFSET_LAG_MAX = 100;
/** More than one sync for this many records is more than translation needs: each is a record on the source, too. */
const RECORDS_PER_SYNC = 5;
const LEAST_RECORDS = 1_000n;

/** How much an MM2 that is killed writes twice: what it mirrored since Connect last flushed its offsets. */
export function flushIntervalAdvice(
  measurement: FlowMeasurement,
  { offsetFlushIntervalMs }: Pick<Flow, 'offsetFlushIntervalMs'>,
  { maxGroupReread }: TuningLimits,
): Advice {
  const { mirrored } = ratesOf(measurement);
  const repeats = Math.round((mirrored * offsetFlushIntervalMs) / 1000);
  const limit = Number(maxGroupReread);
  const seconds = offsetFlushIntervalMs / 1000;
  if (repeats <= limit) {
    const reason = `an MM2 that is killed writes at most some ${repeats} records twice, at this rate and with ${seconds} s between flushes; the limit (maxGroupReread) is ${limit}`;
    return { lever: 'flush-interval', kind: 'keep', reason };
  }
  const to = Math.max(1_000, Math.floor(limit / mirrored) * 1_000);
  return {
    lever: 'flush-interval',
    kind: 'change',
    setting: 'offset.flush.interval.ms',
    place: 'worker',
    from: String(offsetFlushIntervalMs),
    to: String(to),
    reason: `an MM2 that is killed writes again what it mirrored since the last flush: some ${repeats} records at this rate, more than maxGroupReread (${limit})`,
    gain: { kind: 'repeats', from: repeats, to: Math.round((mirrored * to) / 1000) },
  };
}

/** How far apart offset syncs may be: seldom ones put groups back, frequent ones are writes on the source. */
export function offsetLagMaxAdvice(
  { syncs, partitions }: FlowMeasurement,
  { offsetLagMax, emitOffsetSyncs }: Pick<Flow, 'offsetLagMax' | 'emitOffsetSyncs'>,
  { maxGroupReread }: TuningLimits,
): Advice {
  const of = (kind: 'keep' | 'unknown', reason: string): Advice => ({ lever: 'offset-lag-max', kind, reason });
  const change = (to: bigint, reason: string, gain: Extract<Advice, { kind: 'change' }>['gain']): Advice => ({
    ...{ lever: 'offset-lag-max', kind: 'change', setting: 'offset.lag.max', place: 'source-connector' },
    ...{ from: String(offsetLagMax), to: String(to), reason, gain },
  });
  if (!emitOffsetSyncs) return of('keep', 'offset syncs are switched off');
  if (BigInt(offsetLagMax) > maxGroupReread) {
    const to = maxGroupReread > 0n ? maxGroupReread : 0n;
    const reason = `MM2 puts a group up to offset.lag.max records back, which is more than maxGroupReread (${maxGroupReread})`;
    return change(to, reason, { kind: 'repeats', from: offsetLagMax, to: Number(to) });
  }
  const mirrored = partitions.reduce((sum, one) => sum + one.mirrored, 0n);
  if (syncs === null) return of('unknown', 'the end of the offset-syncs topic could not be read');
  if (mirrored < LEAST_RECORDS)
    return of(
      'keep',
      `only ${counted(mirrored, 'record was mirrored', 'records were mirrored')}: too few to judge how many syncs they cost`,
    );
  const perRecord = Number(syncs) / Number(mirrored);
  if (offsetLagMax >= DEFAULT_OFFSET_LAG_MAX || perRecord * RECORDS_PER_SYNC <= 1) {
    return of('keep', `${counted(syncs, 'sync')} for ${counted(mirrored, 'record')}`);
  }
  const reason = `MM2 wrote ${syncs} offset syncs for ${mirrored} records, each a record on the cluster that keeps them`;
  return change(BigInt(DEFAULT_OFFSET_LAG_MAX), reason, {
    kind: 'syncs',
    from: perRecord,
    to: 1 / DEFAULT_OFFSET_LAG_MAX,
  });
}
