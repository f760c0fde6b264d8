import type { Paint } from './terminal.ts';

/** What a table is fitted to. */
export interface TableOptions {
  readonly width: number;
  readonly paint: Paint;
}
