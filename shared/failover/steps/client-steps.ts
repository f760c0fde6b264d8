import { leverStep } from './lever-step.ts';

/**
 * Ends consumers on the source before their positions are read for the last time. A consumer that reads on afterwards
 * gets those records again on the target. kafkajs and KIP-848 consumers must be ended: they take a wrong position along.
 */
export const stopConsumers = leverStep({
  name: 'stop-consumers',
  lever: ({ stopConsumers: lever }) => lever,
  absent: 'no hook is configured: what consumers read on the source from now on, they read again on the target',
  isUndone: true,
});

/** Positions first, name second: a consumer that arrives before its group has a position takes `auto.offset.reset`. */
export const switchName = leverStep({
  name: 'switch-name',
  lever: ({ name }) => name,
  absent: 'no name is configured: lead clients to the target yourself',
  isUndone: false,
});

/** Name first, connections second: a client that looks the name up too early keeps the old address. */
export const cutConnections = leverStep({
  name: 'cut-connections',
  lever: ({ cutter }) => cutter,
  absent: 'no hook is configured: restart the clients yourself, because a source that runs keeps its clients',
  isUndone: false,
});
