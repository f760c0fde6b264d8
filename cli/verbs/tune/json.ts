import type { Tuning } from '../../../shared/domain/tune/advise.ts';
import type { FlowMeasurement } from '../../../shared/domain/tune/measurement.ts';
import { ratesOf } from '../../../shared/domain/tune/measurement.ts';
import { json } from '../../../shared/text/json.ts';

/** What was measured of one flow, and what follows. */
export interface TunedFlow {
  readonly flow: string;
  readonly measurement: FlowMeasurement;
  readonly tuning: Tuning;
}

/** `tidemark.tune/1` (docs/schema/tune-1.json). Rates are numbers, counts of records decimal strings. */
export function renderTuneJson(at: number, flows: readonly TunedFlow[]): string {
  const document = {
    schema: 'tidemark.tune/1',
    at: new Date(at).toISOString(),
    flows: flows.map(({ flow, measurement, tuning: { pace, advice } }) => ({
      flow,
      seconds: measurement.seconds,
      recordsPerSecond: ratesOf(measurement),
      partitions: measurement.partitions.length,
      unmeasured: measurement.unmeasured,
      backlog: measurement.backlog,
      pace,
      changes: advice.filter(({ kind }) => kind === 'change' || kind === 'act').length,
      advice,
    })),
  };
  return `${json(document)}\n`;
}
