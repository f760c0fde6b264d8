import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JaasSyntaxError, parseJaas } from '../../../../shared/config/connection/jaas.ts';
import type { KafkaOracle } from '../kafka-oracle.ts';
import { compileOracle } from '../kafka-oracle.ts';

const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule';

let oracle: KafkaOracle;
beforeAll(async () => {
  oracle = await compileOracle('JaasOracle.java');
});

describe('sasl.jaas.config', () => {
  test('options are read bare and in both kinds of quotes, with escapes', () => {
    const [entry] = parseJaas(`${SCRAM} required username=bob password="p\\"w;=\\101" x='a"b';`);
    expect(entry?.loginModule).toBe(SCRAM);
    expect(Object.fromEntries(entry?.options ?? [])).toEqual({ username: 'bob', password: 'p"w;=A', x: 'a"b' });
  });

  test.each([
    ['', 'it is empty'],
    [`${SCRAM}`, 'control flag'],
    [`${SCRAM} maybe;`, 'control flag'],
    [`${SCRAM} required username="bob"`, 'semicolon'],
    [`${SCRAM} required password=1234;`, 'has no value'],
  ])('%j is refused as Kafka refuses it, without its text', (text, reason) => {
    expect(() => parseJaas(text)).toThrow(JaasSyntaxError);
    expect(() => parseJaas(text)).toThrow(reason);
    expect(() => parseJaas(text)).not.toThrow('1234');
    expect(oracle.ask('org.apache.kafka.common.security.JaasOracle', [encoded(text)])).toEqual(['refused']);
  });

  test('2,000 hostile texts read exactly as Kafka reads them', () => {
    const piece = fc.constantFrom(
      ...[
        SCRAM,
        ' required ',
        ' required ',
        ' optional ',
        'username=',
        'password=',
        'k=',
        'bob',
        '"q"',
        "'q'",
        '"a b;="',
      ],
      ...[
        '=',
        ';',
        ';',
        ' ',
        '\n',
        '12',
        '-1',
        '.5',
        '-',
        '$x',
        '_y',
        '/',
        '//',
        '/* c */',
        '"\\',
        '\\',
        '"',
        "'",
        '\\n',
        '\\07',
        'é',
        'x',
      ],
    );
    const whole = fc
      .array(piece, { maxLength: 12 })
      .map((pieces) => `${SCRAM} required username="a" ${pieces.join('')};`);
    const any = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    const texts = fc.sample(fc.oneof(whole, any), { numRuns: 2000, seed: 11 });
    const answers = oracle.ask('org.apache.kafka.common.security.JaasOracle', texts.map(encoded));
    expect(texts.map(describeLikeOracle)).toEqual(answers);
    expect(answers.filter((answer) => answer.startsWith('module')).length).toBeGreaterThan(100);
  });
});

function describeLikeOracle(text: string): string {
  try {
    return parseJaas(text)
      .map(({ loginModule, options }) => {
        const sorted = [...options].sort(([a], [b]) => (a < b ? -1 : 1));
        return ['module', encoded(loginModule), ...sorted.map(([k, v]) => `${encoded(k)}=${encoded(v)}`)].join(' ');
      })
      .join(' ');
  } catch (error) {
    if (error instanceof JaasSyntaxError) return 'refused';
    throw error;
  }
}

function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
