import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { replayedOffset, replayHeaderValue } from '../../../../shared/domain/reconcile/replay-header.ts';
import { isInside, type ReplayRange, withoutOffsets } from '../../../../shared/domain/reconcile/replay-plan.ts';
import { parseReplayPlan, replayHash, replayPlanText } from '../../../../shared/reconcile/replay-document.ts';
import { propertyRuns } from '../../../property-runs.ts';

const ORIGIN = { clusterId: 'x0-Y_z', topic: 'orders', partition: 3 };
const header = (text: string) => [{ key: 'tidemark-replayed', value: Buffer.from(text) }];

describe('the header of a replayed record', () => {
  test('says where the record is from', () => {
    expect(replayHeaderValue(ORIGIN, 1_234n)).toBe('x0-Y_z/orders/3/1234');
    expect(replayedOffset(header('x0-Y_z/orders/3/1234'), ORIGIN)).toBe(1_234n);
  });

  test.each([
    'x0-Y_z/orders/31/1234',
    'other/orders/3/1234',
    'x0-Y_z/orders/3/',
    'x0-Y_z/orders/3/12a',
    'x0-Y_z/orders/3/-1',
    'x0-Y_z/orders/3/12345678901234567890',
  ])('%s is another record', (text) => {
    expect(replayedOffset(header(text), ORIGIN)).toBeNull();
  });

  test('one without a value, or of another name, says nothing', () => {
    expect(replayedOffset([{ key: 'tidemark-replayed', value: null }], ORIGIN)).toBeNull();
    expect(replayedOffset([{ key: 'other', value: Buffer.from('x0-Y_z/orders/3/1') }], ORIGIN)).toBeNull();
  });
});

test('ranges without single offsets hold every other offset, and none of those', () => {
  const ranges = fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 6 })), { maxLength: 8 }).map((pairs) => {
    let at = 0;
    return pairs.map(([gap, length]): ReplayRange => {
      const from = at + gap;
      at = from + length;
      return { from: BigInt(from), until: BigInt(at) };
    });
  });
  fc.assert(
    fc.property(ranges, fc.uniqueArray(fc.nat(80)), (all, out) => {
      const offsets = out.toSorted((a, b) => a - b).map(BigInt);
      const rest = withoutOffsets(all, offsets);
      for (let offset = 0n; offset < 90n; offset++) {
        expect(isInside(rest, offset)).toBe(isInside(all, offset) && !offsets.includes(offset));
      }
    }),
    { numRuns: propertyRuns(200) },
  );
});

describe('the file of a plan', () => {
  const plan = {
    flow: 'A->B',
    source: { alias: 'A', clusterId: 'a' },
    target: { alias: 'B', clusterId: null },
    failover: null,
    skipSuperseded: false,
    madeAt: 1,
    expiresAt: 2,
    partitions: [
      {
        topic: 'orders',
        targetTopic: 'A.orders',
        sourceId: 's',
        targetId: null,
        partition: 0,
        ranges: [{ from: 5n, until: 9n }],
        records: 4n,
        bytes: 40n,
        digest: 'd',
        lookFrom: 5n,
        superseded: null,
      },
    ],
  };

  test('gives the plan back, with the same hash', () => {
    const again = parseReplayPlan(replayPlanText(plan));
    expect(again).toEqual(plan);
    expect(replayHash(again)).toBe(replayHash(plan));
  });

  test('one offset more is another hash', () => {
    const altered = parseReplayPlan(replayPlanText(plan).replace('"until":"9"', '"until":"10"'));
    expect(replayHash(altered)).not.toBe(replayHash(plan));
  });

  test.each(['', '{}', '{"schema":"tidemark.replay-plan/2"}'])('%s is no plan', (text) => {
    expect(() => parseReplayPlan(text)).toThrow('the file is no plan of a replay');
  });
});
