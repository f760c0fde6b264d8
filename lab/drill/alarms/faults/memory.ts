import type { LabCluster } from '../../../cluster.ts';
import { waitUntilMirrored } from '../../../mirroring.ts';
import type { Fault } from '../fault.ts';
import { Traffic } from '../traffic.ts';
import type { World } from '../world.ts';

/** A topic that takes no record: less than any has. */
const NOTHING = { 'max.message.bytes': '1' };

/** MM2 continues to mirror: it only writes to its log that it could not send a sync. */
export const syncsRefused: Fault = {
  name: 'MM2 cannot write its offset syncs',
  stopsMirror: true,
  inflict: ({ a }) => refuse(a, 'mm2-offset-syncs.B.internal'),
  heal: async (world) => {
    await accept(world.a, 'mm2-offset-syncs.B.internal');
    await restart(world);
  },
};

/** The checkpoint task of MM2 fails. */
export const checkpointsRefused: Fault = {
  name: 'MM2 cannot write its checkpoints',
  stopsMirror: true,
  inflict: ({ b }) => refuse(b, 'A.checkpoints.internal'),
  heal: async (world) => {
    await accept(world.b, 'A.checkpoints.internal');
    await restart(world);
  },
};

async function refuse({ admin }: LabCluster, topic: string): Promise<void> {
  await admin.alterTopicConfig(topic, NOTHING);
}

async function accept({ admin }: LabCluster, topic: string): Promise<void> {
  await admin.alterTopicConfig(topic, {}, Object.keys(NOTHING));
}

/** As the runbook says. MM2 then writes a sync of each partition at its next record, and checkpoints after it. */
async function restart({ a, b, mm2 }: World): Promise<void> {
  await mm2.stop();
  await mm2.start();
  for (const topic of Traffic.TOPICS) {
    await waitUntilMirrored({ source: a, target: b, topic, mm2, isolation: 'read_committed' });
  }
}
