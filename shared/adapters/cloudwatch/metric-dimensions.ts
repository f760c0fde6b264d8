import { DEPLOYMENT_DIMENSION, DIMENSIONS } from '../../contract/metrics.ts';
import { NAME_METRIC } from '../../contract/name-metric.ts';
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

/** The dimensions of the metric that moves a name of clients. */
export function nameDimensions(deployment: string, name: string): MetricDimension[] {
  const { dimensions } = NAME_METRIC;
  return [
    { Name: dimensions.deployment, Value: dimensionValue(deployment) },
    { Name: dimensions.name, Value: dimensionValue(name) },
  ];
}
