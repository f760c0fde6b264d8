import type { AuditReport } from '../../../shared/domain/model/report.ts';
import { figuresOf } from '../../output/flow-figures.ts';

/** The lag of a flow at one audit. */
export interface LagPoint {
  /** When the audit began: ms since the epoch. */
  readonly at: number;
  /** Of all partitions whose lag is known; null if none is. */
  readonly records: bigint | null;
}

/** At one audit a minute, half a day. */
const MOST_POINTS = 720;

/** The lag of each flow over time, in memory: the oldest points go. */
export class LagLog {
  readonly #flows = new Map<string, LagPoint[]>();

  /** Adds what an audit found, or what one of the past had found. A point of a time that is there stays as it is. */
  add(report: AuditReport): void {
    for (const flow of report.flows) {
      const at = flow.snapshot?.takenAt ?? report.at;
      this.#add(flow.flow, { at, records: figuresOf(flow, at).lag });
    }
  }

  /** Adds that an audit failed, so that no line connects what was before with what comes after. */
  addUnknown(flows: readonly string[], at: number): void {
    for (const flow of flows) this.#add(flow, { at, records: null });
  }

  #add(flow: string, point: LagPoint): void {
    const points = this.#flows.get(flow) ?? [];
    this.#flows.set(flow, points);
    if (points.some(({ at }) => at === point.at)) return;
    points.push(point);
    points.sort((a, b) => a.at - b.at);
    if (points.length > MOST_POINTS) points.shift();
  }

  /** Oldest first. */
  of(flow: string): readonly LagPoint[] {
    return this.#flows.get(flow) ?? [];
  }
}
