import { waitUntilSettled } from '../../../mirroring.ts';
import type { Fault } from '../fault.ts';

/** A topic with one replica of each partition, enough of them to exceed `maxUnknownPercent`. */
const SINGLE = { name: 'single', partitions: 12 } as const;

export const sourceGone: Fault = {
  name: 'the source is gone',
  inflict: ({ a }) => a.kill(1),
  heal: ({ a }) => a.restart(1),
};

export const brokerDown: Fault = {
  name: 'one of three brokers is down, and partitions had no other replica',
  async prepare({ a, b, mm2, writer }) {
    await a.admin.createTopic(SINGLE.name, { partitions: SINGLE.partitions });
    for (let partition = 0; partition < SINGLE.partitions; partition++) {
      await writer.write(SINGLE.name, 20, { partition });
    }
    await waitUntilSettled({ source: a, target: b, topic: SINGLE.name, mm2 });
  },
  inflict: async ({ a }) => {
    await a.kill(3);
    await a.waitUntilRegistered(2);
  },
  heal: ({ a }) => a.restart(3),
};

export const replicatedBrokerDown: Fault = {
  name: 'one of three brokers is down, and all partitions have other replicas',
  inflict: brokerDown.inflict,
  heal: brokerDown.heal,
};

export const flowRefused: Fault = {
  name: 'one of three flows is refused',
  flows: ['A->C'],
  inflict: async (world) => {
    world.setPassword(false);
    // A password is cached for minutes: another container reads it at once.
    await Promise.all(world.cloud.scheduled.map((one) => one.stop()));
  },
  heal: async (world) => world.setPassword(true),
};
