import { InvalidArgumentError } from 'commander';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const AGO = /^-?(\d{1,6})([smhd])$/;
/** A date and time of day with its zone: without one it would mean another time on another machine. */
const WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

const AHEAD = /^(\d{1,6})([smhd])$/;
/** `--until`: `2026-11-20T10:00:00Z`, or how long from now: `90s`, `15m`, `2h`, `3d`. In ms since the epoch. */
export function timeAhead(text: string, now: number = Date.now()): number {
  const [, count, unit] = AHEAD.exec(text) ?? [];
  if (count !== undefined && unit !== undefined && Number(count) > 0) {
    return now + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  const at = WITH_ZONE.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError(
      'Write a time with its zone, 2026-11-20T10:00:00Z, or how long from now: 90s, 15m, 2h, 3d.',
    );
  }
  if (at <= now) throw new InvalidArgumentError('It lies in the past.');
  return at;
}

/** `--as-of`: `2026-11-20T10:00:00Z`, or how long ago: `90s`, `15m`, `2h`, `3d`, each also as `-2h`; `now`. In ms since the epoch. */
export function pointInTime(text: string, now: number = Date.now()): number {
  if (text === 'now') return now;
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  const at = WITH_ZONE.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError(
      'Write a time with its zone, 2026-11-20T10:00:00Z, or how long ago: 90s, 15m, 2h, 3d.',
    );
  }
  if (at > now) throw new InvalidArgumentError('It lies in the future.');
  return at;
}
