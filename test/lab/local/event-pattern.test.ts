import { expect, test } from '@jest/globals';
import { matchesPattern } from '../../../lab/local/event-pattern.ts';

const pattern = { source: ['tidemark'], 'detail-type': ['Opened', 'Closed'], detail: { deployment: ['prod'] } };
const event = { source: 'tidemark', 'detail-type': 'Closed', detail: { deployment: 'prod', flow: 'A->B' } };

test.each([
  ['the fields of the pattern', event, true],
  ['another source', { ...event, source: 'aws.ec2' }, false],
  ['another deployment', { ...event, detail: { deployment: 'test' } }, false],
  ['no detail', { ...event, detail: undefined }, false],
  ['a list with the value', { ...event, source: ['x', 'tidemark'] }, true],
  ['no object', 'tidemark', false],
])('%s', (_, one, matches) => expect(matchesPattern(pattern, one)).toBe(matches));

test('another comparison is refused, and not taken for equality', () => {
  expect(() => matchesPattern({ source: [{ prefix: 'tide' }] }, event)).toThrow('only equality');
});
