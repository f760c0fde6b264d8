import { describe, expect, test } from '@jest/globals';
import { parseMetrics } from '../../../../shared/adapters/connect-rest/metrics-text.ts';

const all = () => true;
const parsed = (text: string) =>
  parseMetrics(text, all).map(({ name, labels, value }) => [name, Object.fromEntries(labels), value]);

describe("Prometheus's text format", () => {
  test('names, labels with escapes, values, times, comments', () => {
    const text = [
      '# HELP a_total What it counts.',
      '# TYPE a_total counter',
      'a_total 3',
      'b{client_id="\\"p-A->B.C-0\\"",path="c:\\\\x",two="1\\n2",} 1.5E7 1700000000000',
      'c{ } NaN',
      'd{a="1" , b="}{,"} -Inf',
      'e +Inf\r',
      '',
    ].join('\n');
    expect(parsed(text)).toEqual([
      ['a_total', {}, 3],
      ['b', { client_id: '"p-A->B.C-0"', path: 'c:\\x', two: '1\n2' }, 15_000_000],
      ['c', {}, Number.NaN],
      ['d', { a: '1', b: '}{,' }, Number.NEGATIVE_INFINITY],
      ['e', {}, Number.POSITIVE_INFINITY],
    ]);
  });

  test('only what is wanted is kept', () => {
    expect(parseMetrics('a 1\nb 2\n', (name) => name === 'b').map(({ name }) => name)).toEqual(['b']);
  });

  test.each([
    ['a page in HTML', '<html><body>Prometheus</body></html>'],
    ['JSON', '{"a": 1}'],
    ['no value', 'a 1\nb'],
    ['no number', 'a 0x10'],
    ['a number with more behind', 'a 1 2 3'],
    ['a label without quotes', 'a{b=c} 1'],
    ['a label without an end', 'a{b="c} 1'],
    ['labels without an end', 'a{b="c" 1'],
    ['labels without a comma', 'a{b="c"d="e"} 1'],
    ['an unknown escape', 'a{b="\\x"} 1'],
    ['a label twice', 'a{b="1",b="2"} 1'],
    ['too many labels', `a{${Array.from({ length: 33 }, (_, i) => `l${i}="1"`).join(',')}} 1`],
    ['a line that is too long', `a{b="${'x'.repeat(20_000)}"} 1`],
  ])('%s is refused, and not quoted', (_, text) => {
    expect(() => parseMetrics(text, all)).toThrow(/^is not Prometheus's text format in line \d+$/);
  });

  test('a page without metrics is refused', () => {
    expect(() => parseMetrics('# nothing\n', all)).toThrow('has no metrics');
  });

  test('a line that was made to take long does not', () => {
    const started = performance.now();
    for (const text of [`a{b="${'\\\\'.repeat(8_000)}`, `a{${'b="",'.repeat(2_000)}`, `a ${' '.repeat(16_000)}x y z`]) {
      expect(() => parseMetrics(text, all)).toThrow();
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
