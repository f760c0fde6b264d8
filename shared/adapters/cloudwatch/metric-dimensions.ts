import { DEPLOYMENT_DIMENSION, DIMENSIONS } from '../../contract/metrics.ts';
import type { Metric } from '../../domain/model/metric.ts';
import { dimensionValue } from './dimension-value.ts';

/** A dimension as CloudWatch and CloudFormation spell it. */
export interface MetricDimension {
  readonly Name: string;
  readonly Value: string;
}

/**
 * The dimensions of one metric of a deployment, its own name first. The publisher and the stack's alarms both take them
 * from here, so an alarm watches exactly what is published.
 */
export function metricDimensions(deployment: string, of: Metric['dimensions']): MetricDimension[] {
  const others = DIMENSIONS.flatMap((name) => {
    const value = of[name];
    return value === undefined ? [] : [{ Name: name, Value: dimensionValue(value) }];
  });
  return [{ Name: DEPLOYMENT_DIMENSION, Value: dimensionValue(deployment) }, ...others];
}
