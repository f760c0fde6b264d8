import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { FINDING_EVENT_SCHEMA, FINDING_EVENT_SOURCE, FINDING_EVENT_TYPES } from '../../contract/finding-events.ts';
import type { FindingEvent } from '../../domain/notify/finding-event.ts';
import type { Clock, EventAnswer, FindingPublisher } from '../../ports.ts';

/** Limits of one request (API reference, `PutEvents`). The bytes leave room for names of fields. */
const ENTRIES_PER_REQUEST = 10;
const BYTES_PER_REQUEST = 240_000;

/** After a request without an answer, EventBridge is not asked again for this time: audits matter more. */
const SILENCE_MS = 20_000;

/**
 * Publishes findings to the default event bus with PutEvents. Each entry has its own answer. The client has its own
 * credentials, retries and timeouts.
 * @param deployment its name is part of each event
 */
export function createEventBridgeFindingPublisher(
  client: EventBridgeClient,
  deployment: string,
  clock: Clock,
): FindingPublisher {
  let silentUntil = 0;
  const entryOf = (event: FindingEvent): PutEventsRequestEntry => ({
    Source: FINDING_EVENT_SOURCE,
    DetailType: FINDING_EVENT_TYPES[event.kind],
    Time: new Date(event.at),
    Detail: JSON.stringify({ schema: FINDING_EVENT_SCHEMA, deployment, ...event }),
  });

  async function put(Entries: PutEventsRequestEntry[]): Promise<readonly EventAnswer[]> {
    if (clock.now() < silentUntil) return Entries.map(() => refused('EventBridge did not answer a moment ago'));
    try {
      const { Entries: results = [] } = await client.send(new PutEventsCommand({ Entries }));
      return Entries.map((_, index): EventAnswer => {
        const { EventId, ErrorCode } = results[index] ?? {};
        if (EventId !== undefined) return { kind: 'accepted' };
        return refused(`EventBridge refused it (${ErrorCode ?? 'no reason given'})`);
      });
    } catch (error) {
      // Messages of the SDK can quote the request; the name is enough.
      const why = error instanceof Error ? error.name : 'no answer';
      silentUntil = clock.now() + SILENCE_MS;
      return Entries.map(() => refused(`EventBridge did not take the request (${why})`));
    }
  }

  return {
    async publish(events) {
      const answers: EventAnswer[] = [];
      for (const batch of batches(events.map(entryOf))) answers.push(...(await put(batch)));
      return answers;
    },
  };
}

function refused(reason: string): EventAnswer {
  return { kind: 'refused', reason };
}

function batches(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const all: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.Detail ?? '');
    const last = all.at(-1);
    if (last === undefined || last.length === ENTRIES_PER_REQUEST || bytes + size > BYTES_PER_REQUEST) {
      all.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return all;
}
