import { describe, expect, test } from '@jest/globals';
import { timeAhead } from '../../../cli/options/point-in-time.ts';

const NOW = Date.UTC(2026, 10, 20, 10);

describe('--until', () => {
  test.each([
    ['90s', NOW + 90_000],
    ['15m', NOW + 900_000],
    ['2h', NOW + 7_200_000],
    ['3d', NOW + 259_200_000],
    ['2026-11-20T10:00:00.001Z', NOW + 1],
    ['2026-11-20T12:00+01:00', NOW + 3_600_000],
  ])('%s', (text, at) => {
    expect(timeAhead(text, NOW)).toBe(at);
  });

  test.each([
    '',
    '2',
    '0h',
    '-2h',
    '2w',
    'now',
    'tomorrow',
    '2026-11-21',
    '2026-11-21T10:00:00',
    '2026-13-01T10:00:00Z',
  ])('%j is no time ahead', (text) => {
    expect(() => timeAhead(text, NOW)).toThrow('Write a time with its zone');
  });

  test.each(['2026-11-20T10:00:00Z', '2020-01-01T00:00:00Z'])('%s is over', (text) => {
    expect(() => timeAhead(text, NOW)).toThrow('It lies in the past.');
  });
});
