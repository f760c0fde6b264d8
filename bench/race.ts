import { type ClusterReading, type Racer, whatWasRead } from './cluster-reading.ts';

export interface Heat {
  /** First round: it includes connecting, over a new network path or in a new process. */
  readonly first: ClusterReading;
  readonly later: readonly ClusterReading[];
}

/**
 * Lets two racers read the same cluster in turns, so that other load on the machine affects both alike.
 *
 * @throws Error if any two rounds read different values: a fast wrong answer is worthless
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
  if (middle === undefined) throw new Error('the median needs at least one value');
  return middle;
}
