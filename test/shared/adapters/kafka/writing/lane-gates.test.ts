import { expect, test } from '@jest/globals';
import { LaneGates } from '../../../../../shared/adapters/kafka/writing/lane-gates.ts';

test('a broker never has more at once than its connections may carry, none waits for ever, and failures free their place', async () => {
  const gates = new LaneGates(2);
  const busy = new Map<number, number>();
  const seen = new Map<number, number>();
  let finished = 0;
  const work = async (lane: number): Promise<void> => {
    const now = (busy.get(lane) ?? 0) + 1;
    busy.set(lane, now);
    seen.set(lane, Math.max(seen.get(lane) ?? 0, now));
    await new Promise((resolve) => setImmediate(resolve));
    busy.set(lane, (busy.get(lane) ?? 1) - 1);
    if (++finished % 3 === 0) throw new Error('refused');
  };
  const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => gates.run(1, work)));
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(33);
  expect([...seen.values()]).toEqual([2, 2, 2, 2]);
});

test('one after the other they share one connection, and a busy broker holds up no other', async () => {
  const gates = new LaneGates(1);
  const lanes = new Set<number>();
  for (let i = 0; i < 5; i++) await gates.run(1, async (lane) => lanes.add(lane));
  expect([...lanes]).toEqual([0]);
  const release: (() => void)[] = [];
  const held = Array.from({ length: 8 }, () =>
    gates.run(1, () => new Promise<void>((resolve) => release.push(resolve))),
  );
  expect(await gates.run(2, async () => 'through')).toBe('through');
  expect(release).toHaveLength(4);
  while (release.length > 0) {
    release.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(held);
});
