import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EventsEndpoint, startEventsEndpoint } from '../../../../lab/events-endpoint.ts';
import { createEventBridgeFindingPublisher } from '../../../../shared/adapters/eventbridge/eventbridge-finding-publisher.ts';
import { failoverNow } from '../../../../shared/domain/notify/failover-now.ts';
import type { FindingEvent } from '../../../../shared/domain/notify/finding-event.ts';
import { followFindings } from '../../../../shared/domain/notify/follow-findings.ts';
import type { FindingPublisher } from '../../../../shared/ports.ts';
import { BEGIN, digest, reportWith, skips } from '../../domain/notify/events-fixture.ts';

describe('findings on EventBridge', () => {
  let endpoint: EventsEndpoint;
  let publisher: FindingPublisher;
  let now = BEGIN;

  beforeEach(async () => {
    endpoint.refuse(() => null);
    endpoint.fail(null);
  });
  beforeAll(async () => {
    endpoint = await startEventsEndpoint();
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    const client = new EventBridgeClient({
      endpoint: endpoint.url,
      region: 'eu-central-1',
      credentials,
      maxAttempts: 1,
    });
    publisher = createEventBridgeFindingPublisher(client, 'prod', { now: () => now });
  });
  afterAll(() => endpoint.close());

  /** Events that open one finding for each group. */
  function opened(groups: readonly string[]): readonly FindingEvent[] {
    const report = reportWith(groups.map((group) => skips(group)));
    return followFindings({
      isRefused: false,
      before: null,
      report,
      at: BEGIN,
      failover: failoverNow(report, 'mm2'),
      digest,
    }).events;
  }
  const received = (from: number) => endpoint.events.slice(from).map(({ Detail }) => (Detail as FindingEvent).id);

  test('an event arrives with source, type, time and the whole of it as detail', async () => {
    const [event] = opened(['g']);
    expect(await publisher.publish(opened(['g']))).toEqual([{ kind: 'accepted' }]);
    expect(endpoint.events.at(-1)).toEqual({
      Source: 'tidemark',
      DetailType: 'Tidemark Finding Opened',
      Time: BEGIN / 1000,
      Detail: { schema: 'tidemark.finding-event/1', deployment: 'prod', ...event },
    });
  });

  test('GIVEN 25 events of which two are refused THEN exactly those two are, each with its reason', async () => {
    const events = opened(Array.from({ length: 25 }, (_, i) => `g${i}`));
    const poisoned = [events[3]?.id, events[17]?.id];
    endpoint.refuse(({ Detail }) => (poisoned.includes((Detail as FindingEvent).id) ? 'MalformedDetail' : null));
    const from = endpoint.events.length;
    const answers = await publisher.publish(events);
    expect(answers.map(({ kind }) => kind === 'refused')).toEqual(events.map(({ id }) => poisoned.includes(id)));
    expect(answers[3]).toEqual({ kind: 'refused', reason: 'EventBridge refused it (MalformedDetail)' });
    expect(received(from)).toEqual(events.map(({ id }) => id).filter((id) => !poisoned.includes(id)));
  });

  test('GIVEN names of 32,767 characters THEN no request is larger than EventBridge takes', async () => {
    const events = opened(Array.from({ length: 12 }, (_, i) => `${i}`.padEnd(32_767, 'x')));
    const from = endpoint.events.length;
    expect(await publisher.publish(events)).toEqual(events.map(() => ({ kind: 'accepted' })));
    expect(received(from)).toEqual(events.map(({ id }) => id));
  });

  test('GIVEN an EventBridge that fails THEN every event is refused, and nothing is thrown', async () => {
    endpoint.fail(500);
    const events = opened(['a', 'b']);
    const refused = {
      kind: 'refused',
      reason: expect.stringMatching(/^EventBridge did not take the request \(\w+\)$/),
    };
    expect(await publisher.publish(events)).toEqual([refused, refused]);
    endpoint.fail(null);
    // It is not asked again at once, so that an audit of many flows does not wait for it again and again.
    const silent = { kind: 'refused', reason: 'EventBridge did not answer a moment ago' };
    expect(await publisher.publish(events)).toEqual([silent, silent]);
    now += 20_000;
    expect(await publisher.publish(events)).toEqual([{ kind: 'accepted' }, { kind: 'accepted' }]);
  });
});
