import { beforeEach, describe, expect, test } from '@jest/globals';
import { createHealthCheckSwitch } from '../../../shared/failover/health-check-switch.ts';
import { republishNames } from '../../../shared/failover/republish-names.ts';
import type { NameSignal, NameSwitch } from '../../../shared/ports.ts';
import { nameSides } from './name-sides.ts';

const NAME = 'kafka.example.com';
const PAIR = { primary: 'A', secondary: 'B' };

let sides: ReturnType<typeof nameSides>;
let published: [isSecondary: boolean, at: number][];
let fault: Error | null;
let now: number;
const clock = { now: () => now };
const signal: NameSignal = {
  publish: async ({ leadsToSecondary }, at) => {
    if (fault !== null) throw fault;
    published.push([leadsToSecondary, at]);
  },
};
beforeEach(() => {
  sides = nameSides();
  published = [];
  fault = null;
  now = 1_000;
});

function switchTo(target: 'A' | 'B'): NameSwitch {
  const record = { name: NAME, type: 'CNAME', leadsTo: [`${target.toLowerCase()}.example.com`] } as const;
  const healthCheck = { ...PAIR, record, deployment: null };
  return createHealthCheckSwitch({ healthCheck, deployment: 'prod', target, sides, signal, clock });
}

describe('switching a name by its health check', () => {
  test('says what it does, and what happens without audits', () => {
    expect(
      switchTo('B').describe().join('\n'),
    ).toBe(`makes kafka.example.com lead to b.example.com, the secondary record of its failover pair (A and B): keeps B in the table of the deployment prod, and publishes the metric that the pair's health check follows
each audit publishes it again. Without audits the name stays where it leads`);
    expect(switchTo('A').describe().join()).toContain('the primary record');
    expect(switchTo('B').putBack).toBeNull();
  });

  test('keeps the side, publishes it at once, and is in effect', async () => {
    expect(await switchTo('B').isInEffect()).toBe(false);
    await switchTo('B').apply();
    expect(published).toEqual([[true, 1_000]]);
    expect([await switchTo('B').isInEffect(), await switchTo('A').isInEffect()]).toEqual([true, false]);
    await switchTo('A').apply();
    expect(published.at(-1)).toEqual([false, 1_000]);
    expect([await switchTo('B').isInEffect(), await switchTo('A').isInEffect()]).toEqual([false, true]);
  });

  test('whether it is in effect is unknown where the metric was not accepted: audits may have published it', async () => {
    fault = new Error('throttled');
    await expect(switchTo('B').apply()).rejects.toThrow('throttled');
    expect(await switchTo('B').isInEffect()).toBeNull();
    fault = null;
    await switchTo('B').apply();
    expect(await switchTo('B').isInEffect()).toBe(true);
  });
});

describe('publishing names again', () => {
  const failed: string[] = [];
  const republish = () =>
    republishNames({
      names: new Map([[NAME, PAIR]]),
      sides,
      signal,
      clock,
      failed: (name, reason) => failed.push(`${name}: ${reason}`),
    });
  beforeEach(() => void failed.splice(0));

  test('repeats where somebody has led the name, under the time before it was read', async () => {
    await switchTo('B').apply();
    const { wanted } = sides;
    sides.wanted = async (name) => {
      now += 500;
      return await wanted(name);
    };
    await republish();
    expect(published).toEqual([
      [true, 1_000],
      [true, 1_000],
    ]);
  });

  test('says nothing of a name that nobody has switched: the table may be another one than before', async () => {
    await republish();
    expect([published, failed]).toEqual([[], []]);
  });

  test('says nothing where the clusters have other names than before', async () => {
    await sides.want(NAME, { cluster: 'west', since: 1, isPublished: true });
    await republish();
    expect([published, failed]).toEqual([[], [`${NAME}: leads to west, which is neither A nor B`]]);
  });

  test('never throws', async () => {
    await switchTo('B').apply();
    fault = new Error('no answer');
    await republish();
    expect(failed).toEqual([`${NAME}: no answer`]);
  });
});
