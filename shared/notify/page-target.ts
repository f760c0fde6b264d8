import type { FindingEvent } from '../domain/notify/finding-event.ts';
import type { PageContent } from '../domain/notify/page-content.ts';

/** One way to reach people, with the form that its medium needs. */
export interface PageTarget {
  /** Stable: it is part of the key by which a page is sent once. */
  readonly name: 'slack' | 'webhook' | 'email';
  /** @throws TidemarkError that names neither the receiver's address nor a secret */
  send(page: PageContent, event: FindingEvent): Promise<void>;
}

/** `taken`: another process may be sending the page, or has died before it could. */
export type Claim = 'granted' | 'sent' | 'taken';

/** Remembers which pages were sent, so that an event that arrives twice pages once. */
export interface PageJournal {
  /**
   * Takes the right to send a page, for a minute.
   * @param id of the event, its deployment and the target
   * @param now ms since the epoch
   */
  claim(id: string, now: number): Promise<Claim>;
  /** The page was sent: no later `claim` gets it. */
  sent(id: string, now: number): Promise<void>;
  /** The page was not sent: the next `claim` gets it. */
  release(id: string): Promise<void>;
}
