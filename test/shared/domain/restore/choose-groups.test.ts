import { expect, test } from '@jest/globals';
import { matchesGlob } from '../../../../shared/domain/model/name-glob.ts';
import { chooseGroups } from '../../../../shared/domain/restore/choose-groups.ts';

const KNOWN = ['billing', 'shipping', 'test-1', 'test-2'];
const choices = (texts: readonly string[]) =>
  texts.map((text) => ({ text, matches: (group: string) => matchesGlob(text, group) }));

test.each<[string[], string[], string[], string[]]>([
  [['*'], [], KNOWN, []],
  [['*'], ['test-*'], ['billing', 'shipping'], []],
  [['billing', 'test-*'], ['test-1'], ['billing', 'test-2'], []],
  [['bil*'], ['billing'], [], ['excluded bil*']],
  [['billing', 'shiping'], [], ['billing'], ['unknown shiping']],
  // Excluded by a name with a slip, billing would be moved.
  [['*'], ['biling'], KNOWN, ['excludes-nothing biling']],
])('--group %j --exclude %j', (selecting, excluding, groups, unmatched) => {
  const chosen = chooseGroups(KNOWN, choices(selecting), choices(excluding));
  expect(chosen.groups).toEqual(groups);
  expect(chosen.unmatched.map(({ kind, name }) => `${kind} ${name}`)).toEqual(unmatched);
});
