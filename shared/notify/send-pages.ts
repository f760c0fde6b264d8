import type { Severity } from '../contract/finding-codes.ts';
import { TidemarkError } from '../domain/model/errors.ts';
import type { FindingEvent } from '../domain/notify/finding-event.ts';
import { pageKindOf } from '../domain/notify/page.ts';
import { type PageLinks, pageContent } from '../domain/notify/page-content.ts';
import type { Clock } from '../ports.ts';
import type { PageJournal, PageTarget } from './page-target.ts';

export interface PageRequest {
  readonly event: FindingEvent;
  readonly links: PageLinks;
  /** The least severity that pages. */
  readonly least: Severity;
  readonly targets: readonly PageTarget[];
  readonly journal: PageJournal;
  readonly clock: Clock;
}

/** Another process holds the right to send the page, and has not yet said that it did. */
export class PageTakenError extends TidemarkError {
  constructor(target: PageTarget['name']) {
    super('PAGE_TAKEN', `another process is sending the page to ${target}`, {
      retriable: true,
      remedy: 'Nothing. Try again after a minute: the page is then known to be sent, or is sent again.',
    });
  }
}

/** What was done with an event. */
export interface Paged {
  /** Null if the event pages nobody: acknowledged, or not severe enough. */
  readonly kind: 'page' | 'resolved' | null;
  readonly sent: readonly PageTarget['name'][];
}

/**
 * Sends the page of one event to every target that has not had it. A target that fails does not stop the others. A
 * process that dies between sending and remembering sends again after a minute.
 * @throws the first target's error, after all targets were tried; call again to send to those that failed
 */
export async function sendPages(request: PageRequest): Promise<Paged> {
  const { event, links, least, targets, journal, clock } = request;
  const kind = pageKindOf(event, least);
  if (kind === null) return { kind, sent: [] };
  const page = pageContent(event, kind, links);
  const sent: PageTarget['name'][] = [];
  const failures: unknown[] = [];
  for (const target of targets) {
    const id = [links.deployment ?? '', event.id, target.name].join('#');
    try {
      const claim = await journal.claim(id, clock.now());
      if (claim === 'sent') continue;
      // The other process may have died: the next call after its minute shows it.
      if (claim === 'taken') throw new PageTakenError(target.name);
      await target.send(page, event).catch(async (error: unknown) => {
        await journal.release(id);
        throw error;
      });
      sent.push(target.name);
      await journal.sent(id, clock.now());
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return { kind, sent };
}
