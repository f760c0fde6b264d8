import { describe, expect, test } from '@jest/globals';
import type { ClusterReading, Racer } from '../../bench/cluster-reading.ts';
import { median, race } from '../../bench/race.ts';

const READING: ClusterReading = {
  partitions: 2,
  groups: 1,
  pairs: 2,
  lag: '7',
  starts: '0',
  ends: '20',
  stables: '20',
  ms: 1,
  cpuMs: 1,
  peakMib: 50,
};

/** Returns the given readings round by round, and then the last one again. */
function racer(...readings: readonly ClusterReading[]): Racer & { rounds: number } {
  return {
    rounds: 0,
    async round() {
      const reading = readings[this.rounds] ?? readings.at(-1);
      this.rounds++;
      if (reading === undefined) throw new Error('it reads something');
      return reading;
    },
    end: async () => undefined,
  };
}

describe('a race between two readers', () => {
  test('runs the first, the unmeasured and the measured rounds in turns', async () => {
    const [ours, theirs] = [racer({ ...READING, ms: 9 }, READING), racer({ ...READING, ms: 5 }, READING)];
    const heats = await race([ours, theirs], 'a:1', { unmeasured: 2, measured: 3 });
    expect([ours.rounds, theirs.rounds]).toEqual([6, 6]);
    expect(heats.map(({ first, later }) => [first.ms, later.length])).toEqual([
      [9, 3],
      [5, 3],
    ]);
  });

  test.each([
    ['a pair that one of them misses', { pairs: 1 }],
    ['another sum of lags', { lag: '8' }],
    ['another last stable offset', { stables: '19' }],
  ])('rejects a fast wrong answer: %s', async (_, wrong) => {
    const readers: [Racer, Racer] = [racer(READING), racer(READING, READING, { ...READING, ...wrong })];
    await expect(race(readers, 'a:1', { unmeasured: 0, measured: 2 })).rejects.toThrow('the readers do not agree');
  });

  test('the median of an even number of rounds is the upper one of the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(3);
  });
});
