import { counted } from '../model/figures.ts';
import { type FlowMeasurement, ratesOf } from './measurement.ts';

/** A mirror that needs longer than this for what waits is behind. Less is what flushes and polls of a healthy one leave. */
const BEHIND_SECONDS = 30;

/** Whether the mirror keeps up with its source. */
export type Pace =
  | { readonly kind: 'keeps-up' }
  /** It mirrors as fast as it can, and records wait. */
  | { readonly kind: 'behind'; readonly backlog: bigint; readonly secondsToMirror: number }
  /** Records wait, and none arrive: settings are not what ails it. */
  | { readonly kind: 'still'; readonly backlog: bigint }
  | { readonly kind: 'unknown'; readonly reason: string };

export function paceOf(measurement: FlowMeasurement): Pace {
  const { backlog, unmeasured, partitions } = measurement;
  if (backlog.kind === 'unknown')
    return { kind: 'unknown', reason: `how many records wait is unknown: ${backlog.reason}` };
  if (unmeasured > 0) {
    return {
      kind: 'unknown',
      reason: `${unmeasured} of ${counted(unmeasured + partitions.length, 'partition')} could not be measured`,
    };
  }
  if (backlog.records === 0n) return { kind: 'keeps-up' };
  const { mirrored } = ratesOf(measurement);
  if (mirrored === 0) return { kind: 'still', backlog: backlog.records };
  const secondsToMirror = Number(backlog.records) / mirrored;
  return secondsToMirror <= BEHIND_SECONDS
    ? { kind: 'keeps-up' }
    : { kind: 'behind', backlog: backlog.records, secondsToMirror };
}
