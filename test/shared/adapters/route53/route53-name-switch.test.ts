import { Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Route53Endpoint, startRoute53Endpoint, type ZoneRecord } from '../../../../lab/route53-endpoint.ts';
import { createRoute53NameSwitch } from '../../../../shared/adapters/route53/route53-name-switch.ts';
import type { Route53Record } from '../../../../shared/config/failover/failover-config.ts';
import type { NameSwitch } from '../../../../shared/ports.ts';

const ZONE = 'Z0123456789ABCDEFGHIJ';
const OTHER: ZoneRecord = { name: 'other.example.com.', type: 'A', ttl: 60, values: ['10.9.9.9'] };
const OLD: ZoneRecord = { name: 'kafka.example.com.', type: 'CNAME', ttl: 60, values: ['a.example.com'] };

describe('switching a name in Route 53, as the SDK asks for it', () => {
  let endpoint: Route53Endpoint;
  beforeAll(async () => {
    endpoint = await startRoute53Endpoint(ZONE);
  });
  beforeEach(() => {
    endpoint.records = [OLD, OTHER];
    endpoint.requests.length = 0;
    endpoint.pending = 0;
    endpoint.fail(null);
  });
  afterAll(() => endpoint.close());

  function switchTo(more: Partial<Route53Record> = {}): NameSwitch {
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    const client = new Route53Client({ endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    const record = { name: 'kafka.example.com', type: 'CNAME', leadsTo: ['b.example.com'], zone: ZONE, ttlSeconds: 5 };
    return createRoute53NameSwitch(client, { ...record, ...more } as Route53Record);
  }

  test('says what it changes, and that it is the last resort', () => {
    expect(switchTo().describe().join('\n')).toBe(
      `changes the record kafka.example.com CNAME in hosted zone ${ZONE} of Route 53 to b.example.com, for 5 s at resolvers
this is the last resort among ways to switch a name: it needs the control plane of Route 53 in us-east-1`,
    );
    expect(switchTo().putBack).toBeNull();
  });

  test('replaces the record, waits for all name servers, and is in effect', async () => {
    endpoint.pending = 1;
    expect(await switchTo().isInEffect()).toBe(false);
    await switchTo().apply();
    expect(endpoint.records).toEqual([
      OTHER,
      { name: 'kafka.example.com.', type: 'CNAME', ttl: 5, values: ['b.example.com'] },
    ]);
    expect(endpoint.requests.filter(({ path }) => path.endsWith('/change/C1'))).toHaveLength(2);
    expect(await switchTo().isInEffect()).toBe(true);
    // It can be called again.
    await switchTo().apply();
    expect(await switchTo().isInEffect()).toBe(true);
  });

  test('replaces a record of another type in one batch', async () => {
    await switchTo({ type: 'A', leadsTo: ['10.0.0.1', '10.0.0.2'] }).apply();
    expect(endpoint.records).toEqual([
      OTHER,
      { name: 'kafka.example.com.', type: 'A', ttl: 5, values: ['10.0.0.1', '10.0.0.2'] },
    ]);
    expect(endpoint.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    await switchTo().apply();
    expect(await switchTo().isInEffect()).toBe(true);
  });

  test('does not touch a record that a routing policy leads', async () => {
    const primary = { ...OLD, setIdentifier: 'primary' };
    endpoint.records = [primary];
    await expect(switchTo().apply()).rejects.toMatchObject({ code: 'DNS_RECORD_ROUTED', retriable: false });
    expect(endpoint.records).toEqual([primary]);
    expect(await switchTo({ leadsTo: ['a.example.com'] }).isInEffect()).toBe(false);
  });

  test.each([
    { status: 403, code: 'AccessDenied', retriable: false, remedy: /route53:ChangeResourceRecordSets/ },
    { status: 404, code: 'NoSuchHostedZone', retriable: false, remedy: /zone/ },
    { status: 400, code: 'Throttling', retriable: true, remedy: /again/ },
    { status: 500, code: 'InternalFailure', retriable: true, remedy: /again/ },
  ])('$code is named with its remedy', async ({ status, code, retriable, remedy }) => {
    endpoint.fail({ status, code });
    await expect(switchTo().apply()).rejects.toMatchObject({
      code: 'DNS_CHANGE_FAILED',
      message: expect.stringContaining(code),
      remedy: expect.stringMatching(remedy),
      retriable,
    });
  });

  test('an endpoint that nobody serves can be tried again', async () => {
    const client = new Route53Client({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    const record = { name: 'k', type: 'A', leadsTo: ['10.0.0.1'], zone: ZONE, ttlSeconds: 5 } as const;
    await expect(createRoute53NameSwitch(client, record).isInEffect()).rejects.toMatchObject({ retriable: true });
  });
});
