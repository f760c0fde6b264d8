import { describe, expect, test } from '@jest/globals';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import {
  type Replication,
  type ReplicationEvidence,
  replicationOf,
} from '../../../../shared/domain/mirror/replication.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';

interface Case {
  readonly source: readonly [start: bigint, highWatermark: bigint, lastStableOffset?: bigint];
  readonly target: readonly [start: bigint, end: bigint];
  readonly syncs: readonly (readonly [upstream: bigint, downstream: bigint])[];
  readonly connect?: bigint;
  readonly evidence?: Partial<ReplicationEvidence>;
  readonly exactlyOnce?: boolean;
}

function replicate({ source, target, syncs, connect, evidence, exactlyOnce = false }: Case): Replication {
  const [start, highWatermark, lastStableOffset = highWatermark] = source;
  const history = SyncHistory.of(
    syncs.map(([upstream, downstream], i) => ({
      timestamp: 1000n + BigInt(i),
      upstream,
      downstream,
    })),
  );
  return replicationOf({
    source: { start, highWatermark, lastStableOffset },
    mapping:
      syncs.length === 0
        ? null
        : new PartitionMapping({
            history,
            target: { start: target[0], end: target[1] },
            sourceEnd: highWatermark,
            exactlyOnce,
          }),
    history,
    connect: connect === undefined ? null : { offset: connect, timestamp: 1500n },
    nothingYet: target[1] === 0n && syncs.length === 0,
    isolation: 'read_uncommitted',
    recreatedSince: null,
    sourceCut: false,
    reckoning: 'unchecked',
    waiting: null,
    ...evidence,
  });
}

const known = (records: bigint) => ({ kind: 'known', records, basis: expect.any(String) });

/** Every row of the table of real MM2's behaviour: what the formulas say, and what is so. */
describe('lag', () => {
  test('caught up under a flush interval of 60 s: the newest sync trails, the records are there', () => {
    const at = {
      source: [0n, 500n],
      target: [0n, 500n],
      syncs: [
        [0n, 0n],
        [404n, 404n],
      ],
      connect: 404n,
    } as const;
    expect(replicate(at).lag).toEqual({ kind: 'known', records: 0n, basis: 'estimated' });
    expect(replicate({ ...at, evidence: { reckoning: 'confirmed' } }).lag).toEqual({
      kind: 'known',
      records: 0n,
      basis: 'proven',
    });
    expect(replicate({ ...at, evidence: { reckoning: 'refuted' } }).lag).toEqual({
      kind: 'known',
      records: 95n,
      basis: 'proven',
    });
  });

  test('MM2 stopped: what is behind waits', () => {
    const { lag, replicatedTo } = replicate({
      source: [0n, 1200n],
      target: [0n, 500n],
      syncs: [[499n, 499n]],
      connect: 499n,
    });
    expect(lag).toEqual({ kind: 'known', records: 700n, basis: 'proven' });
    expect(replicatedTo).toBe(500n);
  });

  test('a trailing transaction marker waits for nobody, once it was looked at', () => {
    const at = {
      source: [0n, 104n],
      target: [0n, 100n],
      syncs: [
        [78n, 75n],
        [102n, 99n],
      ],
      connect: 102n,
    } as const;
    expect(replicate(at).lag).toEqual(known(1n));
    const waiting = { from: 103n, peek: { record: null, scannedTo: 104n, abortedTransactions: [] } };
    expect(replicate({ ...at, evidence: { waiting } }).lag).toEqual({ kind: 'known', records: 0n, basis: 'proven' });
  });

  test('an open transaction: nothing behind the last stable offset is on the target, and all of it counts', () => {
    const at = { source: [0n, 61n, 31n], target: [0n, 30n], syncs: [[29n, 29n]], connect: 29n } as const;
    const committed = replicate({ ...at, evidence: { isolation: 'read_committed' } });
    expect(committed.lag).toEqual({ kind: 'known', records: 31n, basis: 'estimated' });
    expect(committed.readableEnd).toBe(31n);
    expect(replicate(at).lag).toEqual({ kind: 'known', records: 31n, basis: 'proven' });
    // Whoever is past the last stable offset does not read committed records only, whatever the configuration says.
    const past = { ...at, target: [0n, 60n], syncs: [[60n, 59n]], connect: 60n } as const;
    expect(replicate({ ...past, evidence: { isolation: 'read_committed' } }).lag).toEqual(known(0n));
  });

  test.each([
    ['loss', 600n, 700n, 100n, 300n],
    ['retention', 700n, 710n, 10n, 400n],
    ['all', 700n, 700n, 0n, 400n],
  ] as const)(
    'truncated beyond the mirror (%s): deleted records do not wait, they are lost',
    (_, start, end, waits, lost) => {
      const { lag, deletedBefore } = replicate({
        source: [start, end],
        target: [0n, 300n],
        syncs: [[299n, 299n]],
        connect: 299n,
      });
      expect(lag).toEqual(known(waits));
      expect(deletedBefore).toBe(lost);
    },
  );

  test('source regrown below, MM2 stopped: never negative, all of the new log waits', () => {
    const { lag, sourceShorter } = replicate({
      source: [0n, 200n],
      target: [0n, 500n],
      syncs: [[499n, 499n]],
      connect: 499n,
    });
    expect(lag).toEqual({ kind: 'known', records: 200n, basis: 'estimated' });
    expect(sourceShorter).toBe(true);
  });

  test("source regrown below, mirrored again: the newer sync counts, not Connect's stale offset", () => {
    const syncs = [
      [0n, 0n],
      [499n, 499n],
      [0n, 500n],
      [199n, 699n],
    ] as const;
    expect(replicate({ source: [0n, 200n], target: [0n, 700n], syncs, connect: 499n }).lag).toEqual(known(0n));
  });

  test('target recreated: nothing waits, for MM2 will not bring it again', () => {
    expect(replicate({ source: [0n, 400n], target: [0n, 0n], syncs: [[399n, 399n]], connect: 399n }).lag).toEqual(
      known(0n),
    );
    const busy = {
      source: [0n, 500n],
      target: [0n, 100n],
      syncs: [
        [399n, 399n],
        [400n, 0n],
        [499n, 99n],
      ],
      connect: 499n,
    } as const;
    expect(replicate(busy).lag).toEqual(known(0n));
  });

  test('foreign records on the target do not hide lag', () => {
    const syncs = [
      [299n, 299n],
      [300n, 370n],
      [359n, 429n],
    ] as const;
    // 30 more foreign ones, while 60 source records wait: counting the target would say 30.
    expect(replicate({ source: [0n, 420n], target: [0n, 460n], syncs, connect: 359n }).lag).toEqual(known(60n));
    expect(replicate({ source: [0n, 300n], target: [0n, 370n], syncs: [[299n, 299n]], connect: 299n }).lag).toEqual(
      known(0n),
    );
  });

  test("an exactly-once MM2's markers on the target are no progress", () => {
    const at = {
      source: [0n, 300n],
      target: [0n, 301n],
      syncs: [[299n, 299n]],
      connect: 299n,
      exactlyOnce: true,
    } as const;
    expect(replicate(at).lag).toEqual({ kind: 'known', records: 0n, basis: 'proven' });
  });

  test("without offset syncs Connect's offset is enough", () => {
    expect(replicate({ source: [0n, 500n], target: [0n, 400n], syncs: [], connect: 399n }).lag).toEqual({
      kind: 'known',
      records: 100n,
      basis: 'proven',
    });
  });

  test('with neither, and records on the target, it is unknown and not 0', () => {
    expect(replicate({ source: [0n, 500n], target: [0n, 400n], syncs: [] }).lag.kind).toBe('unknown');
  });

  test('a partition that MM2 has not begun with waits as a whole', () => {
    expect(replicate({ source: [0n, 150n], target: [0n, 0n], syncs: [] }).lag).toEqual(known(150n));
  });
});
