import { beforeEach, describe, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteFindingOutbox } from '../../../shared/adapters/sqlite/sqlite-finding-outbox.ts';
import { createSqliteSnapshotStore } from '../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { HistoryState } from '../../../shared/domain/history/history-state.ts';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';
import type { FindingEvent } from '../../../shared/domain/notify/finding-event.ts';
import { FindingAnnouncer } from '../../../shared/history/finding-announcer.ts';
import {
  type FlowClusters,
  type HistoryStore,
  historyBetween,
  lineageKey,
  newestHistory,
} from '../../../shared/history/history-lineage.ts';
import { HistoryRecorder } from '../../../shared/history/history-recorder.ts';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import { finding } from '../../cli/verbs/sample-report.ts';
import { flowFixture } from '../domain/model/flow-fixture.ts';
import { reportWith, stopped, told } from '../domain/notify/events-fixture.ts';
import { BEGIN, end, MINUTE } from './recorded-flow.ts';

const FLOW = 'A->B';
const OLD = { source: 'old', target: 'b' };
const NEW = { source: 'new', target: 'b' };
const SOURCE_DOWN = { source: null, target: 'b' };

const accessRefused = finding({ code: 'ACCESS_REFUSED', severity: 'critical', subject: { cluster: 'A' } });

describe('the history of a flow is that of its two clusters', () => {
  let database: ReturnType<typeof openHistoryDatabase>;
  let store: HistoryStore;
  let recorder: HistoryRecorder;
  let now: number;

  beforeEach(() => {
    now = BEGIN;
    database = openHistoryDatabase(':memory:');
    store = createSqliteSnapshotStore(database);
    recorder = process('one');
  });

  function process(owner: string): HistoryRecorder {
    return new HistoryRecorder({
      store,
      owner,
      retention: DEFAULT_RETENTION,
      leaseMs: MINUTE + 1,
      clock: { now: () => now },
    });
  }

  /** One audit a minute after the last one, which finds the log's end; returns what it knew before. */
  async function audit(clusters: FlowClusters, found: bigint, by = recorder): Promise<bigint | null | undefined> {
    now += MINUTE;
    const { known, record } = await by.open(flowFixture(), clusters);
    const state = known?.state.next(now) ?? new HistoryState(now);
    const before = known?.state.get(end());
    state.set(end(), found);
    Object.assign(state.readAt, { source: now, target: now });
    const { failure } = await record(state);
    if (failure !== null) throw new Error(failure);
    return before;
  }

  const endIn = async (history: SnapshotStore) => (await readStateAsOf(history, FLOW, now, now))?.state.get(end());

  test('GIVEN a source that was replaced THEN the audit knows nothing of the old one, and finds it again later', async () => {
    expect(await audit(OLD, 100n)).toBeUndefined();
    expect(await audit(OLD, 200n)).toBe(100n);
    expect(await audit(NEW, 7n)).toBeUndefined();
    expect(await audit(NEW, 8n)).toBe(7n);
    expect(await audit(OLD, 300n)).toBe(200n);
  });

  test('GIVEN a source that is down THEN the audit continues the history of the clusters that were used last', async () => {
    await audit(OLD, 100n);
    await audit(NEW, 7n);
    expect(await audit(SOURCE_DOWN, 7n)).toBe(7n);
    await recorder.release();
    expect(await audit(SOURCE_DOWN, 9n, process('another'))).toBe(7n);
  });

  test('GIVEN a flow that was never seen with both clusters THEN the audit says that it is not stored, and why', async () => {
    await expect(audit(SOURCE_DOWN, 1n)).rejects.toThrow(/needs the ids of both clusters/);
    expect(await store.lineages(FLOW)).toEqual([]);
  });

  test('readers get the history of the clusters that were used last, or of the clusters that they name', async () => {
    await audit(OLD, 100n);
    await audit(NEW, 7n);
    expect(await endIn(newestHistory(store))).toBe(7n);
    expect(await endIn(historyBetween(store, OLD))).toBe(100n);
    expect(await endIn(historyBetween(store, SOURCE_DOWN))).toBe(7n);
    expect(await endIn(historyBetween(store, { source: 'third', target: 'b' }))).toBeUndefined();
    await audit(OLD, 100n);
    await recorder.release();
    await audit(OLD, 101n, process('another'));
    expect(await endIn(newestHistory(store))).toBe(101n);
  });

  test('another process records the flow: the error names the flow, not its key', async () => {
    await audit(OLD, 100n);
    const terms = { now, leaseMs: MINUTE };
    await expect(newestHistory(store).acquire(FLOW, 'another', terms)).rejects.toThrow(
      'another process records A->B until',
    );
  });

  const audited = { report: reportWith([stopped]), isRefused: false, at: BEGIN, positions: 'mm2' } as const;
  const refused = { ...audited, report: reportWith([accessRefused]), isRefused: true } as const;
  const UNKNOWN = { source: null, target: null };

  function announcing(owner: string, received: FindingEvent[], isAccepted = () => true): HistoryRecorder {
    return new HistoryRecorder({
      store,
      owner,
      retention: DEFAULT_RETENTION,
      leaseMs: MINUTE + 1,
      clock: { now: () => now },
      announcer: new FindingAnnouncer({
        outbox: createSqliteFindingOutbox(database),
        failed: (failure) => {
          if (isAccepted()) throw new Error(failure);
        },
        publisher: {
          publish: async (events) => {
            if (!isAccepted()) return events.map(() => ({ kind: 'refused', reason: 'the bus is away' }));
            received.push(...events);
            return events.map(() => ({ kind: 'accepted' }));
          },
        },
      }),
    });
  }

  test('findings are announced only by a recorder that has an announcer, and by the process that holds the lease', async () => {
    const received: FindingEvent[] = [];
    const [first, second] = [announcing('first', received), announcing('second', received)];
    expect([recorder.announces, first.announces]).toEqual([false, true]);
    expect((await recorder.open(flowFixture(), OLD)).announce).toBeUndefined();
    await recorder.release();
    await (await first.open(flowFixture(), OLD)).announce?.({ ...audited, at: now });
    expect((await second.open(flowFixture(), OLD)).announce).toBeUndefined();
    // A flow whose cluster refuses the password: its ids are not known, its findings are those of the last lineage.
    await (await first.open(flowFixture(), UNKNOWN)).announce?.({ ...refused, at: now + MINUTE });
    expect(received.map(told)).toEqual(['opened MIRROR_STOPPED', 'opened ACCESS_REFUSED']);
  });

  test('GIVEN a flow that is refused from its first audit on THEN that is announced once, and closes with the first audit that reaches both clusters', async () => {
    const received: FindingEvent[] = [];
    const first = announcing('first', received);
    for (let minute = 0; minute < 5; minute++) {
      now += MINUTE;
      const { known, record, announce } = await first.open(flowFixture(), minute === 2 ? SOURCE_DOWN : UNKNOWN);
      expect(known).toBeNull();
      await announce?.({ ...refused, at: now });
      expect(await record(new HistoryState(now))).toMatchObject({ failure: expect.stringContaining('ids of both') });
      // Another process must not announce it, too.
      expect((await announcing('second', received).open(flowFixture(), UNKNOWN)).announce).toBeUndefined();
    }
    expect(received.map(told)).toEqual(['opened ACCESS_REFUSED']);
    expect(await store.lineages(FLOW)).toEqual([]);

    await first.release();
    now += MINUTE;
    const third = announcing('third', received);
    await (await third.open(flowFixture(), OLD)).announce?.({ ...audited, at: now });
    // Those of one audit come in any order.
    expect(received.slice(1).map(told).sort()).toEqual(['closed ACCESS_REFUSED', 'opened MIRROR_STOPPED']);
    expect(received.filter(({ findingId }) => findingId === received[0]?.findingId)).toHaveLength(2);

    // Other clusters under these names have nothing to do with it.
    now += MINUTE;
    await (await third.open(flowFixture(), NEW)).announce?.({ ...audited, at: now });
    expect(received.slice(3).map(told)).toEqual(['opened MIRROR_STOPPED']);
  });

  test('GIVEN that the event of such a refusal could not be delivered in time THEN the process that reaches both clusters delivers it first', async () => {
    const received: FindingEvent[] = [];
    const first = announcing('first', received, () => false);
    await (await first.open(flowFixture(), UNKNOWN)).announce?.({ ...refused, at: now });
    now += MINUTE;
    await (await announcing('second', received).open(flowFixture(), OLD)).announce?.({ ...audited, at: now });
    expect(received.map(told)[0]).toBe('opened ACCESS_REFUSED');
    expect(received.slice(1).map(told).sort()).toEqual(['closed ACCESS_REFUSED', 'opened MIRROR_STOPPED']);
  });

  test('no two lineages have the same key', () => {
    const keys = [
      lineageKey('A->B', { source: 'a/b', target: 'c' }),
      lineageKey('A->B', { source: 'a', target: 'b/c' }),
      lineageKey('c/A->B', { source: 'a', target: 'b' }),
      lineageKey('A->B', { source: 'a', target: 'b' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
