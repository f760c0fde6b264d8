import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseProperties } from '../../../../shared/config/mm2/properties.ts';

const parse = (text: string) => parseProperties(Buffer.from(text, 'latin1'));
const asObject = (text: string) => Object.fromEntries([...parse(text).entries].map(([k, p]) => [k, p.value]));

describe('a .properties file', () => {
  test('separators, blanks and comments are as in Java', () => {
    expect(asObject('a=1\nb:2\nc 3\n  d\t=\t4\n#e=5\n ! f=6\ng\nh=  i j \n')).toEqual({
      a: '1',
      b: '2',
      c: '3',
      d: '4',
      g: '',
      h: 'i j ',
    });
  });

  test('a backslash at the end of a line continues it, also over a comment sign', () => {
    expect(asObject('topics=a,\\\n   b,\\\r\n\t#c\nx=1\\\\\ny=2')).toEqual({ topics: 'a,b,#c', x: '1\\', y: '2' });
  });

  test('escapes and unicode are undone in keys and values', () => {
    expect(asObject('A\\=\\:\\ B=\\u0041\\t\\q\\\\')).toEqual({ 'A=: B': 'A\tq\\' });
  });

  test('an entry knows the line on which it begins', () => {
    const { entries } = parse('# one\r\n\r\na=1,\\\r\n2\r\nb=2');
    expect([entries.get('a')?.line, entries.get('b')?.line]).toEqual([3, 5]);
  });

  test('a repeated key is reported with both lines and the last one counts', () => {
    const { entries, problems } = parse('a=1\nb=2\na=3');
    expect(entries.get('a')).toEqual({ key: 'a', value: '3', line: 3 });
    expect(problems).toEqual([expect.objectContaining({ kind: 'duplicate', key: 'a', line: 3 })]);
  });

  test('a broken unicode escape is reported on its line', () => {
    expect(parse('ok=1\nbad=\\u12g4').problems).toEqual([
      expect.objectContaining({ kind: 'malformed-unicode', key: 'bad', line: 2 }),
    ]);
  });

  test('a character outside ASCII is reported, for Java reads it as two others', () => {
    const { entries, problems } = parseProperties(Buffer.from('groups=küche', 'utf8'));
    expect(entries.get('groups')?.value).toBe('kÃ¼che');
    expect(problems).toEqual([expect.objectContaining({ kind: 'not-latin1', key: 'groups' })]);
  });

  test('2,000 hostile files read exactly as java.util.Properties reads them', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        'B',
        '.',
        '=',
        ':',
        ' ',
        '\t',
        '\f',
        '\\',
        '\\',
        '\n',
        '\n',
        '\r',
        '\r\n',
        '#',
        '!',
        '\\u0041',
        '\\u00',
        'é',
      ],
      ...['\\\n', '\\\\\n', 'key=value\n', '->', 'n', 't', '\0'],
    );
    const files = fc.sample(
      fc.array(piece, { maxLength: 40 }).map((p) => p.join('')),
      { numRuns: 2000, seed: 7 },
    );
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-properties-'));
    try {
      const paths = files.map((text, i) => {
        const path = join(folder, `${i}.properties`);
        writeFileSync(path, Buffer.from(text, 'latin1'));
        return path;
      });
      const oracle = join(import.meta.dirname, '../java/PropertiesOracle.java');
      const expected = execFileSync('java', ['-XX:TieredStopAtLevel=1', oracle, ...paths], { encoding: 'utf8' });
      expect(files.map((text, i) => describeLikeOracle(`${i}.properties`, text)).join('')).toBe(expected);
      expect(expected).toContain('refused');
      expect(expected.match(/^entry/gm)?.length).toBeGreaterThan(1500);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function describeLikeOracle(name: string, text: string): string {
  const { entries, problems } = parse(text);
  if (problems.some((p) => p.kind === 'malformed-unicode')) return `file ${name}\nrefused\n`;
  const sorted = [...entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return `file ${name}\n${sorted.map((p) => `entry ${hex(p.key)} ${hex(p.value)}\n`).join('')}`;
}

function hex(text: string): string {
  return `x${[...Array(text.length).keys()].map((i) => text.charCodeAt(i).toString(16).padStart(4, '0')).join('')}`;
}
