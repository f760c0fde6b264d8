import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteSink, ByteSource, MalformedHistoryError } from '../../../../../shared/domain/history/frame/bytes.ts';
import { readColumn, writeColumn } from '../../../../../shared/domain/history/frame/column.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

function written(values: BigInt64Array): Uint8Array {
  const sink = new ByteSink();
  writeColumn(sink, values);
  return sink.bytes();
}

describe('columns of 64-bit integers', () => {
  test('every integer survives a round trip, small and extreme ones mixed', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(int64, fc.bigInt({ min: -70n, max: 70n }))), (values) => {
        const column = BigInt64Array.from(values);
        const source = new ByteSource(written(column));
        expect(readColumn(source, column.length)).toEqual(column);
        expect(source.left).toBe(0);
      }),
    );
  });

  test('a number from −64 to 63 takes one byte', () => {
    expect(written(BigInt64Array.of(-64n, 0n, 63n))).toHaveLength(3);
    expect(written(BigInt64Array.of(64n))).toHaveLength(2);
    expect(written(BigInt64Array.of(-(2n ** 63n)))).toHaveLength(10);
  });

  test('bytes that end too early or never end are refused', () => {
    expect(() => readColumn(new ByteSource(Uint8Array.of(1)), 2)).toThrow(MalformedHistoryError);
    expect(() => readColumn(new ByteSource(new Uint8Array(12).fill(255)), 1)).toThrow(MalformedHistoryError);
    expect(() => new ByteSource(new Uint8Array(12).fill(255)).count()).toThrow(MalformedHistoryError);
    expect(() => new ByteSource(Uint8Array.of(2, 0xff, 0xfe)).text()).toThrow(MalformedHistoryError);
  });
});
