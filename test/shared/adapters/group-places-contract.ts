import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GroupPlacesStore } from '../../../shared/audit/group-places-store.ts';

export interface PlacesUnderTest {
  /** The store of a deployment, as a process opens it. */
  open(deployment: string): GroupPlacesStore;
  stop(): Promise<void>;
}

/** What every store of the groups with metrics of their own has to keep, run against the real ones. */
export function describeGroupPlaces(name: string, start: () => Promise<PlacesUnderTest>): void {
  describe(name, () => {
    let under: PlacesUnderTest;
    beforeAll(async () => {
      under = await start();
    });
    afterAll(() => under?.stop());

    test('the next process reads what the last one stored; another flow and another deployment have their own', async () => {
      const hour = Date.UTC(2026, 10, 20, 10);
      const odd = 'ö#"\u0000 group';
      const first = { hour, since: new Map([[odd, hour + 1]]) };
      await under.open('prod').write('A->B', first);
      expect(await under.open('prod').read('A->B')).toEqual(first);
      expect(await under.open('prod').read('B->A')).toBeNull();
      expect(await under.open('test').read('A->B')).toBeNull();
      const second = { hour: hour + 3_600_000, since: new Map([['b', hour + 3_600_000]]) };
      await under.open('prod').write('A->B', second);
      expect(await under.open('prod').read('A->B')).toEqual(second);
    });
  });
}
