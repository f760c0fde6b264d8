import type { DeployedResource } from './deployment.ts';
import { NOT_MADE } from './gaps.ts';

/** What a check found, as the drill prints it. */
export interface CheckRow {
  readonly service: string;
  readonly what: string;
  readonly outcome: 'held' | 'failed' | 'skipped';
  readonly why: string;
}

/** One row for each type of resource: each of its resources has to be there, but where moto is known to make none. */
export function resourceRows(resources: readonly DeployedResource[]): CheckRow[] {
  return [...Map.groupBy(resources, ({ type }) => type)].map(([type, all]): CheckRow => {
    const missing = all.filter(({ physicalId }) => physicalId === null).map(({ logicalId }) => logicalId);
    const what = `${all.length} ${type}`;
    if (missing.length === 0) return { service: 'CloudFormation', what, outcome: 'held', why: '' };
    const gap = NOT_MADE[type];
    if (gap !== undefined) return { service: 'CloudFormation', what, outcome: 'skipped', why: `moto ${gap}` };
    return { service: 'CloudFormation', what, outcome: 'failed', why: `not made: ${missing.join(', ')}` };
  });
}
