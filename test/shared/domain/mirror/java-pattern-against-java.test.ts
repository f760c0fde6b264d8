import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type NameKind,
  UnsupportedPatternError,
} from '../../../../shared/domain/mirror/java-pattern/unsupported-pattern.ts';
import { compileJavaPatterns, namesAndPrefixes } from '../../../../shared/domain/mirror/java-pattern.ts';
import type { KafkaOracle } from '../../config/kafka-oracle.ts';
import { type PatternCase, patternCases } from './pattern-grammar.ts';
import { askMirrorUtils, compilePatternOracle } from './pattern-oracle.ts';

const SETTINGS = 4_000;
const SEED = 20_261_120;

type Outcome =
  | { readonly kind: 'taken'; readonly selected: string }
  | { readonly kind: 'invalid' | 'unsupported'; readonly error: UnsupportedPatternError };

let oracle: KafkaOracle;
beforeAll(async () => {
  oracle = await compilePatternOracle();
});

/**
 * The grammar asks for what nobody writes: a fifth of its settings in the one case, a third in the other, hold a construct
 * that is refused. The shares are bounded, for refusing everything would agree with Java as well.
 */
describe.each([
  ['topics', 0.27],
  ['groups', 0.4],
] as const)('generated settings for %s', (names, mostRefused) => {
  let cases: readonly PatternCase[];
  let answers: readonly string[];
  let outcomes: readonly Outcome[];
  beforeAll(() => {
    cases = fc.sample(patternCases(names), { numRuns: SETTINGS, seed: SEED });
    answers = askMirrorUtils(oracle, cases);
    outcomes = cases.map((one) => outcomeOf(one, names));
  });

  test('select what MM2 selects, or are refused', () => {
    const wrong = cases.flatMap((one, i) => {
      const outcome = outcomes[i];
      return outcome === undefined || agrees(outcome, answers[i]) ? [] : [{ ...one, outcome, java: answers[i] }];
    });
    expect(wrong).toEqual([]);

    const count = (kind: Outcome['kind']): number => outcomes.filter((outcome) => outcome.kind === kind).length;
    const valid = answers.filter((answer) => /^[01]*$/.test(answer)).length;
    const taken = outcomes.flatMap((outcome) => (outcome.kind === 'taken' ? [outcome.selected] : [])).join('');
    expect(valid).toBeGreaterThan(SETTINGS / 2);
    expect((valid - count('taken')) / valid).toBeLessThan(mostRefused);
    // Most of what Java rejects is known to be no pattern of Java.
    expect(count('invalid')).toBeGreaterThan((SETTINGS - valid) / 2);
    expect(taken.replaceAll('0', '').length).toBeGreaterThan(0.1 * taken.length);
  });

  test('give a name or a prefix to every name that MM2 selects', () => {
    const missed = cases.flatMap((one, i) => {
      const selected = one.names.filter((name, at) => name !== '' && answers[i]?.[at] === '1');
      if (selected.length === 0 || outcomes[i]?.kind !== 'taken') return [];
      const covering = namesAndPrefixes([one.setting], names).map(covers);
      return selected
        .filter((name) => !covering.some((pattern) => pattern.test(name)))
        .map((name) => [one.setting, name]);
    });
    expect(missed).toEqual([]);
  });
});

function outcomeOf({ setting, names }: PatternCase, kind: NameKind): Outcome {
  try {
    const selects = compileJavaPatterns([setting], kind);
    return { kind: 'taken', selected: names.map((name) => (selects(name) ? '1' : '0')).join('') };
  } catch (error) {
    if (!(error instanceof UnsupportedPatternError)) throw error;
    return { kind: error.invalid ? 'invalid' : 'unsupported', error };
  }
}

/** What is refused as no pattern of Java has to be rejected by it; what is refused as too hard may be anything. */
function agrees(outcome: Outcome, java: string | undefined): boolean {
  switch (outcome.kind) {
    case 'taken':
      return java === outcome.selected;
    case 'invalid':
      return java === 'rejected';
    case 'unsupported':
      return true;
  }
}

/** A lone dot of a pattern stands for a dot there. */
function covers(stem: string): RegExp {
  const prefix = stem.endsWith('*') ? stem.slice(0, -1) : stem;
  const escaped = prefix.replace(/[\\^$*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(`^${escaped}${prefix === stem ? '$' : ''}`, 'us');
}
