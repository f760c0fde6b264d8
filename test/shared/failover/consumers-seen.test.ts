import { describe, expect, test } from '@jest/globals';
import type { ClusterReader } from '../../../shared/ports.ts';
import { begin, type TestRun } from './begin-run.ts';
import { FakeWorld } from './failover-world.ts';

interface Seen {
  readonly active: number;
  readonly returned: { readonly groups: number; readonly of: number } | null;
  readonly firstRead: { readonly group: string; readonly seenAt: string } | null;
}

/** What a run saw of consumers, and how long it took until it ended. */
async function verified(run: TestRun): Promise<{ readonly seen: Seen; readonly tookMs: number }> {
  expect((await run.run()).kind).toBe('completed');
  const { steps, approval } = (await run.stored()).record;
  const verify = steps.get('verify');
  return {
    seen: (verify?.kind === 'done' ? verify.evidence : null) as unknown as Seen,
    tookMs: run.fake.now - (approval?.at ?? 0),
  };
}

/** Consumers by their group's state on each side. */
function worldWith(states: Readonly<Record<'source' | 'target', (group: string) => string>>): FakeWorld {
  const fake = new FakeWorld();
  const original = fake.reader.bind(fake);
  fake.reader = (role) => {
    const listed = async () => ({
      groups: fake.groups.map((group) => ({ group, state: states[role](group) })),
      unread: [],
    });
    return { ...original(role), groups: listed } as unknown as ClusterReader;
  };
  return fake;
}

const always = (state: string) => () => state;

describe('the verification', () => {
  test('records the first group that has read on the target, and waits no longer than for that', async () => {
    const fake = new FakeWorld();
    fake.isBusy = true;
    const { seen } = await verified(await begin(fake));
    expect(seen).toMatchObject({ active: 2, returned: { groups: 2, of: 2 } });
    expect(fake.groups).toContain(seen.firstRead?.group);
    expect(Date.parse(seen.firstRead?.seenAt ?? '')).toBeLessThanOrEqual(fake.now);
  });

  test('does not wait for groups that had no consumers on the source', async () => {
    const [first] = new FakeWorld().groups;
    const state = (group: string) => (group === first ? 'Stable' : 'Empty');
    const some = await verified(await begin(worldWith({ source: state, target: state })));
    const none = await verified(await begin(worldWith({ source: always('Empty'), target: always('Empty') })));
    expect(some.seen).toMatchObject({ active: 1, returned: { groups: 1, of: 1 } });
    expect(none.seen).toMatchObject({ active: 0, returned: { groups: 0, of: 0 }, firstRead: null });
    expect(none.tookMs).toBeLessThan(some.tookMs);
  });

  test('says how many groups have no consumers on the target that had some before', async () => {
    const { seen } = await verified(await begin(worldWith({ source: always('Stable'), target: always('Empty') })));
    expect(seen).toMatchObject({ active: 0, returned: { groups: 0, of: 2 }, firstRead: null });
  });

  test('knows of no consumers before where the source was dead', async () => {
    const fake = new FakeWorld();
    fake.sourceDown = true;
    const original = fake.world.bind(fake);
    fake.world = () => ({ ...original(), rpoRecords: null });
    const { seen } = await verified(await begin(fake, 'unplanned'));
    expect(seen).toMatchObject({ active: 2, returned: null });
  });
});
