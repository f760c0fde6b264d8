import { describe, expect, test } from '@jest/globals';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import {
  type Replication,
  type ReplicationEvidence,
  reckonedEnd,
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
    targetEnd: target[1],
    isolation: 'read_uncommitted',
    inTransactions: exactlyOnce,
    first: null,
    mayBeRecreated: false,
    sourceCutAt: null,
    syncsMayLack: false,
    cutOffs: [],
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
    const { lag, replicatedTo, deletedBefore } = replicate({
      source: [0n, 1200n],
      target: [0n, 500n],
      syncs: [[499n, 499n]],
      connect: 499n,
    });
    expect(lag).toEqual({ kind: 'known', records: 700n, basis: 'proven' });
    expect([replicatedTo, deletedBefore]).toEqual([500n, 0n]);
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
    const at = { source: [0n, 500n], target: [0n, 400n], syncs: [], connect: 399n } as const;
    expect(replicate(at)).toMatchObject({ lag: { kind: 'known', records: 100n, basis: 'proven' }, holes: [] });
  });

  test('without offset syncs nothing shows what MM2 jumped over: the length of the target log bounds it', () => {
    const jumped = { source: [0n, 500n], target: [0n, 300n], syncs: [], connect: 399n } as const;
    expect(replicate(jumped).holes).toMatchObject([{ kind: 'anywhere', from: 0n, until: 400n, offsets: 100n }]);
    expect(replicate({ ...jumped, evidence: { targetEnd: null } }).holes).toEqual([]);
  });

  test('with neither, and records on the target, it is unknown and not 0', () => {
    expect(replicate({ source: [0n, 500n], target: [0n, 400n], syncs: [] }).lag.kind).toBe('unknown');
  });

  test('a partition that MM2 has not begun with waits as a whole', () => {
    expect(replicate({ source: [0n, 150n], target: [0n, 0n], syncs: [] }).lag).toEqual(known(150n));
  });
});

/** Where MM2 stands and what it lacks, by which acknowledgement. */
describe('which acknowledgement counts', () => {
  const steady = [
    [0n, 0n],
    [99n, 99n],
  ] as const;
  const to = (of: Case) => {
    const { replicatedTo, lag } = replicate(of);
    return [replicatedTo, lag.kind === 'known' ? lag.basis : lag.kind];
  };

  test('the further one of newest sync and Connect', () => {
    expect(to({ source: [0n, 200n], target: [0n, 100n], syncs: steady, connect: 49n })).toEqual([100n, 'proven']);
    expect(to({ source: [0n, 200n], target: [0n, 100n], syncs: steady, connect: 119n })).toEqual([120n, 'proven']);
    expect(to({ source: [0n, 200n], target: [0n, 100n], syncs: steady, connect: 99n })).toEqual([100n, 'proven']);
    expect(to({ source: [0n, 200n], target: [0n, 100n], syncs: steady, connect: 100n })).toEqual([101n, 'proven']);
  });

  test('also where the target could not be read, so that nothing else is known of it', () => {
    const of = (offset: bigint, timestamp: bigint, more: Partial<ReplicationEvidence> = {}): Case => ({
      source: [0n, 200n],
      target: [0n, 100n],
      syncs: steady,
      evidence: { mapping: null, targetEnd: null, connect: { offset, timestamp }, ...more },
    });
    expect(to(of(49n, 1_500n))).toEqual([100n, 'estimated']);
    expect(to(of(150n, 1_000n))).toEqual([151n, 'estimated']);
    expect(to(of(150n, 1_500n, { sourceCutAt: 200n }))).toEqual([151n, 'estimated']);
  });

  test('a restart that MM2 has begun since overtakes what Connect committed before', () => {
    // Syncs are of 1000 and on, Connect's commit of 1500.
    const back = {
      syncs: [
        [0n, 0n],
        [99n, 99n],
        [20n, 100n],
      ],
      target: [0n, 101n],
      source: [0n, 300n],
    } as const;
    const connect = (offset: bigint, timestamp: bigint) => ({ connect: { offset, timestamp } });
    // The target holds 0 to 99 once already: what MM2 writes again is no lag.
    expect(to({ ...back, evidence: connect(99n, 1_001n) })).toEqual([100n, 'proven']);
    expect(to({ ...back, evidence: connect(99n, 1_002n) })).toEqual([100n, 'proven']);
    expect(to({ ...back, evidence: connect(150n, 1_001n) })).toEqual([151n, 'proven']);
    // What it jumped over before is not on the target until it has come there again.
    const jumped = {
      syncs: [
        [0n, 0n],
        [100n, 50n],
        [199n, 149n],
        [20n, 150n],
      ],
      target: [0n, 151n],
      source: [0n, 300n],
    } as const;
    expect(to({ ...jumped, evidence: connect(199n, 1_002n) })).toEqual([21n, 'proven']);
    expect(to({ ...jumped, evidence: connect(199n, 1_003n) })).toEqual([200n, 'proven']);
    const anew = {
      syncs: [
        [500n, 0n],
        [20n, 1n],
        [30n, 0n],
      ],
      target: [0n, 1n],
      source: [0n, 600n],
    } as const;
    expect(to({ ...anew, evidence: connect(500n, 1_001n) })).toEqual([31n, 'proven']);
    expect(to({ ...anew, evidence: connect(500n, 1_002n) })).toEqual([501n, 'proven']);
    expect(to({ ...anew, evidence: connect(30n, 1_001n) })).toEqual([31n, 'proven']);
  });

  test("what Connect committed before the present topic's first record is of the one before", () => {
    const of = (timestamp: bigint, syncs: Case['syncs'] = steady): Case => ({
      source: [0n, 300n],
      target: [0n, 100n],
      syncs,
      evidence: {
        connect: { offset: 200n, timestamp },
        first: { offset: 0n, timestamp: 1_500n },
        mayBeRecreated: true,
      },
    });
    expect(to(of(1_500n))).toEqual([201n, 'proven']);
    // Unless the producers' clocks are ahead.
    expect(to(of(1_499n))).toEqual([100n, 'estimated']);
    expect(replicate(of(1_499n)).perhapsTo).toBe(201n);
    expect(replicate(of(1_500n)).perhapsTo).toBeNull();
    // Without any other sign: it is about the record there or a later one, and that was not written yet.
    const alone = of(1_499n);
    const unsuspected = { ...alone.evidence, mayBeRecreated: false };
    expect(to({ ...alone, evidence: unsuspected })).toEqual([100n, 'estimated']);
    // What retention has deleted since was older.
    const trimmed = { ...unsuspected, first: { offset: 201n, timestamp: 1_500n } };
    expect(to({ ...alone, source: [201n, 300n], evidence: trimmed })).toEqual([201n, 'proven']);
    // MM2 does not notice: without any other acknowledgement it goes on from there.
    expect(to({ ...of(1_499n, []), target: [0n, 0n] })).toEqual([201n, 'proven']);
  });

  test('a read_committed mirror that is past the last stable offset reads to the end', () => {
    const of = (sync: bigint): Case => ({
      source: [0n, 300n, 120n],
      target: [0n, sync + 1n],
      syncs: [
        [0n, 0n],
        [sync, sync],
      ],
      evidence: { isolation: 'read_committed' },
    });
    expect([replicate(of(119n)).readableEnd, replicate(of(120n)).readableEnd]).toEqual([120n, 300n]);
    expect([to(of(119n)), to(of(120n))]).toEqual([
      [120n, 'estimated'],
      [121n, 'proven'],
    ]);
    expect(replicate({ ...of(99n), syncs: [], target: [0n, 0n] }).readableEnd).toBe(120n);
  });
});

describe('a source log that was cut', () => {
  // Its end is where it was cut.
  const cut = { sourceCutAt: 10_000n } as const;
  const syncs = [
    [0n, 0n],
    [99n, 99n],
  ] as const;

  test('waits from where the target covers it, whatever MM2 acknowledged', () => {
    const of = (end: bigint, connect = 99n): Case => ({
      source: [0n, end],
      target: [0n, 100n],
      syncs,
      connect,
      evidence: cut,
    });
    expect(replicate(of(150n))).toMatchObject({
      replicatedTo: 100n,
      lag: { kind: 'known', records: 50n, basis: 'estimated' },
      deletedBefore: 0n,
    });
    expect(replicate(of(100n))).toMatchObject({ replicatedTo: 100n, lag: { records: 0n } });
  });

  test('and not beyond the cut, where the log has grown again', () => {
    const of: Case = { source: [0n, 150n], target: [0n, 100n], syncs, connect: 99n, evidence: { sourceCutAt: 60n } };
    expect(replicate(of)).toMatchObject({ replicatedTo: 60n, lag: { records: 90n } });
  });

  test('and not beyond its end, where the target has more', () => {
    const of: Case = { source: [0n, 120n], target: [0n, 180n], syncs, connect: 99n, evidence: cut };
    expect(replicate(of)).toMatchObject({ replicatedTo: 120n, lag: { records: 0n } });
  });

  test('lacks what lies before that without counterpart, and nothing behind it', () => {
    const gap = [
      [0n, 0n],
      [50n, 40n],
      [99n, 89n],
    ] as const;
    const of = (connect: bigint): Case => ({
      source: [0n, 300n],
      target: [0n, 90n],
      syncs: gap,
      connect,
      evidence: cut,
    });
    expect(replicate(of(99n)).holes.map(({ from, until }) => [from, until])).toEqual([[1n, 50n]]);
    const early: Case = {
      ...of(20n),
      syncs: [
        [0n, 0n],
        [50n, 1n],
        [20n, 2n],
      ],
      target: [0n, 3n],
    };
    expect(replicate(early)).toMatchObject({
      replicatedTo: 21n,
      holes: [{ from: 1n, until: 21n, offsets: 20n, least: 19n }],
    });
    const behind: Case = {
      source: [0n, 300n],
      target: [0n, 100n],
      syncs,
      connect: 119n,
      evidence: cut,
    };
    expect(replicate(behind).holes.map(({ from, until }) => [from, until])).toEqual([[100n, 120n]]);
  });
});

describe('while MM2 writes records again', () => {
  test('what it brought before is there: the lag counts from what both runs cover', () => {
    const of = (syncs: Case['syncs'], targetEnd: bigint, end = 300n): Case => ({
      source: [0n, end],
      target: [0n, targetEnd],
      syncs,
    });
    expect(
      replicate(
        of(
          [
            [0n, 0n],
            [199n, 199n],
            [100n, 200n],
          ],
          201n,
        ),
      ).replicatedTo,
    ).toBe(200n);
    expect(
      replicate(
        of(
          [
            [0n, 0n],
            [199n, 199n],
            [100n, 200n],
            [150n, 250n],
          ],
          251n,
        ),
      ).replicatedTo,
    ).toBe(200n);
    // A gap between the two runs: no sync shows what of it is there.
    expect(
      replicate(
        of(
          [
            [0n, 0n],
            [100n, 50n],
            [199n, 149n],
            [20n, 150n],
          ],
          151n,
        ),
      ).replicatedTo,
    ).toBe(21n);
    expect(
      replicate(
        of(
          [
            [0n, 0n],
            [199n, 199n],
            [100n, 200n],
            [220n, 320n],
          ],
          321n,
        ),
      ).replicatedTo,
    ).toBe(221n);
  });
});

describe('while MM2 writes records again, not yet back where it was', () => {
  const of = (last: bigint, targetEnd: bigint, more: Partial<ReplicationEvidence> = {}): Replication =>
    replicate({
      source: [0n, 300n],
      target: [0n, targetEnd],
      syncs: [
        [0n, 0n],
        [199n, 199n],
        [last, 200n],
      ],
      evidence: more,
    });

  test('it is as far as it was, be it one record short of that', () => {
    expect(of(198n, 201n)).toMatchObject({ replicatedTo: 200n, lag: { records: 100n, basis: 'proven' } });
  });

  test('what stands behind the newest sync is no more than that', () => {
    expect(of(100n, 330n, { reckoning: 'refuted' })).toMatchObject({
      replicatedTo: 200n,
      lag: { records: 100n, basis: 'proven' },
    });
  });

  test("nor is it reckoned from the target's end", () => {
    expect(of(100n, 320n)).toMatchObject({ replicatedTo: 200n, lag: { records: 100n, basis: 'proven' } });
  });

  test('what it jumped over farther on than it is now waits, and the rest is a hole', () => {
    const jumped = replicate({
      source: [0n, 300n],
      target: [0n, 3n],
      syncs: [
        [0n, 0n],
        [100n, 1n],
        [20n, 2n],
      ],
    });
    expect(jumped).toMatchObject({ replicatedTo: 21n, holes: [{ from: 1n, until: 21n, offsets: 20n, least: 19n }] });
  });
});

describe('what a look at the waiting record tells', () => {
  const at = { source: [0n, 200n], target: [0n, 100n], syncs: [[99n, 99n]], connect: 99n } as const;
  const look = (from: bigint, record: bigint | null, scannedTo: bigint, timestamp = 7n) => ({
    waiting: {
      from,
      peek: {
        record: record === null ? null : { offset: record, timestamp, key: null, value: null, headers: [] },
        scannedTo,
        abortedTransactions: [],
      },
    },
  });
  const told = (evidence: Partial<ReplicationEvidence>) => {
    const { replicatedTo, lag, waitingSince } = replicate({ ...at, evidence });
    return [replicatedTo, lag.kind === 'known' ? lag.records : null, waitingSince];
  };

  test.each<[string, Partial<ReplicationEvidence>, readonly unknown[]]>([
    ['a record that waits', look(100n, 100n, 101n), [100n, 100n, 7n]],
    ['one behind markers', look(100n, 110n, 111n), [110n, 90n, 7n]],
    ['nothing up to the end', look(100n, null, 200n), [200n, 0n, null]],
    ['nothing as far as it looked', look(100n, null, 199n), [199n, 1n, null]],
    ['a look from elsewhere', look(101n, 110n, 111n), [100n, 100n, null]],
    ['a record without time', look(100n, 100n, 101n, -1n), [100n, 100n, null]],
    ['a record of the very begin of time', look(100n, 100n, 101n, 0n), [100n, 100n, 0n]],
  ])('%s', (_, evidence, expected) => {
    expect(told(evidence)).toEqual(expected);
  });

  test('nothing in a log that ends earlier than what MM2 has read: then none waits for certain', () => {
    const shorter: Case = { source: [0n, 3n], target: [0n, 4n], syncs: [], connect: 5n };
    expect(replicate(shorter).lag).toEqual({ kind: 'known', records: 3n, basis: 'estimated' });
    expect(replicate({ ...shorter, evidence: look(0n, null, 3n) })).toMatchObject({
      replicatedTo: 3n,
      lag: { kind: 'known', records: 0n, basis: 'proven' },
    });
  });
});

describe('where MM2 may have acknowledged more than the syncs that are left say', () => {
  /** A partition mirrored to 100 by its syncs; those that followed are void if `holeBehind`. */
  const basis = (targetEnd: bigint, more: Partial<ReplicationEvidence>, holeBehind = true) => {
    const history = SyncHistory.of([{ timestamp: 1_000n, upstream: 99n, downstream: 99n }]);
    if (holeBehind) history.breakBeforeNext('hole');
    const mapping = new PartitionMapping({ history, target: { start: 0n, end: targetEnd }, sourceEnd: 300n });
    const evidence = { mapping, history, reckoning: 'refuted', ...more } as const;
    const { lag } = replicate({ source: [0n, 300n], target: [0n, targetEnd], syncs: [], evidence });
    return lag.kind === 'known' ? lag.basis : lag.kind;
  };
  const connect = { offset: 99n, timestamp: 1_500n };

  test.each<[string, 'proven' | 'estimated', ...Parameters<typeof basis>]>([
    ['no sync is void', 'proven', 101n, {}, false],
    ['syncs are void, and Connect says nothing', 'estimated', 100n, {}],
    ['syncs are void, and the target has more than Connect says', 'estimated', 101n, { connect }],
    ['syncs are void, and the target has as much as Connect says', 'proven', 100n, { connect }],
    ['the syncs are those of an earlier audit', 'estimated', 100n, { syncsMayLack: true }, false],
  ])('%s: %s', (_, expected, ...of) => expect(basis(...of)).toBe(expected));
});

test('where no sync is about the present logs, nothing is reckoned from them', () => {
  const history = SyncHistory.of([{ timestamp: 1_000n, upstream: 99n, downstream: 99n }]);
  const shortened = new PartitionMapping({ history, target: { start: 0n, end: 50n } });
  expect(reckonedEnd(shortened, 300n)).toBeNull();
});
