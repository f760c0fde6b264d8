import { expect, test } from '@jest/globals';
import { entryItem } from '../../../shared/adapters/dynamodb/failover-items.ts';
import { NO_ENTRY } from '../../../shared/domain/failover/evidence-chain.ts';
import { restored } from '../../../shared/failover/steps/restore-groups.ts';
import type { PlacedPosition } from '../../../shared/ports.ts';
import { begin } from './begin-run.ts';
import { FakeWorld } from './failover-world.ts';

/** A world whose groups have this many positions, none of them alike. */
class ManyPositions extends FakeWorld {
  readonly count: number;

  constructor(count: number) {
    super();
    this.count = count;
  }

  override positions(): PlacedPosition[] {
    const [one] = super.positions();
    if (one === undefined) throw new Error('a group has a position');
    return Array.from({ length: this.count }, (_, partition) => {
      const from = BigInt((partition * 2_654_435_761) % 4_294_967_296);
      return { ...one, partition, from: partition === 0 ? null : from, rereadAtMost: from % 7_919n };
    });
  }
}

async function writtenBy(count: number) {
  const run = await begin(new ManyPositions(count));
  // The last look before the name is switched misses most of these positions, and stops the run: the step is done by then.
  await run.run();
  const { entries } = await run.stored();
  const done = entries.map(({ event }) => event).find((one) => one.kind === 'done' && one.step === 'restore-groups');
  if (done?.kind !== 'done') throw new Error('the step was not done');
  return { evidence: restored.parse(done.evidence), event: done };
}

test('a run records where each group was on the target, where it was put, and what that costs', async () => {
  const { evidence } = await writtenBy(2);
  expect(evidence.positions).toBe(2);
  const to = { to: '40', skipAtMost: '0', proof: 'exact', reason: null };
  const place = { group: 'billing', topic: 'A.orders', committed: '40', ...to };
  expect(evidence.written).toEqual([
    { ...place, partition: 0, from: null, rereadAtMost: '0' },
    { ...place, partition: 1, from: '2654435761', rereadAtMost: (2_654_435_761 % 7_919).toString() },
  ]);
});

test.each([
  [8_000, false],
  [40_000, true],
])('%i positions fit into an item of DynamoDB, or are left out: %j', async (count, isLeftOut) => {
  const { evidence, event } = await writtenBy(count);
  expect([evidence.positions, evidence.written === null]).toEqual([count, isLeftOut]);
  const entry = { run: 'r', seq: 0, at: 0, epoch: 1, event, previous: NO_ENTRY, hash: NO_ENTRY };
  expect(() => entryItem(entry)).not.toThrow();
});
