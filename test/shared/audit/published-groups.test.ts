import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GroupPlaces, GroupPlacesStore } from '../../../shared/audit/group-places-store.ts';
import { projectMetrics } from '../../../shared/audit/project-metrics.ts';
import { PublishedGroups } from '../../../shared/audit/published-groups.ts';
import type { FlowReport, GroupReport } from '../../../shared/domain/model/report.ts';
import { propertyRuns } from '../../property-runs.ts';

const BEGIN = Date.UTC(2026, 10, 20, 10, 0, 0);
const MINUTE = 60_000;

function group(name: string, skips: number, rereads: number): GroupReport {
  const cost = { kind: 'known', rereadAtMost: BigInt(rereads), skipAtMost: BigInt(skips) } as const;
  return {
    group: name,
    topic: 'orders',
    partition: 0,
    committed: 5n,
    commitCheckedAt: BEGIN,
    mm2: { kind: 'at', position: 5n, from: 'checkpoint', cost },
    tidemark: { kind: 'unknown', reason: 'no offset sync' },
  };
}

const flow = (groups: readonly GroupReport[]): FlowReport => ({
  flow: 'A->B',
  verdict: 'ready',
  reasons: [],
  loss: { kind: 'known', records: 0n, seconds: 0, basis: 'proven' },
  partitions: [],
  groups,
  findings: [],
  suppressed: [],
  unread: [],
  snapshot: null,
});

/** A store that answers unless `fails` says otherwise. A write that fails may have been stored. */
function memoryStore(fails: () => 'no' | 'lost' | 'stored' = () => 'no') {
  const kept = new Map<string, GroupPlaces>();
  const writes: GroupPlaces[] = [];
  const store: GroupPlacesStore = {
    async read(name) {
      if (fails() !== 'no') throw new Error('no answer');
      return kept.get(name) ?? null;
    },
    async write(name, places) {
      const failure = fails();
      if (failure !== 'lost') kept.set(name, places);
      if (failure !== 'no') throw new Error('no answer');
      writes.push(places);
    },
  };
  return { store, writes };
}

describe('choosing the groups to publish', () => {
  test('a new process continues with the groups of the last one, and an hour without changes is one write', async () => {
    const { store, writes } = memoryStore();
    const failed = () => undefined;
    const choose = (minute: number, groups: readonly GroupReport[]) =>
      new PublishedGroups({ store, limit: 1, failed }).choose(flow(groups), BEGIN + minute * MINUTE);
    const [a, b] = [group('a', 0, 9), group('b', 0, 1)];
    expect(await choose(0, [a, b])).toEqual(new Set(['a']));
    for (let minute = 1; minute < 60; minute++)
      expect(await choose(minute, [group('b', 0, 99), a])).toEqual(new Set('a'));
    expect(writes).toHaveLength(1);
    expect(await choose(60, [group('b', 0, 99), a])).toEqual(new Set(['b']));
    expect(writes).toHaveLength(2);
  });

  test('GIVEN a store that does not answer THEN no group is published, and the reason is told', async () => {
    const reasons: string[] = [];
    const { store } = memoryStore(() => 'lost');
    const groups = new PublishedGroups({ store, limit: 5, failed: (reason) => reasons.push(reason) });
    expect(await groups.choose(flow([group('a', 1, 1)]), BEGIN)).toEqual(new Set());
    expect(reasons).toEqual(['no answer']);
  });

  test('GIVEN a limit of 0 THEN the store is not asked', async () => {
    const groups = new PublishedGroups({ store: memoryStore(() => 'lost').store, limit: 0, failed: fail });
    expect(await groups.choose(flow([group('a', 1, 1)]), BEGIN)).toEqual(new Set());
  });

  test('whatever the churn, restarts and failures of the store: no hour has more names than the limit, and every skip counts in the flow', async () => {
    const audits = fc.array(
      fc.record({
        afterMs: fc.integer({ min: 0, max: 30 * MINUTE }),
        restart: fc.boolean(),
        failure: fc.constantFrom('no', 'no', 'lost', 'stored'),
        costs: fc.uniqueArray(fc.record({ name: fc.nat(30), skips: fc.nat(2), rereads: fc.nat(5) }), {
          selector: ({ name }) => name,
          maxLength: 20,
        }),
      } as const),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(audits, fc.integer({ min: 1, max: 8 }), async (life, limit) => {
        let failure: 'no' | 'lost' | 'stored' = 'no';
        const { store } = memoryStore(() => failure);
        const process = () => new PublishedGroups({ store, limit, failed: () => undefined });
        let groups = process();
        let at = BEGIN;
        const byHour = new Map<number, Set<string>>();
        for (const audit of life) {
          at += audit.afterMs;
          failure = audit.failure;
          if (audit.restart) groups = process();
          const report = flow(audit.costs.map(({ name, skips, rereads }) => group(`g${name}`, skips, rereads)));
          const metrics = projectMetrics(report, await groups.choose(report, at), { forAllFlows: true });
          const hour = Math.floor(at / 3_600_000);
          const seen = byHour.get(hour) ?? new Set();
          byHour.set(hour, seen);
          for (const { dimensions } of metrics) if (dimensions.Group !== undefined) seen.add(dimensions.Group);
          expect(seen.size).toBeLessThanOrEqual(limit);
          const total = metrics.find(
            ({ name, dimensions }) =>
              name === 'SkipAtMost' && dimensions.Position === 'mm2' && dimensions.Group === undefined,
          );
          const sum = total?.samples.reduce((all, { value, count }) => all + value * count, 0) ?? 0;
          expect(sum).toBe(audit.costs.reduce((all, { skips }) => all + skips, 0));
        }
      }),
      { numRuns: propertyRuns(100) },
    );
  });
});

function fail(reason: string): void {
  throw new Error(reason);
}
