import { DEPLOYMENT_DIMENSION } from './metrics.ts';

/**
 * The metric that moves a name of clients: 0 while it leads to the primary record of its failover pair, 1 while it leads to
 * the secondary one. A namespace of its own, because IAM limits publishing by namespace: a role that may publish audits may not
 * move clients.
 */
export const NAME_METRIC = {
  namespace: 'Tidemark/Names',
  name: 'LeadsToSecondary',
  dimensions: { deployment: DEPLOYMENT_DIMENSION, name: 'Name' },
} as const;
