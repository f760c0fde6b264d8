import { type ClusterReading, type Racer, whatWasRead } from './cluster-reading.ts';

export interface Heat {
  /** First round: connects, and everything is new to the process or to the network path. */
  readonly first: ClusterReading;
  readonly later: readonly ClusterReading[];
}

/**
 * Lets two racers read the same cluster by turns, so that whatever else the machine does meets them alike.
 *
 * @throws Error where any two rounds did not read the same: a fast wrong answer loses
 */
export async function race(
  racers: readonly [Racer, Racer],
  bootstrapServers: string,
  rounds: { readonly unmeasured: number; readonly measured: number },
): Promise<[Heat, Heat]> {
  const readings: [ClusterReading[], ClusterReading[]] = [[], []];
  for (let round = 0; round < 1 + rounds.unmeasured + rounds.measured; round++) {
    readings[0].push(await racers[0].round(bootstrapServers));
    readings[1].push(await racers[1].round(bootstrapServers));
  }
  const answers = new Set(readings.flat().map(whatWasRead));
  if (answers.size > 1) throw new Error(`the readers do not agree:\n${[...answers].join('\n')}`);
  return [heatOf(readings[0], rounds.unmeasured), heatOf(readings[1], rounds.unmeasured)];
}

function heatOf([first, ...later]: readonly ClusterReading[], unmeasured: number): Heat {
  if (first === undefined) throw new Error('no round was run');
  return { first, later: later.slice(unmeasured) };
}

export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new Error('the median of nothing');
  return middle;
}
