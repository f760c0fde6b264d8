import { describe, expect, test } from '@jest/globals';
import { readOptions } from '../../../lab/explore/options.ts';

const NAMES = ['translation', 'frame-chain'];
const read = (...args: string[]) => readOptions(args, NAMES);

describe('the options of npm run explore', () => {
  test('nothing said: every property, other values on every run', () => {
    expect(read()).toMatchObject({ kind: 'search', only: NAMES, minutes: 10, seed: null });
    expect(read('--help', '--minutes', '5')).toEqual({ kind: 'help' });
  });

  test('a search of some properties from a seed, and one value again', () => {
    const search = read('--minutes', '0.5', '--only', 'frame-chain', '--seed', '-742507726', '--workers', '1');
    expect(search).toEqual({ kind: 'search', only: ['frame-chain'], minutes: 0.5, seed: -742_507_726, workers: 1 });
    const again = read('--only', 'translation', '--seed', '5', '--path', '12:0:3');
    expect(again).toEqual({ kind: 'reproduce', only: 'translation', seed: 5, path: '12:0:3' });
  });

  test.each([
    [['--minuts', '1'], '--minuts'],
    [['5'], '5'],
    [['--minutes'], '--minutes'],
    [['--minutes', '0'], '--minutes: "0"'],
    [['--minutes', ''], '--minutes: ""'],
    [['--minutes', 'soon'], '--minutes: "soon"'],
    [['--seed', '1.5'], '--seed: "1.5"'],
    [['--seed', ''], '--seed: ""'],
    [['--seed', '4294967296'], '--seed: "4294967296"'],
    [['--workers', '0'], '--workers: "0"'],
    [['--only', 'translaton'], 'did you mean translation?'],
    [['--path', '1:2'], '--path needs'],
    [['--only', 'translation', '--seed', '1', '--path', 'x'], '--path: "x"'],
    [['--only', 'translation', '--only', 'frame-chain', '--seed', '1', '--path', '1'], '--path needs one --only'],
  ])('%j is refused by name', (args, message) => {
    expect(read(...args)).toEqual({ kind: 'wrong', message: expect.stringContaining(message) });
  });
});
