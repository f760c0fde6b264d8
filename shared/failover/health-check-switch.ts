import type { NameHealthCheck } from '../config/failover/failover-config.ts';
import type { Clock, NameSignal, NameSwitch } from '../ports.ts';
import type { NameSideStore } from './name-side-store.ts';

/**
 * How long resolvers may take to give the new answer: CloudWatch has one value a minute, Route 53 follows it, and resolvers
 * keep what they have. AWS names no limit.
 */
const ANSWERS_WITHIN_MS = 300_000;

export interface HealthCheckSwitchParts {
  readonly healthCheck: NameHealthCheck;
  readonly deployment: string;
  /** The cluster that the name is to lead to. */
  readonly target: string;
  readonly sides: NameSideStore;
  readonly signal: NameSignal;
  readonly clock: Clock;
}

/**
 * Switches a name by the metric that the health check of its failover record pair follows. It needs CloudWatch and DynamoDB
 * of the deployment's Region, and of Route 53 only what answers queries.
 */
export function createHealthCheckSwitch(parts: HealthCheckSwitchParts): NameSwitch {
  const { healthCheck, deployment, target, sides, signal, clock } = parts;
  const { primary, secondary, record } = healthCheck;
  const { name } = record;
  const side = target === primary ? 'primary' : 'secondary';
  return {
    describe: () => [
      `makes ${name} lead to ${record.leadsTo.join(', ')}, the ${side} record of its failover pair (${primary} and ${secondary}): keeps ${target} in the table of the deployment ${deployment}, and publishes the metric that the pair's health check follows`,
      'each audit publishes it again. Without audits the name stays where it leads',
    ],

    /** The record follows by itself. Whether it has, resolvers say. */
    async isInEffect() {
      const wanted = await sides.wanted(name);
      if (wanted?.cluster !== target) return false;
      return wanted.isPublished ? true : null;
    },

    async apply() {
      const since = clock.now();
      // First the table: an audit that published the old side again would take the name back.
      await sides.want(name, { cluster: target, since, isPublished: false });
      await signal.publish({ name, leadsToSecondary: target === secondary }, clock.now());
      await sides.want(name, { cluster: target, since, isPublished: true });
    },

    putBack: null,
    answersWithinMs: ANSWERS_WITHIN_MS,
  };
}
