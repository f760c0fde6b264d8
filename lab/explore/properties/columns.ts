import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteSink, ByteSource } from '../../../shared/domain/history/frame/bytes.ts';
import { readColumn, writeColumn } from '../../../shared/domain/history/frame/column.ts';
import { property } from '../property.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

/** A stored column returns every 64-bit integer that was written to it. */
export const columns = property({
  name: 'columns',
  values: fc.array(fc.oneof(int64, fc.bigInt({ min: -70n, max: 70n }))),
  holds: (values) => {
    const column = BigInt64Array.from(values);
    const sink = new ByteSink();
    writeColumn(sink, column);
    const source = new ByteSource(sink.bytes());
    assert.deepEqual(readColumn(source, column.length), column);
    assert.equal(source.left, 0);
  },
});
