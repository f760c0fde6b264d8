import { columnsOf, type Paint, painter, type Terminal, widthOf } from './terminal.ts';

/** What a table is fitted to. */
export interface TableOptions {
  /** Columns of text. */
  readonly width: number;
  /** Columns that rows of a table may take; as many as text if absent. */
  readonly columns?: number;
  /** Rows to show of each list, Infinity for all; if absent, as many as a screen has room for. */
  readonly rows?: number | undefined;
  readonly paint: Paint;
}

/** How a command prints tables on this terminal. */
export function lookOf(terminal: Terminal, rows?: number): TableOptions {
  const { stdout } = terminal;
  return { width: widthOf(stdout), columns: columnsOf(stdout), rows, paint: painter(terminal) };
}

/**
 * How wide a column of names is: as wide as text leaves it, and wider for a name that a wide terminal has room for.
 * @param others columns that the rest of a row takes
 */
export function nameWidth({ width, columns = width }: TableOptions, others: number, names: readonly string[]): number {
  const longest = names.reduce((most, { length }) => Math.max(most, length), 0);
  return Math.max(width - others, Math.min(longest, columns - others));
}
