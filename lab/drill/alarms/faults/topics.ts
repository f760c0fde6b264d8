import { setConnectOffset } from '../../../connect-offsets.ts';
import { waitUntilMirrored, waitUntilSettled } from '../../../mirroring.ts';
import type { Fault } from '../fault.ts';
import type { World } from '../world.ts';

const LEDGER = 'ledger';
const CLICKS = 'clicks';

export const topicRecreated: Fault = {
  name: 'a source topic is created again and grows past MM2',
  stopsMirror: true,
  async prepare(world) {
    await world.a.admin.createTopic(LEDGER);
    await world.writer.write(LEDGER, 500);
    await settled(world, LEDGER);
  },
  async inflict(world) {
    const { a, mm2, writer } = world;
    // Its next fetch has to find a topic that is longer than the one before: with a shorter one it would start over.
    mm2.pause();
    await a.admin.deleteTopics(LEDGER);
    await a.admin.createTopic(LEDGER);
    await writer.write(LEDGER, 800);
    mm2.resume();
    await settled(world, LEDGER);
  },
  async heal(world) {
    const { b, mm2 } = world;
    await mm2.stop();
    await setConnectOffset(b, 'A', LEDGER, null);
    await mm2.start();
    await caughtUp(world, LEDGER);
    // All records are on the target again. The finding stays for a day.
    await world.acknowledge('SOURCE_TOPIC_RECREATED', '--topic', LEDGER, '--until', '1d');
  },
};

export const retentionLoss: Fault = {
  name: 'retention deletes records that MM2 has not mirrored',
  stopsMirror: true,
  async prepare(world) {
    await world.a.admin.createTopic(CLICKS);
    await world.writer.write(CLICKS, 300);
    await settled(world, CLICKS);
  },
  async inflict(world) {
    const { a, mm2, writer } = world;
    await mm2.stop();
    await writer.write(CLICKS, 600);
    await a.admin.deleteRecords(CLICKS, 0, -1n);
    await writer.write(CLICKS, 50);
    await mm2.start();
    await caughtUp(world, CLICKS);
  },
  async heal(world) {
    const { a, writer } = world;
    await writer.write(CLICKS, 200);
    await settled(world, CLICKS);
    // Retention goes further: nothing of the source is behind the gap.
    await a.admin.deleteRecords(CLICKS, 0, 1_100n);
  },
};

async function settled({ a, b, mm2 }: World, topic: string): Promise<void> {
  await waitUntilSettled({ source: a, target: b, topic, mm2 });
}

/** After a restart all topics wait for MM2, and it wants time for its first syncs. */
async function caughtUp(world: World, topic: string): Promise<void> {
  const { a, b, mm2 } = world;
  await settled(world, topic);
  for (const busy of ['orders', 'payments']) {
    await waitUntilMirrored({ source: a, target: b, topic: busy, mm2, isolation: 'read_committed' });
  }
}
