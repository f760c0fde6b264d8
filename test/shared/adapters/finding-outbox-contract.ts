import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../shared/domain/model/finding.ts';
import type { FindingEvent } from '../../../shared/domain/notify/finding-event.ts';
import { FindingAnnouncer } from '../../../shared/history/finding-announcer.ts';
import type { FindingOutbox } from '../../../shared/history/finding-outbox.ts';
import { HistoryFencedError } from '../../../shared/history/history-errors.ts';
import type { HistoryLease, SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import type { EventAnswer, FindingPublisher } from '../../../shared/ports.ts';
import { BEGIN, known, MINUTE, reportWith, skips, stopped, told } from '../domain/notify/events-fixture.ts';

/** A store of the history with its outbox, as one process opens them. */
export interface OutboxUnderTest {
  open(): { readonly history: SnapshotStore; readonly outbox: FindingOutbox };
  stop(): Promise<void>;
}

const ACCEPTED: EventAnswer = { kind: 'accepted' };

/** Findings of consecutive audits, and all that people must hear of them. */
const AUDITS: readonly (readonly Finding[])[] = [
  [stopped],
  [stopped, skips('a')],
  [skips('a')],
  [{ ...skips('a'), acknowledged: known }],
  [skips('b')],
  [],
];
const TOLD = [
  'opened MIRROR_STOPPED',
  'opened TARGET_POSITION_SKIPS a',
  'closed MIRROR_STOPPED',
  'changed TARGET_POSITION_SKIPS a',
  'closed TARGET_POSITION_SKIPS a',
  'opened TARGET_POSITION_SKIPS b',
  'closed TARGET_POSITION_SKIPS b',
];

/** What every outbox has to keep, run against the real ones. */
export function describeFindingOutbox(name: string, start: () => Promise<OutboxUnderTest>): void {
  describe(name, () => {
    let under: OutboxUnderTest;
    let names = 0;
    beforeAll(async () => {
      under = await start();
    });
    afterAll(() => under?.stop());

    async function begin(): Promise<{ readonly key: string; readonly lease: HistoryLease }> {
      const key = `a/b/flow-${names++}`;
      return { key, lease: await renewed(key, 'one') };
    }
    async function renewed(key: string, owner: string): Promise<HistoryLease> {
      const { lease } = await under.open().history.acquire(key, owner, { now: BEGIN, leaseMs: 0 });
      return lease;
    }

    /** A process with its own memory; `crash` is called before and after each of its writes and may throw. */
    function process(received: FindingEvent[], failures: string[] = [], crash: () => void = () => undefined) {
      const real = under.open().outbox;
      const around =
        <A extends unknown[], T>(run: (...args: A) => Promise<T>) =>
        async (...args: A): Promise<T> => {
          crash();
          const result = await run(...args);
          crash();
          return result;
        };
      const publish = async (events: readonly FindingEvent[]) => {
        received.push(...events);
        return events.map(() => ACCEPTED);
      };
      return new FindingAnnouncer({
        outbox: { ...real, announce: around(real.announce), delivered: around(real.delivered) },
        publisher: { publish: around(publish) },
        failed: (failure) => failures.push(failure),
      });
    }

    const audited = (findings: readonly Finding[], minute: number) =>
      ({ report: reportWith(findings), isRefused: false, at: BEGIN + minute * MINUTE, positions: 'mm2' }) as const;

    test('each change is delivered once, with its id, and leaves nothing behind', async () => {
      const { key, lease } = await begin();
      const received: FindingEvent[] = [];
      const announcer = process(received);
      for (const [minute, findings] of AUDITS.entries()) await announcer.announce(lease, audited(findings, minute));
      expect(received.map(told)).toEqual(TOLD);
      expect(new Set(received.map(({ id }) => id)).size).toBe(TOLD.length);
      expect(await under.open().outbox.pending(key, 10)).toEqual([]);
      expect((await under.open().outbox.state(key))?.open).toEqual([]);
    });

    test('GIVEN a crash before or after any write THEN nothing is lost, and repeated events keep their ids', async () => {
      let reached = true;
      for (let at = 0; reached; at++) {
        const { key, lease } = await begin();
        const received: FindingEvent[] = [];
        let steps = 0;
        reached = false;
        const dying = () => {
          if (steps++ === at) {
            reached = true;
            throw new Error('killed');
          }
        };
        let announcer = process(received, [], dying);
        let minute = 0;
        for (const findings of AUDITS) {
          const before: boolean = reached;
          await announcer.announce(lease, audited(findings, minute++));
          if (reached === before) continue;
          // Another process begins with what is stored, and audits again.
          announcer = process(received);
          await announcer.announce(await renewed(key, 'one'), audited(findings, minute++));
        }
        await announcer.announce(lease, audited([], minute++));
        const unique = new Map(received.map((event) => [event.id, event]));
        expect([at, [...unique.values()].map(told).sort()]).toEqual([at, [...TOLD].sort()]);
        for (const event of received) expect(event).toEqual(unique.get(event.id));
        expect(await under.open().outbox.pending(key, 10)).toEqual([]);
      }
    });

    test('GIVEN a poisoned event THEN the others are delivered, it stays and is reported, and goes once it is accepted', async () => {
      const { key, lease } = await begin();
      const received: FindingEvent[] = [];
      const failures: string[] = [];
      let isPoisoned = true;
      const publisher: FindingPublisher = {
        publish: async (events) =>
          events.map((event): EventAnswer => {
            if (isPoisoned && event.finding.code === 'MIRROR_STOPPED') return { kind: 'refused', reason: 'Malformed' };
            received.push(event);
            return ACCEPTED;
          }),
      };
      const { outbox } = under.open();
      const announcer = new FindingAnnouncer({ outbox, publisher, failed: (failure) => failures.push(failure) });
      await announcer.announce(lease, audited([stopped, skips('a')], 0));
      await announcer.announce(lease, audited([stopped, skips('b')], 1));
      expect(received.map(told).sort()).toEqual([
        'closed TARGET_POSITION_SKIPS a',
        'opened TARGET_POSITION_SKIPS a',
        'opened TARGET_POSITION_SKIPS b',
      ]);
      expect(failures).toEqual(Array(2).fill('1 event of findings was not delivered: Malformed'));
      expect((await outbox.pending(key, 10)).map((event) => event && told(event))).toEqual(['opened MIRROR_STOPPED']);
      isPoisoned = false;
      await announcer.announce(lease, audited([stopped, skips('b')], 2));
      expect(received.map(told).at(-1)).toBe('opened MIRROR_STOPPED');
      expect(await outbox.pending(key, 10)).toEqual([]);
    });

    test('GIVEN two overlapping writers THEN the fenced one announces nothing', async () => {
      const { key, lease } = await begin();
      const received: FindingEvent[] = [];
      const failures: string[] = [];
      const first = process(received, failures);
      await first.announce(lease, audited([stopped], 0));
      const other = await renewed(key, 'two');
      await first.announce(lease, audited([], 1));
      expect(received.map(told)).toEqual(['opened MIRROR_STOPPED']);
      expect(failures).toHaveLength(1);
      await process(received).announce(other, audited([], 2));
      expect(received.map(told)).toEqual(['opened MIRROR_STOPPED', 'closed MIRROR_STOPPED']);
      const announcement = { open: [], events: [] };
      await expect(under.open().outbox.announce(other, null, announcement)).rejects.toThrow(HistoryFencedError);
    });

    test('a full announcement is stored at once, and pending is limited and oldest first', async () => {
      const { key, lease } = await begin();
      const received: FindingEvent[] = [];
      const many = Array.from({ length: 100 }, (_, i) => skips(`g${i}`));
      const { outbox } = under.open();
      const silent: FindingPublisher = {
        publish: async (events) => events.map(() => ({ kind: 'refused', reason: 'down' })),
      };
      const announcer = new FindingAnnouncer({ outbox, publisher: silent, failed: () => undefined });
      await announcer.announce(lease, audited(many, 0));
      await announcer.announce(lease, audited(many, 1));
      expect((await outbox.pending(key, 90)).map((event) => event?.at)).toEqual([
        ...Array(80).fill(BEGIN),
        ...Array(10).fill(BEGIN + MINUTE),
      ]);
      await process(received).announce(lease, audited(many, 2));
      expect(received).toHaveLength(100);
      expect(await outbox.pending(key, 10)).toEqual([]);
    });
  });
}
