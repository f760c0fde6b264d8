import { expect, test } from '@jest/globals';
import { Explorer } from '../../../lab/explore/explorer.ts';
import type { Found } from '../../../lab/explore/property.ts';
import type { Batch } from '../../../lab/explore/worker-process.ts';

const FAR = Date.now() + 86_400_000;

function explorer(properties: readonly string[], until: number, seed = 5) {
  const printed: string[] = [];
  const onFound = (property: string, { literal }: Found) => printed.push(`${property} ${literal}`);
  return { explorer: new Explorer({ properties, seed, until, onFound }), printed };
}

const finding = (literal: string) => ({ runs: 10, found: { seed: 1, path: '1', literal, error: 'wrong' } });

test('known counterexamples are replayed first, even where no time is left, then every property has its turn', async () => {
  const batches: Batch[] = [];
  const late = explorer(['a', 'b'], 0);
  const search = async (batch: Batch) => {
    batches.push(batch);
    return batches.length < 12 ? { runs: 10, found: null } : finding(String(batches.length));
  };
  await late.explorer.work(search);
  expect(batches.map(({ property, seed }) => [property, seed])).toEqual([
    ['a', null],
    ['b', null],
  ]);
  batches.length = 0;
  const timely = explorer(['a', 'b'], FAR);
  await timely.explorer.work(search);
  const drawn = batches.slice(2);
  expect(new Set(drawn.map(({ seed }) => seed)).size).toBe(drawn.length);
  for (const name of ['a', 'b'])
    expect(drawn.filter(({ property }) => property === name).length).toBeGreaterThanOrEqual(3);
});

test('each counterexample is told once, and a property with three of them is left alone', async () => {
  const { explorer: searching, printed } = explorer(['a', 'b'], FAR);
  let batches = 0;
  await searching.work(async () => finding(`every fourth ${Math.floor(batches++ / 4)}`));
  expect(new Set(printed).size).toBe(printed.length);
  expect(searching.found).toBe(printed.length);
  for (const name of ['a', 'b']) expect(printed.filter((line) => line.startsWith(name))).toHaveLength(3);
  expect(batches).toBeGreaterThan(printed.length);
  expect(searching.runs).toBe(10 * batches);
});

test('the same seed deals the same batches', async () => {
  const seeds = async (seed: number) => {
    const dealt: (number | null)[] = [];
    await explorer(['a'], FAR, seed).explorer.work(async (batch) => {
      dealt.push(batch.seed);
      return finding(String(dealt.length));
    });
    return dealt;
  };
  expect(await seeds(5)).toEqual(await seeds(5));
  expect(await seeds(5)).not.toEqual(await seeds(6));
});
