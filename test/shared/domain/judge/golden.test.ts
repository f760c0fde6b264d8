import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { goldenOf, goldens } from '../../../../lab/golden/golden.ts';

const GOLDENS = goldens();

describe('what is said of recorded runs of MM2', () => {
  // `npm run golden:update` writes the files anew, where a difference is wanted.
  test.each(GOLDENS)('$recording: word for word as before', async ({ recording, file }) => {
    expect((await goldenOf(recording)).split('\n')).toEqual(readFileSync(file, 'utf8').split('\n'));
  });

  test('every recording has its file, and no file is left over', () => {
    const [{ file } = { file: '' }] = GOLDENS;
    const kept = readdirSync(dirname(file)).map((name) => `${dirname(file)}/${name}`);
    expect(kept.sort()).toEqual(GOLDENS.map((golden) => golden.file).sort());
  });
});
