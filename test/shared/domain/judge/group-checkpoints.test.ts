import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GroupCheckpoints, type ObservedCheckpoint } from '../../../../shared/domain/judge/group-checkpoints.ts';

const INT64 = { min: 0n, max: 2n ** 63n - 1n };

test('of each partition there is the checkpoint that was set last', () => {
  const checkpoint = fc.record({
    upstream: fc.bigInt(INT64),
    downstream: fc.bigInt(INT64),
    timestamp: fc.bigInt(INT64),
  });
  const topic = fc.constantFrom('A.orders', 'A.stock');
  const partition = fc.oneof(fc.nat(9), fc.nat());
  fc.assert(
    fc.property(fc.array(fc.tuple(topic, partition, checkpoint)), (all) => {
      const checkpoints = new GroupCheckpoints();
      const expected = new Map<string, ObservedCheckpoint>();
      for (const [name, number, one] of all) {
        checkpoints.set(name, number, one);
        expected.set(`${name}-${number}`, one);
      }
      for (const [name, number] of all) {
        const one = expected.get(`${name}-${number}`);
        expect(checkpoints.get(name, number)).toEqual(one);
        expect(checkpoints.downstream(name, number)).toBe(one?.downstream);
      }
      expect(checkpoints.get('A.absent', 0)).toBeUndefined();
    }),
  );
});

test('a partition without a checkpoint has none', () => {
  const checkpoints = new GroupCheckpoints();
  checkpoints.set('A.orders', 2, { upstream: 1n, downstream: 1n, timestamp: 1n });
  expect(checkpoints.get('A.orders', 1)).toBeUndefined();
  expect(checkpoints.downstream('A.orders', 1)).toBeNull();
});
