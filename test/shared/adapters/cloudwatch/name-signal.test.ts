import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CloudWatchEndpoint, startCloudWatchEndpoint } from '../../../../lab/cloudwatch-endpoint.ts';
import { createNameSignal } from '../../../../shared/adapters/cloudwatch/name-signal.ts';
import type { NameSignal } from '../../../../shared/ports.ts';

const AT = Date.UTC(2026, 10, 23, 20);
const SIDE = { name: 'kafka.example.com', leadsToSecondary: true };

describe('the metric that moves a name, as the SDK publishes it', () => {
  let endpoint: CloudWatchEndpoint;
  let signal: NameSignal;
  beforeAll(async () => {
    endpoint = await startCloudWatchEndpoint();
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    const client = new CloudWatchClient({
      endpoint: endpoint.url,
      region: 'eu-central-1',
      credentials,
      maxAttempts: 1,
    });
    signal = createNameSignal(client, 'prod');
  });
  beforeEach(() => {
    endpoint.forget();
    endpoint.refuse(() => null);
  });
  afterAll(() => endpoint.close());

  test('is 1 for the secondary record and 0 for the primary one, in a namespace of its own', async () => {
    await signal.publish(SIDE, AT);
    await signal.publish({ ...SIDE, leadsToSecondary: false }, AT + 1_000);
    const metric = {
      Namespace: 'Tidemark/Names',
      MetricName: 'LeadsToSecondary',
      Dimensions: [
        { Name: 'Deployment', Value: 'prod' },
        { Name: 'Name', Value: 'kafka.example.com' },
      ],
    };
    expect(endpoint.data).toEqual([
      expect.objectContaining({ ...metric, Values: [1], Timestamp: AT / 1_000 }),
      expect.objectContaining({ ...metric, Values: [0], Timestamp: AT / 1_000 + 1 }),
    ]);
  });

  test.each([
    { status: 403, type: 'AccessDeniedException', retriable: false, remedy: /namespace Tidemark\/Names/ },
    { status: 500, type: 'InternalServiceFault', retriable: true, remedy: /again/ },
  ])('$type is named with its remedy', async ({ status, type, retriable, remedy }) => {
    endpoint.refuse(() => ({ status, type }));
    const code = 'NAME_NOT_PUBLISHED';
    await expect(signal.publish(SIDE, AT)).rejects.toMatchObject({
      code,
      retriable,
      remedy: expect.stringMatching(remedy),
    });
  });
});
