/** Groups of one flow with metrics of their own, by default, while the deployment is small. */
const MOST_PER_FLOW = 3;
/** Of all flows together: more metrics of groups would cost more than all else. */
const MOST_TOGETHER = 30;

/**
 * How many groups of each flow get metrics of their own if the settings do not say: as many as a deployment pays for beside
 * its other metrics, and in any case the worst group. The metrics of the flow count all groups, whatever the limit is.
 * @param flows how many the deployment audits
 */
export function defaultGroupMetricsLimit(flows: number): number {
  return Math.max(1, Math.min(MOST_PER_FLOW, Math.floor(MOST_TOGETHER / flows)));
}
