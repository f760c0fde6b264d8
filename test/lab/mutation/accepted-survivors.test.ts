import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { mutatedFiles } from '../../../lab/mutation/scope.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LIST = new URL('../../../lab/mutation/accepted-survivors.json', import.meta.url);

test('each accepted survivor is in a file that is there and is mutated', () => {
  const kinds = JSON.parse(readFileSync(LIST, 'utf8')) as { survivors: Record<string, readonly string[]> }[];
  const named = kinds.flatMap(({ survivors }) => Object.keys(survivors));
  const mutated = new Set(mutatedFiles(ROOT).map((file) => file.slice(ROOT.length)));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((file) => !mutated.has(file))).toEqual([]);
});
