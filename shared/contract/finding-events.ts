/** Findings as events on the account's default event bus. Version 1 of the contract: add, do not rename. */
export const FINDING_EVENT_SOURCE = 'tidemark';

/** `detail-type` by what happened to the finding. */
export const FINDING_EVENT_TYPES = {
  opened: 'Tidemark Finding Opened',
  changed: 'Tidemark Finding Changed',
  closed: 'Tidemark Finding Closed',
} as const;

/** `detail.schema`. The other fields of `detail` are `deployment` and those of `FindingEvent`. */
export const FINDING_EVENT_SCHEMA = 'tidemark.finding-event/1';
