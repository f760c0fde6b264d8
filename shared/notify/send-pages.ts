import type { Severity } from '../contract/finding-codes.ts';
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
      if (!(await journal.claim(id, clock.now()))) continue;
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
