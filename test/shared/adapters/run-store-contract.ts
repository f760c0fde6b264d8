import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ChainEntry, NO_ENTRY } from '../../../shared/domain/failover/evidence-chain.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';

/** What every store of failovers has to keep, run against the real ones. `open` gives another process's handle. */
export function describeRunStore(
  name: string,
  start: () => Promise<{ open(): RunStore; stop(): Promise<void> }>,
): void {
  describe(`${name}: failovers`, () => {
    let store: RunStore;
    let other: RunStore;
    let stop: () => Promise<void>;
    beforeAll(async () => {
      const under = await start();
      [store, other, stop] = [under.open(), under.open(), under.stop];
    });
    afterAll(() => stop?.());
    const fresh = () => ({ flow: `A->${randomBytes(4).toString('hex')}`, run: `r-${randomBytes(4).toString('hex')}` });
    const entry = (run: string, seq: number, epoch: number): ChainEntry => ({
      run,
      seq,
      at: 1,
      epoch,
      event: { kind: 'refused', reasons: ['ü "quoted"', ''] },
      previous: NO_ENTRY,
      hash: 'h',
    });
    const lock = (of: RunStore, { flow, run }: { flow: string; run: string }, holder: string, override = false) =>
      of.lock({ flow, run, holder, at: 5, override });

    test('entries are read in order, as they were stored', async () => {
      const { flow, run } = fresh();
      expect(await store.read(run)).toEqual([]);
      const entries = Array.from({ length: 12 }, (_, seq) => entry(run, seq, 0));
      for (const one of entries) expect(await store.append(flow, one)).toBe('added');
      expect(await other.read(run)).toEqual(entries);
      expect(await other.runs(1_000)).toContain(run);
    });

    test('an entry is written once', async () => {
      const { flow, run } = fresh();
      expect(await store.append(flow, entry(run, 0, 0))).toBe('added');
      expect(await other.append(flow, { ...entry(run, 0, 0), hash: 'other' })).toBe('taken');
      expect(await store.read(run)).toEqual([entry(run, 0, 0)]);
    });

    test('one process at a time has a flow, and a run keeps it in between', async () => {
      const one = fresh();
      const next = { ...fresh(), flow: one.flow };
      const first = await lock(store, one, 'p1');
      if (first.kind !== 'locked') throw new Error('not locked');
      expect(await lock(other, one, 'p2')).toEqual({ kind: 'held', by: first.lock });
      expect(await lock(other, next, 'p2')).toEqual({ kind: 'held', by: first.lock });
      await store.release(first.lock, true);
      expect(await lock(other, next, 'p2')).toMatchObject({ kind: 'held', by: { holder: null } });
      const second = await lock(other, one, 'p2');
      if (second.kind !== 'locked') throw new Error('not locked');
      expect(second.lock.epoch).toBe(first.lock.epoch + 1);
      await other.release(second.lock, false);
      expect(await store.lockOf(one.flow)).toBeNull();
      expect((await lock(store, next, 'p1')).kind).toBe('locked');
    });

    test('of many at once one gets it', async () => {
      const one = fresh();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => lock(i % 2 === 0 ? store : other, one, `p${i}`)),
      );
      expect(answers.filter(({ kind }) => kind === 'locked')).toHaveLength(1);
    });

    test('what is taken from one holder is not taken from the next', async () => {
      const one = fresh();
      const stale = await lock(store, one, 'p1');
      if (stale.kind !== 'locked') throw new Error('not locked');
      const from = { ...one, at: 6, override: false, overrideEpoch: stale.lock.epoch };
      const taken = await other.lock({ ...from, holder: 'p2' });
      expect(taken).toMatchObject({ kind: 'locked', overrode: stale.lock });
      expect(await store.lock({ ...from, holder: 'p3' })).toMatchObject({ kind: 'held', by: { holder: 'p2' } });
    });

    test('an overridden process writes nothing more, and releases nothing', async () => {
      const one = fresh();
      const stale = await lock(store, one, 'p1');
      if (stale.kind !== 'locked') throw new Error('not locked');
      const taken = await lock(other, one, 'p2', true);
      if (taken.kind !== 'locked') throw new Error('not locked');
      expect(taken.overrode).toEqual(stale.lock);
      expect(await store.append(one.flow, entry(one.run, 0, stale.lock.epoch))).toBe('lock-lost');
      await store.release(stale.lock, false);
      expect(await store.lockOf(one.flow)).toEqual(taken.lock);
      expect(await other.append(one.flow, entry(one.run, 0, taken.lock.epoch))).toBe('added');
    });
  });
}
