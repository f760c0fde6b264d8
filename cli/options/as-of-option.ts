import { Option } from 'commander';
import { pointInTime } from './point-in-time.ts';

/** `--as-of`: ms since the epoch once parsed. */
export function asOfOption(description: string): Option {
  return new Option('--as-of <time>', `${description}: 2026-11-20T10:00:00Z, or how long ago: -2h, 30m`).argParser(
    (text: string) => pointInTime(text),
  );
}
