import type { EventAnswer, FindingPublisher } from '../ports.ts';
import type { PageJournal } from './page-target.ts';
import { type PageRequest, sendPages } from './send-pages.ts';

/**
 * Sends pages for events directly, without an event bus between: for a process on one machine. An event of which no page
 * could be sent is refused, so that it stays in the outbox.
 */
export function createPagePublisher(request: Omit<PageRequest, 'event' | 'journal'>): FindingPublisher {
  const journal = journalInMemory();
  return {
    async publish(events) {
      const answers: EventAnswer[] = [];
      for (const event of events) {
        const sending = sendPages({ ...request, event, journal });
        answers.push(
          await sending.then(
            (): EventAnswer => ({ kind: 'accepted' }),
            (error: unknown) => ({ kind: 'refused', reason: error instanceof Error ? error.message : String(error) }),
          ),
        );
      }
      return answers;
    },
  };
}

/** One process sends one page after the other, so a claim needs no end. */
function journalInMemory(): PageJournal {
  const sent = new Set<string>();
  return {
    claim: async (id) => (sent.has(id) ? 'sent' : 'granted'),
    sent: async (id) => {
      sent.add(id);
    },
    release: async () => undefined,
  };
}
