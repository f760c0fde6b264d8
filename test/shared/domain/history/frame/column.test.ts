import { describe, expect, test } from '@jest/globals';
import { columns } from '../../../../../lab/explore/properties/columns.ts';
import { ByteSink, ByteSource, MalformedHistoryError } from '../../../../../shared/domain/history/frame/bytes.ts';
import { readColumn, writeColumn } from '../../../../../shared/domain/history/frame/column.ts';

function written(values: BigInt64Array): Uint8Array {
  const sink = new ByteSink();
  writeColumn(sink, values);
  return sink.bytes();
}

describe('columns of 64-bit integers', () => {
  test('every integer comes back, small and extreme ones mixed', () => {
    columns.assert(100);
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
