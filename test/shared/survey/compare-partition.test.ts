import { expect, test } from '@jest/globals';
import { PartitionMapping } from '../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../shared/domain/mirror/syncs/sync-history.ts';
import { translate } from '../../../shared/domain/mirror/translation.ts';
import type { IsolationLevel, LogRecord, ScanRequest } from '../../../shared/domain/model/cluster.ts';
import { read } from '../../../shared/domain/model/outcome.ts';
import type { ClusterReader } from '../../../shared/ports.ts';
import { comparePartition } from '../../../shared/survey/compare-partition.ts';

const recordAt = (offset: bigint, number: bigint): LogRecord => ({
  offset,
  timestamp: 1_700_000_000_000n + number,
  key: null,
  value: Buffer.from(`${number}`),
  headers: [],
});

const range = (from: bigint, until: bigint): bigint[] =>
  Array.from({ length: Number(until - from) }, (_, i) => from + BigInt(i));

/** A log of which a reader of committed records sees `committed`, up to `stable`. */
function log(committed: readonly LogRecord[], uncommitted: readonly LogRecord[], end: bigint, stable = end) {
  const asked: IsolationLevel[] = [];
  const scan = async ({ from, until = end, isolation }: ScanRequest, visit: (record: LogRecord) => void) => {
    asked.push(isolation);
    const limit = isolation === 'read_committed' && stable < until ? stable : until;
    const seen = isolation === 'read_committed' ? committed : [...committed, ...uncommitted];
    const found = seen.filter(({ offset }) => offset >= from && offset < limit);
    for (const record of found) visit(record);
    return read({ start: 0n, end, next: limit < from ? from : limit, bytes: 10 * found.length });
  };
  return { reader: { scan } as Partial<ClusterReader> as ClusterReader, asked };
}

/** MM2 has mirrored 20 of 60 records. It wrote the others in a transaction, from target offset 21 on. */
async function compared(stable?: bigint) {
  const mapping = new PartitionMapping({
    history: SyncHistory.of([
      { timestamp: 5_000n, upstream: 0n, downstream: 0n },
      { timestamp: 6_000n, upstream: 19n, downstream: 19n },
    ]),
    target: { start: 0n, end: 62n },
    sourceEnd: 60n,
    exactlyOnce: true,
  });
  const source = log(
    range(0n, 60n).map((offset) => recordAt(offset, offset)),
    [],
    60n,
  );
  const target = log(
    range(0n, 20n).map((offset) => recordAt(offset, offset)),
    range(20n, 60n).map((number) => recordAt(number + 1n, number)),
    62n,
    stable,
  );
  const said = translate(mapping, 40n);
  if (said.kind === 'unknown') throw new Error(said.reason);
  const result = await comparePartition(
    {
      topic: 'orders',
      targetTopic: 'A.orders',
      partition: 0,
      mapping,
      wanted: [{ upstream: 40n, said }],
      log: { from: 0n, until: 60n },
      cutOff: null,
      isolation: 'read_uncommitted',
    },
    source.reader,
    target.reader,
    { bytes: 1_000_000, widenAtMost: 1 },
  );
  return { ...result, said, asked: target.asked };
}

test('GIVEN MM2 was killed in a transaction THEN its aborted records are no copies', async () => {
  const { tail, asked, positions } = await compared();
  expect(new Set(asked)).toEqual(new Set(['read_committed']));
  expect(tail).toBeNull();
  expect(positions.map(({ pair }) => pair).filter((pair) => pair !== null && pair.upstream >= 20n)).toEqual([]);
  expect(positions[0]?.translation).toMatchObject({ low: 62n, high: 62n });
});

test('GIVEN its transaction is still open THEN nothing is compared beyond it, and the reason says so', async () => {
  const { positions, tail, said } = await compared(21n);
  expect(tail).toBeNull();
  expect(positions[0]?.translation).toMatchObject({ low: said.low, high: said.high });
  expect(positions[0]?.translation).toMatchObject({
    reason: expect.stringContaining('a transaction on the target is still open'),
  });
});
