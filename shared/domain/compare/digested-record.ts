/** A record reduced to what distinguishes it from others, so that its content is neither held in memory nor stored. */
export interface DigestedRecord {
  readonly offset: bigint;
  /** Hash of key, value and headers. */
  readonly content: string;
  /** Hash of key and value alone; null if both are null: the time alone tells no records apart. */
  readonly body: string | null;
  /** Milliseconds since the epoch; −1 if the record has none. */
  readonly timestamp: bigint;
}

/** Data records of [from, until) of one partition, all of them, in offset order. */
export interface DigestedStretch {
  readonly from: bigint;
  readonly until: bigint;
  readonly records: readonly DigestedRecord[];
}

/** The same records to compare without their headers, which a transform in MM2 may have changed. */
export function withoutHeaders(stretch: DigestedStretch): DigestedStretch {
  return {
    ...stretch,
    records: stretch.records.map((record) => ({ ...record, content: record.body ?? record.content })),
  };
}

/** What a copy made by MM2 has in common with its original: content and time (MM2 keeps both). */
export function identityOf({ content, timestamp }: DigestedRecord): string {
  return `${content}${timestamp}`;
}
