/** Where a history is: a file of this machine, or the table that the audit function keeps. */
export type HistoryPlace =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'dynamodb'; readonly table: string };
