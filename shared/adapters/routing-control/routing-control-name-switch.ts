import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetRoutingControlStateCommand,
  type Route53RecoveryClusterClient,
  UpdateRoutingControlStatesCommand,
} from '@aws-sdk/client-route53-recovery-cluster';
import type { RoutingControls, RoutingEndpoint } from '../../config/failover/failover-config.ts';
import { TidemarkError } from '../../domain/model/errors.ts';
import type { NameSwitch } from '../../ports.ts';
import { isFinal, routingControlError } from './routing-control-error.ts';

/** How often the states are read back, and how long between two readings: another endpoint may know them a moment later. */
const READINGS = 20;
const BETWEEN_READINGS_MS = 500;

/**
 * Switches a name by routing controls of Amazon Application Recovery Controller, whose health checks its records have. All
 * controls change in one request, or none. Of the five endpoints of a cluster some are always being maintained: one that does
 * not answer is left for the next.
 * @param clientOf a client of an endpoint that tries once, and does not wait for long
 */
export function createRoutingControlNameSwitch(
  clientOf: (endpoint: RoutingEndpoint) => Route53RecoveryClusterClient,
  { turnOn, turnOff, endpoints }: RoutingControls,
): NameSwitch {
  const clients = endpoints.map(clientOf);
  const wanted = [
    ...turnOn.map((arn) => ({ RoutingControlArn: arn, RoutingControlState: 'On' as const })),
    ...turnOff.map((arn) => ({ RoutingControlArn: arn, RoutingControlState: 'Off' as const })),
  ];

  async function ask<T>(what: string, request: (client: Route53RecoveryClusterClient) => Promise<T>): Promise<T> {
    const failures: unknown[] = [];
    for (const client of [...clients]) {
      try {
        return await request(client);
      } catch (error) {
        if (isFinal(error)) throw routingControlError(what, [error]);
        failures.push(error);
        // The next request begins with one that may answer.
        clients.push(...clients.splice(clients.indexOf(client), 1));
      }
    }
    throw routingControlError(what, failures);
  }

  async function isInEffect(): Promise<boolean> {
    for (const { RoutingControlArn, RoutingControlState: state } of wanted) {
      const command = new GetRoutingControlStateCommand({ RoutingControlArn });
      const found = await ask('GetRoutingControlState', (client) => client.send(command));
      if (found.RoutingControlState !== state) return false;
    }
    return true;
  }

  return {
    describe: () => [
      `turns routing controls on: ${turnOn.join(', ')}; and off: ${turnOff.join(', ') || 'none'}; by ${endpoints.length} endpoints of their cluster, without overriding a safety rule`,
    ],
    isInEffect,

    async apply() {
      const command = new UpdateRoutingControlStatesCommand({ UpdateRoutingControlStateEntries: wanted });
      await ask('UpdateRoutingControlStates', (client) => client.send(command));
      for (let reading = 0; reading < READINGS; reading++) {
        if (await isInEffect()) return;
        await sleep(BETWEEN_READINGS_MS);
      }
      throw new TidemarkError('ROUTING_CONTROL_FAILED', 'the routing controls were changed, and read back as before', {
        remedy: 'Look who else changes them, then run it again.',
        retriable: true,
      });
    },

    putBack: null,
  };
}
