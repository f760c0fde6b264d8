import type { FailbackOrigin } from '../../../shared/failover/way-back.ts';

/** A planned failover of 60 records of A that took 80 offsets on B. */
export const NO_FAILBACK_BEGUN: FailbackOrigin = {
  run: '20261122T0500Z-failover',
  head: 'f'.repeat(64),
  flow: 'A->B',
  mode: 'planned',
  isCompleted: true,
  hasMovedClients: true,
  topics: [{ topic: 'A.orders', targetTopic: 'orders', partitions: 1 }],
  renames: false,
  clusters: { source: 'id-B', target: 'id-A' },
  points: { orders: ['80'] },
  sourceEnds: { 'A.orders': ['60'] },
  missing: 0n,
  ids: { source: { 'A.orders': 'T' }, target: { orders: 'S' } },
  fence: { topics: ['A.orders'] },
  begun: null,
};
