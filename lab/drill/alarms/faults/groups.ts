import type { LiveConsumer } from '../../../cluster-admin.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../../mirroring.ts';
import { waitUntilAt } from '../../../truth/wait-until-at.ts';
import type { Fault } from '../fault.ts';
import type { World } from '../world.ts';

const TOPIC = 'audits';
const ELSEWHERE = 'elsewhere';
const GROUP = 'reader';
const FAR = 'far';

/** Members on the target, of a group that consumes on the source. */
const members = new WeakMap<World, LiveConsumer>();

export const groupSyncRefused: Fault = {
  name: 'the target refuses the positions of a group',
  async prepare(world) {
    const { a, b, writer } = world;
    await a.admin.createTopic(TOPIC);
    await b.admin.createTopic(ELSEWHERE);
    await writer.write(TOPIC, 300);
    await settled(world, TOPIC);
    await a.admin.commitOffsets(GROUP, TOPIC, { 0: 300n });
    await waitUntilAt(b, GROUP, `A.${TOPIC}`, 300n);
  },
  async inflict(world) {
    const { a, b, writer } = world;
    members.set(world, await b.admin.startConsumer({ group: GROUP, topics: [ELSEWHERE], protocol: 'classic' }));
    await writer.write(TOPIC, 3_000);
    await settled(world, TOPIC);
    await a.admin.commitOffsets(GROUP, TOPIC, { 0: 3_300n });
  },
  async heal(world) {
    await members.get(world)?.stop();
    await waitUntilAt(world.b, GROUP, `A.${TOPIC}`, 3_300n);
  },
};

const FAR_RECORDS = 24_000n;

export const rereadsRise: Fault = {
  name: 're-reads of groups rise',
  async prepare(world) {
    await world.a.admin.createTopic(FAR);
    await world.writer.write(FAR, 100);
    await settled(world, FAR);
  },
  async inflict(world) {
    const { a, b, writer } = world;
    // Groups that appear far behind: MM2 only knows some offsets that far back.
    for (let written = 100n; written < FAR_RECORDS; written += 2_390n) await writer.write(FAR, 2_390);
    await settled(world, FAR);
    for (const at of positions()) await a.admin.commitOffsets(`far-${at}`, FAR, { 0: at });
    for (const at of positions()) await waitUntilGroupSynced({ source: a, target: b, topic: FAR }, `far-${at}`);
  },
  async heal({ a, b }) {
    const [end] = await a.admin.listOffsets(FAR);
    const offset = end?.highWatermark ?? 0n;
    for (const at of positions()) await a.admin.commitOffsets(`far-${at}`, FAR, { 0: offset });
    for (const at of positions()) await waitUntilAt(b, `far-${at}`, `A.${FAR}`, offset);
  },
};

/** Several, because what MM2 still knows is not the same at every offset. */
function positions(): readonly bigint[] {
  return [5_000n, 8_000n, 11_000n, 14_000n];
}

async function settled({ a, b, mm2 }: World, topic: string): Promise<void> {
  await waitUntilSettled({ source: a, target: b, topic, mm2 });
}
