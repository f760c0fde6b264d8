import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REPLAY_HEADER } from '../../../shared/domain/reconcile/replay-header.ts';
import type { UnmirroredPartition } from '../../../shared/domain/reconcile/unmirrored.ts';
import { compareLogs } from '../../../shared/reconcile/compare-logs.ts';
import { type FailoverPoint, type ListRequest, listUnmirrored } from '../../../shared/reconcile/list-unmirrored.ts';
import { propertyRuns } from '../../property-runs.ts';
import { flowOf } from './flow.ts';
import { MemoryCluster } from './memory-clusters.ts';

let a: MemoryCluster;
let b: MemoryCluster;

beforeEach(() => {
  a = new MemoryCluster('A');
  b = new MemoryCluster('B');
});

const letter = (text: string) => ({ key: Buffer.from(text[0] ?? ''), value: Buffer.from(text) });
const write = (cluster: MemoryCluster, topic: string, ...texts: string[]) => {
  for (const text of texts) cluster.append(topic, letter(text));
};
const pointAt = (...ends: bigint[]): FailoverPoint => ({ run: 'run', target: 'id-of-B', ends: new Map([['t', ends]]) });

async function listed(
  policy: 'default' | 'identity',
  point: FailoverPoint | null = null,
  more: Partial<ListRequest> = {},
): Promise<UnmirroredPartition> {
  const list = await listUnmirrored({
    flow: flowOf(policy),
    source: a.reader(),
    target: b.reader(),
    point,
    topic: (name) => name === 't',
    ...more,
  });
  const [one] = list.partitions;
  if (one === undefined) throw new Error('no partition was listed');
  return one.found;
}

const offsetsOf = ({ lost }: UnmirroredPartition) => lost.map(({ from, until }) => `${from}-${until - 1n}`);

describe('what the list of a flow has', () => {
  test('the unmirrored tail under the default policy', async () => {
    write(a, 't', 'a', 'b', 'c', 'd');
    write(b, 'A.t', 'a', 'b');
    const found = await listed('default');
    expect(offsetsOf(found)).toEqual(['2-3']);
    expect(found).toMatchObject({ copied: 2n, boundary: 'log-end', keys: { distinct: 2n, superseded: 0n } });
  });

  test('records that applications wrote after the failover point are no copies, and are reported', async () => {
    write(a, 't', 'a', 'b', 'c', 'd');
    write(b, 't', 'a', 'b', 'c', 'd2');
    const found = await listed('identity', pointAt(2n));
    expect(offsetsOf(found)).toEqual(['2-3']);
    expect(found).toMatchObject({ boundary: 'failover-point', equalAfterPoint: 1n, keys: { superseded: 2n } });
  });

  test('in a topic that only MM2 writes to, it may have mirrored more after the failover point', async () => {
    write(a, 't', 'a', 'b');
    write(b, 'A.t', 'a', 'b');
    const point = { run: 'run', target: 'id-of-B', ends: new Map([['A.t', [1n]]]) };
    expect(offsetsOf(await listed('default', point))).toEqual([]);
  });

  test('the points of another cluster bound nothing, and the list says so', async () => {
    write(a, 't', 'a', 'b');
    write(b, 't', 'a', 'b');
    const found = await listed('identity', { ...pointAt(1n), target: 'another' });
    expect(offsetsOf(found)).toEqual([]);
    expect(found.notes).toEqual([expect.stringMatching(/^no failover point is recorded/)]);
  });

  test('what an earlier replay wrote is replayed, not lost', async () => {
    write(a, 't', 'a', 'b', 'c');
    write(b, 't', 'a');
    const value = Buffer.from('id-of-A/t/0/2');
    b.append('t', { ...letter('c'), headers: [{ key: REPLAY_HEADER, value }] });
    const found = await listed('identity', pointAt(1n));
    expect(offsetsOf(found)).toEqual(['1-1']);
    expect(found).toMatchObject({ replayed: 1n, equalAfterPoint: 0n, keys: { superseded: 0n } });
  });

  test('a replay of another cluster’s record is a record like any other', async () => {
    write(a, 't', 'a', 'b');
    write(b, 't', 'a');
    b.append('t', { ...letter('x'), headers: [{ key: REPLAY_HEADER, value: Buffer.from('other/t/0/1') }] });
    expect(await listed('identity')).toMatchObject({ replayed: 0n, copied: 1n });
  });

  test('a topic that the target does not have lost everything, and the list says why', async () => {
    write(a, 't', 'a', 'b');
    const found = await listed('default');
    expect(offsetsOf(found)).toEqual(['0-1']);
    expect(found.target).toBeNull();
    expect(found.notes).toEqual([expect.stringMatching(/^the target has no such partition of A\.t/)]);
  });

  test('what could not be read is unknown, never nothing', async () => {
    write(a, 't', 'a', 'b');
    write(b, 'A.t', 'a');
    b.unreadable.add('A.t');
    const found = await listed('default');
    expect(found).toMatchObject({ source: null, lost: [] });
    expect(found.unknown).toEqual([{ from: 0n, until: 2n, records: null, reason: 'B: no answer' }]);
  });

  test('what an open transaction holds back is unknown', async () => {
    write(a, 't', 'a', 'b', 'c');
    a.log('t').lastStableOffset = 2n;
    write(b, 'A.t', 'a');
    const found = await listed('default', null, { flow: flowOf('default', 'read_committed') });
    expect(offsetsOf(found)).toEqual(['1-1']);
    expect(found.unknown).toEqual([expect.objectContaining({ from: 2n, until: 3n, records: null })]);
  });

  test('a target that stamps records with its own time shows nothing', async () => {
    write(a, 't', 'a', 'b');
    b.append('A.t', { ...letter('a'), timestamp: 77n });
    const found = await listed('default');
    expect(found.lost).toEqual([]);
    expect(found.unknown).toEqual([expect.objectContaining({ from: 0n, until: 2n, records: 2n })]);
  });

  test('without the right to see settings it lists, and says what it does not know', async () => {
    write(a, 't', 'a', 'b');
    write(b, 'A.t', 'a');
    b.hidesConfigs = true;
    const found = await listed('default');
    expect(offsetsOf(found)).toEqual(['1-1']);
    expect(found.notes).toEqual(['the settings of the topic on the target could not be read']);
  });

  test('offsets without a record are counted as such, and deleted ones are noted', async () => {
    write(a, 't', 'a', 'b', 'c', 'd');
    const log = a.log('t');
    log.start = 1n;
    log.records = log.records.filter(({ offset }) => offset === 1n || offset === 3n);
    log.end = 6n;
    write(b, 'A.t', 'a', 'b');
    const found = await listed('default');
    expect(offsetsOf(found)).toEqual(['3-3']);
    expect(found).toMatchObject({ withoutRecord: 3n, source: { start: 1n, end: 6n, records: 2n } });
    expect(found.notes).toEqual([expect.stringMatching(/^the source has deleted its records before offset 1/)]);
  });
});

test('windows of any size find the same records as one window, whatever MM2 did', async () => {
  const step = fc.record({ copies: fc.nat(12), back: fc.nat(6), jump: fc.constantFrom(0, 0, 2) });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(40),
      fc.array(step, { maxLength: 5 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 9 }),
      async (length, steps, margin, extra) => {
        const [source, target] = [new MemoryCluster('A'), new MemoryCluster('B')];
        for (let i = 0; i < length; i++) source.append('t', letter(`r${i}`));
        const copied = new Set<number>();
        let next = 0;
        for (const { copies, back, jump } of steps) {
          for (let i = 0; i < copies && next < length; i++, next++) {
            copied.add(next);
            target.append('t', letter(`r${next}`));
          }
          next = jump > 0 ? next + jump : Math.max(0, next - back);
        }
        const end = BigInt(target.log('t').records.length);
        const logs = {
          topic: 't',
          targetTopic: 't',
          partition: 0,
          source: { start: 0n, end: BigInt(length) },
          target: { start: 0n, until: end, end },
          isolation: 'read_uncommitted',
          origin: null,
        } as const;
        const size = { records: 2 * margin + extra, margin };
        const { absent } = await compareLogs(logs, source.reader(), target.reader(), () => {}, size);
        const { lost } = absent.classified({ start: 0n, compacts: false, firstCopied: null, lastOfKey: new Map() });
        const found = lost.flatMap(({ from, until }) =>
          Array.from({ length: Number(until - from) }, (_, i) => Number(from) + i),
        );
        expect(found).toEqual(Array.from({ length }, (_, i) => i).filter((i) => !copied.has(i)));
        expect(absent.records).toBe(BigInt(length));
      },
    ),
    { numRuns: propertyRuns(200) },
  );
});
