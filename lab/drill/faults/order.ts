/** Where a step that is carried out reports: its intent is recorded and nothing is done; or all is done and read back, and not recorded. */
export type StepPoint = 'before' | 'after';

/** What a process that reported there has to do. It can also be killed while it waits for this. */
export type Order =
  | { readonly kind: 'continue' }
  /** The work of the step is done twice in a row. */
  | { readonly kind: 'do-twice' }
  /** The process kills itself as soon as it has sent its nth request; if an API is given, requests of that API only. If it sends fewer, when all is read back. */
  | { readonly kind: 'die-at-request'; readonly api: number | null; readonly nth: number };

/** Under this variable a process of the drill finds the URL that it reports to. */
export const POINTS_VARIABLE = 'TIDEMARK_DRILL_POINTS';

/** API keys of Kafka's protocol. */
export const KAFKA_API = { offsetCommit: 8, createAcls: 30, deleteAcls: 31 } as const;
