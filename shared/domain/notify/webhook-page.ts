import type { FindingEvent } from './finding-event.ts';
import type { PageContent } from './page-content.ts';

/**
 * A page for any other receiver: the event with its names as they are, for machines, and the text for people. JSON
 * escapes both.
 */
export function webhookPage(page: PageContent, event: FindingEvent, deployment: string | null): object {
  const failover = page.failover.map(({ of, text }) => (of === 'flow' ? text : `  ${text}`));
  return { schema: 'tidemark.page/1', kind: page.kind, deployment, page: { ...page, failover }, event };
}
