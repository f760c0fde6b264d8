import { InvalidArgumentError, Option } from 'commander';

/** What `--rows` gives; without it a command shows as much as a screen has room for. */
export interface RowsOption {
  /** Infinity for all. */
  readonly rows?: number;
}

/** `--rows`: how much of each list a table shows. */
export function rowsOption(): Option {
  return new Option(
    '--rows <count>',
    'rows of each list in the table, or "all" (default: what two screens hold)',
  ).argParser((text: string) => {
    if (text === 'all') return Number.POSITIVE_INFINITY;
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new InvalidArgumentError('Write a whole number from 1 on, or all.');
  });
}
