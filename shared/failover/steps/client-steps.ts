import { consumingNow } from '../consumers-seen.ts';
import { lookBeforeClients } from '../look-before-clients.ts';
import { awaitName } from '../name-answers.ts';
import type { Step } from '../step.ts';
import { leverStep } from './lever-step.ts';

/**
 * Ends consumers on the source before their positions are read for the last time. A consumer that reads on afterwards
 * gets those records again on the target. kafkajs and KIP-848 consumers must be ended: they take a wrong position along.
 */
export const stopConsumers: Step = {
  ...leverStep({
    name: 'stop-consumers',
    lever: ({ stopConsumers: lever }) => lever,
    absent: 'no hook is configured: what consumers read on the source from now on, they read again on the target',
    isUndone: true,
  }),
  // The verification waits for these, and not for groups that had no consumers before either.
  prepare: consumingNow,
};

/**
 * Positions first, name second: a consumer that arrives before its group has a position takes `auto.offset.reset`. It waits
 * for the resolvers, because a client that asks them too early comes back to the source. Whether the name leads to the
 * target at last is for `verify` to say: by then, the old answer has ended everywhere.
 */
export const switchName: Step = {
  ...leverStep({
    name: 'switch-name',
    lever: ({ name }) => name,
    absent: 'no name is configured: lead clients to the target yourself',
    isUndone: false,
    async more(context) {
      const { lookup, name } = context.world;
      return lookup === null ? {} : { resolvers: await awaitName(context, lookup, name?.answersWithinMs) };
    },
  }),
  prepare: lookBeforeClients,
};

/** Name first, connections second: a client that looks the name up too early keeps the old address. */
export const cutConnections: Step = {
  ...leverStep({
    name: 'cut-connections',
    lever: ({ cutter }) => cutter,
    absent: 'no hook is configured: restart the clients yourself, because a source that runs keeps its clients',
    isUndone: false,
  }),
  // Without a name this step leads clients to the target.
  prepare: async (context) => (context.intentOf('switch-name') === null ? await lookBeforeClients(context) : {}),
};
