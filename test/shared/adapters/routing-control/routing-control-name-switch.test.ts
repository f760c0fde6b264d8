import { Route53RecoveryClusterClient } from '@aws-sdk/client-route53-recovery-cluster';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type RoutingControlEndpoints,
  startRoutingControlEndpoints,
} from '../../../../lab/routing-control-endpoints.ts';
import { createRoutingControlNameSwitch } from '../../../../shared/adapters/routing-control/routing-control-name-switch.ts';
import type { NameSwitch } from '../../../../shared/ports.ts';

const PANEL = 'arn:aws:route53-recovery-control::111122223333:controlpanel/0123';
const A = `${PANEL}/routingcontrol/a`;
const B = `${PANEL}/routingcontrol/b`;
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1', 'ap-southeast-2'];

describe('switching a name by routing controls, as the SDK asks for it', () => {
  let cluster: RoutingControlEndpoints;
  beforeEach(async () => {
    cluster = await startRoutingControlEndpoints({ [A]: 'On', [B]: 'Off' });
  });
  afterEach(() => cluster.close());

  function switchTo(turnOn: readonly string[] = [B], turnOff: readonly string[] = [A]): NameSwitch {
    const endpoints = cluster.urls.map((url, index) => ({ url, region: REGIONS[index] ?? '' }));
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    return createRoutingControlNameSwitch(
      ({ url, region }) => new Route53RecoveryClusterClient({ endpoint: url, region, credentials, maxAttempts: 1 }),
      { turnOn, turnOff, endpoints },
    );
  }
  const states = () => [cluster.states.get(A), cluster.states.get(B)];

  test('says what it changes', () => {
    expect(switchTo().describe()).toEqual([
      `turns routing controls on: ${B}; and off: ${A}; by 5 endpoints of their cluster, without overriding a safety rule`,
    ]);
    expect(switchTo().putBack).toBeNull();
  });

  test('changes all controls in one request, reads them back, and can be called again', async () => {
    cluster.stale = 1;
    expect(await switchTo().isInEffect()).toBe(false);
    await switchTo().apply();
    expect(states()).toEqual(['Off', 'On']);
    expect(cluster.requests.filter((one) => one.includes('Update'))).toEqual(['0 UpdateRoutingControlStates']);
    expect(await switchTo().isInEffect()).toBe(true);
    await switchTo().apply();
    expect(states()).toEqual(['Off', 'On']);
  });

  test('reads again where an endpoint does not know the change yet', async () => {
    const switched = switchTo();
    const applied = switched.apply();
    cluster.stale = 2;
    await applied;
    expect(await switched.isInEffect()).toBe(true);
  });

  test('goes on to the next endpoint, and begins with the one that answered', async () => {
    for (const index of [0, 1, 3]) cluster.down.add(index);
    await switchTo().apply();
    expect(states()).toEqual(['Off', 'On']);
    const [update, read] = ['UpdateRoutingControlStates', 'GetRoutingControlState'];
    expect(cluster.requests).toEqual([`0 ${update}`, `1 ${update}`, `2 ${update}`, `2 ${read}`, `2 ${read}`]);
  });

  test('can be tried again where no endpoint answers', async () => {
    for (const index of [0, 1, 2, 3, 4]) cluster.down.add(index);
    await expect(switchTo().apply()).rejects.toMatchObject({
      code: 'ROUTING_CONTROL_FAILED',
      message: expect.stringMatching(/none of 5 endpoints answered: EndpointTemporarilyUnavailableException/),
      retriable: true,
    });
    expect(cluster.requests).toHaveLength(5);
    expect(states()).toEqual(['On', 'Off']);
  });

  test('overrides no safety rule, and asks no other endpoint', async () => {
    await expect(switchTo([B], [B, A]).apply()).rejects.toMatchObject({
      retriable: false,
      remedy: expect.stringMatching(/safety rule/),
    });
    expect(states()).toEqual(['On', 'Off']);
    expect(cluster.requests).toHaveLength(1);
  });

  test.each([
    ['AccessDeniedException', false, /UpdateRoutingControlStates/],
    ['ThrottlingException', true, /again/],
  ])('%s is named with its remedy', async (type, retriable, remedy) => {
    cluster.refusal = type;
    await expect(switchTo().isInEffect()).rejects.toMatchObject({
      message: expect.stringContaining(type),
      retriable,
      remedy: expect.stringMatching(remedy),
    });
  });
});
