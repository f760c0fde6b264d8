import type { TidemarkConfig } from '../config/tidemark-config.ts';
import type { Permission } from '../domain/model/permission.ts';
import { permissionsOf, withoutCovered } from '../survey/required-permissions.ts';

/** The permissions that an audit of this configuration needs, by cluster alias. The audit requires the same ones. */
export function requiredPermissions(config: TidemarkConfig): ReadonlyMap<string, readonly Permission[]> {
  const needed = new Map<string, Map<string, Permission>>();
  for (const flow of config.flows) {
    for (const cluster of [flow.source, flow.target]) {
      const ofCluster = needed.get(cluster) ?? new Map<string, Permission>();
      needed.set(cluster, ofCluster);
      for (const permission of permissionsOf(flow, cluster)) {
        const { operation, resourceType, resourceName } = permission;
        ofCluster.set(`${resourceType} ${resourceName} ${operation}`, permission);
      }
    }
  }
  return new Map([...needed].map(([cluster, permissions]) => [cluster, withoutCovered([...permissions.values()])]));
}
