import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Fleet, merged, type WorkerResult } from '../../bench/fleet/fleet-plan.ts';
import { type MeasuredFleet, missedBars, summaryLine } from '../../bench/fleet/fleet-results.ts';
import { runWorker } from '../../bench/fleet/worker.ts';

const fleet: Fleet = { flows: 3, functions: 2, topics: 2, groups: 4, topicsPerGroup: 2, audits: 2 };

/** A small `npm run bench:fleet`, in this process: its memory says nothing here. */
describe('audit functions that share flows', () => {
  let results: WorkerResult[];
  beforeAll(async () => {
    const parts = [await runWorker({ ...fleet, part: 1 }), await runWorker({ ...fleet, part: 2 })];
    results = parts.map((one) => ({ ...one, peakMib: 100 }));
  });

  function measured(changed: readonly WorkerResult[]): MeasuredFleet {
    const parts = { memoryMib: 1_024, timeoutSeconds: 50 };
    return { fleet, parts, results: changed, together: merged(fleet, changed), mergeMs: 0 };
  }
  const change = (more: Partial<WorkerResult>) =>
    measured(results.map((one, i) => (i === 0 ? { ...one, ...more } : one)));

  test('together they audit every flow once, with every pair and the right lag, and are ready', () => {
    expect(missedBars(measured(results))).toEqual([]);
    expect(results.map(({ flows }) => flows)).toEqual([['A1->B1'], ['A2->B2', 'A3->B3']]);
    expect(summaryLine(measured(results))).toMatch(/^FLEET pairs=2400 functions=2 heartbeats=2 first_s=\d+\.\d /);
  });

  test.each([
    ['a function died', () => measured(results.slice(1)), ['A1->B1', '1 heartbeats of 2', 'pairs are in the reports']],
    ['one saw too little', () => change({ heartbeat: 0 }), ['1 heartbeats of 2']],
    [
      'two audit the same flow',
      () => change({ flows: ['A1->B1', 'A2->B2'] }),
      ['not audited once by one function: A2->B2'],
    ],
    ['a lag is wrong', () => change({ lag: 59 }), ['the lag is 179, not 180']],
    ['a flow is not ready', () => change({ verdicts: { 'at-risk': 1 } }), ['1 flows are not ready']],
    ['a function needs more memory than it has', () => change({ peakMib: 1_025 }), ['takes 1025 MiB, and has 1024']],
    [
      'a function takes longer than Lambda lets it',
      () => change({ audits: [{ seconds: 1, cpuSeconds: 30 }] }),
      ['takes 52.4 s in Lambda, which ends it after 50'],
    ],
  ])('GIVEN %s THEN the bars say so', (_, made, sentences) => {
    const missed = missedBars(made());
    for (const sentence of sentences) expect(missed.join('\n')).toContain(sentence);
  });
});
