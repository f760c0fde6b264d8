import fc from 'fast-check';

/** A piece of a pattern, and a text that it may match. */
interface Piece {
  readonly pattern: string;
  readonly sample: string;
}

/** A setting like `topics`, and names near it. */
export interface PatternCase {
  readonly setting: string;
  readonly names: readonly string[];
}

const TOPIC_CHARACTERS = [...'abcABCkKsSzZ019._-'];
const OTHER_CHARACTERS = [
  ...['\n', '\r', '\r\n', '\t', ' ', '\u000b', '\u0085', '\u00a0', '\u180e', '\u2028', '\u2009', '\u0000', '\u001b'],
  ...['é', 'É', 'ß', 'ſ', '\u212a', 'İ', 'ı', 'µ', 'ÿ', '中', '٣', '́', '😀', '𐐀', '!', '&', '[', ']', '{', '|', '~'],
];

const piece = (pattern: string, sample = pattern): fc.Arbitrary<Piece> => fc.constant({ pattern, sample });
const oneOf = (...patterns: readonly string[]): fc.Arbitrary<Piece> =>
  fc.constantFrom(...patterns).chain((pattern) =>
    fc.constantFrom(...TOPIC_CHARACTERS, ...(pattern.startsWith('\\') ? [' ', '\n'] : [])).map((sample) => ({
      pattern,
      sample,
    })),
  );

const literalCharacter = fc.constantFrom(...'aaabbcckKsSA0019__--').map((c) => ({ pattern: c, sample: c }));
const oddCharacter = fc.oneof(
  fc
    .constantFrom('é', 'ß', 'ſ', '\u212a', 'İ', '中', '😀', ' ', '!', '~', '#', ']', '}', ':', '<', '>', '=')
    .map((c) => ({
      pattern: c,
      sample: c,
    })),
  piece('\\.', '.'),
  piece('\\-', '-'),
  piece('\\\\', '\\'),
  piece('\\_', '_'),
  piece('\\é', 'é'),
);
const escapedCharacter = fc.oneof(
  ...[
    ['\\x61', 'a'],
    ['\\x{62}', 'b'],
    ['\\x{1F600}', '😀'],
    ['\\u0063', 'c'],
    ['\\ud83d\\ude00', '😀'],
    ['\\060', '0'],
    ['\\0101', 'A'],
    ['\\0400', ' 0'],
    ['\\c!', 'a'],
    ['\\cJ', '\n'],
    ['\\t', '\t'],
    ['\\e', '\u001b'],
    ['\\a', '\u0007'],
  ].map(([pattern = '', sample = '']) => piece(pattern, sample)),
);
const predefined = oneOf('.', '.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\h', '\\H', '\\v', '\\V');
const property = oneOf(
  ...['Lower', 'Upper', 'ASCII', 'Alpha', 'Digit', 'Alnum', 'Punct', 'Graph', 'Print', 'Blank', 'Cntrl', 'XDigit'].map(
    (name) => `\\p{${name}}`,
  ),
  ...['\\p{Space}', '\\P{Alpha}', '\\P{Upper}', '\\p{L}', '\\pL', '\\PL', '\\pN', '\\p{Lu}', '\\p{IsLu}', '\\p{gc=Nd}'],
  ...['\\p{IsAlphabetic}', '\\p{IsDigit}', '\\p{javaLowerCase}', '\\P{Pd}', '\\p{IsPunctuation}', '\\p{IsLetter}'],
);
const quoted = fc
  .constantFrom('a.b', '1a', 'a|b', '', 'x-9', 'a\\', '(', '[a', '*')
  .map((text) => ({ pattern: `\\Q${text}\\E`, sample: text }));

const classItem: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'k', 'S', '0', '_', '.', '-', '\\-', '\\.', 'é', '😀', '&') },
  { weight: 5, arbitrary: fc.constantFrom('a-c', 'a-z', 'A-Z', '0-9', 'S-k', '+-z', '\\x61-\\x63', 'é-ÿ', 'a-中') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\\d', '\\w', '\\s', '\\W', '\\h', '\\v', '\\p{Lower}', '\\P{Alpha}', '\\pL'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(']', '^', '\\]', '\\Qa-z\\E', 'z-a', '\\b', '\\v-z', 'a-\\v', '\\', '-]', '\\101'),
  },
);
const { characterClass } = fc.letrec<{ characterClass: string }>((tie) => ({
  characterClass: fc
    .tuple(
      fc.constantFrom('', '', '^'),
      fc.array(
        fc.oneof(
          { maxDepth: 2 },
          { weight: 8, arbitrary: classItem },
          { weight: 1, arbitrary: tie('characterClass') },
          { weight: 1, arbitrary: fc.constantFrom('&&', '&&^', '&&[^b-d]') },
        ),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([negation, items]) => `[${negation}${items.join('')}]`),
}));
const classPiece = characterClass.chain((pattern) =>
  fc.constantFrom(...TOPIC_CHARACTERS, 'é', '😀', ']', '^').map((sample) => ({ pattern, sample })),
);

const position = oneOfPositions('^', '$', '\\A', '\\z', '\\Z', '\\G', '\\b', '\\B');
function oneOfPositions(...patterns: readonly string[]): fc.Arbitrary<Piece> {
  return fc.constantFrom(...patterns).map((pattern) => ({ pattern, sample: '' }));
}

const unusual = fc
  .constantFrom(
    '\\1',
    '\\k<n>',
    '\\R',
    '\\X',
    '\\N{DIGIT ONE}',
    '\\b{g}',
    '(?x)',
    '(?<n>a)',
    '\\y',
    '\\p{IsLatin}',
    '(?',
  )
  .map((pattern) => ({ pattern, sample: 'a' }));

const quantifier = fc
  .tuple(
    fc.constantFrom('?', '*', '+', '*', '{2}', '{1}', '{0}', '{2}{3}'),
    fc.constantFrom('', '', '', '?', '+'),
    fc.nat(2),
  )
  .map(([counts, mode, times]) => ({
    text: `${counts}${mode}`,
    times: counts.startsWith('{') ? Number(counts[1]) : times,
  }));

const opening = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('(', '(?:', '(?:') },
  { weight: 3, arbitrary: fc.constantFrom('(?=', '(?!', '(?<=', '(?<!', '(?<!', '(?!') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('(?>', '(?<name>', '(?i:', '(?s:', '(?m:', '(?d-i:', '(?-i:', '(?iu:', '(?U:'),
  },
);
const flags = fc
  .constantFrom('(?i)', '(?i)', '(?s)', '(?m)', '(?d)', '(?md)', '(?-i)', '(?is-m)', '(?iu)', '(?U)', '(?)')
  .map((pattern) => ({ pattern, sample: '' }));

const { sequence } = fc.letrec<{ sequence: Piece; part: Piece; group: Piece; atom: Piece }>((tie) => ({
  atom: fc.oneof(
    { weight: 14, arbitrary: literalCharacter },
    { weight: 4, arbitrary: predefined },
    { weight: 4, arbitrary: classPiece },
    { weight: 2, arbitrary: property },
    { weight: 2, arbitrary: escapedCharacter },
    { weight: 2, arbitrary: oddCharacter },
    { weight: 2, arbitrary: position },
    { weight: 1, arbitrary: quoted },
    { weight: 1, arbitrary: flags },
  ),
  group: fc
    .tuple(opening, fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }), fc.nat(2))
    .map(([open, choices, which]) => ({
      pattern: `${open}${choices.map(({ pattern }) => pattern).join('|')})`,
      // A lookaround takes nothing.
      sample: /^\(\?<?[=!]/.test(open) ? '' : (choices[which % choices.length]?.sample ?? ''),
    })),
  part: fc
    .tuple(
      fc.oneof({ maxDepth: 3 }, { weight: 3, arbitrary: tie('atom') }, { weight: 1, arbitrary: tie('group') }),
      fc.option(quantifier, { freq: 2 }),
    )
    .map(([{ pattern, sample }, times]) =>
      times === null ? { pattern, sample } : { pattern: `${pattern}${times.text}`, sample: sample.repeat(times.times) },
    ),
  sequence: fc.array(tie('part'), { maxLength: 4 }).map(concatenated),
}));

function concatenated(pieces: readonly Piece[]): Piece {
  return {
    pattern: pieces.map(({ pattern }) => pattern).join(''),
    sample: pieces.map(({ sample }) => sample).join(''),
  };
}

/** Tokens in any order, most of which make no pattern: what Java rejects, and what it takes in spite of its looks. */
const soup = fc
  .array(
    fc.constantFrom(
      ...['a', 'b', '1', '(', ')', '[', ']', '{', '}', '|', '*', '+', '?', '^', '$', '.', '\\', '-', ':', '!', '='],
      ...[
        '<',
        '>',
        '&',
        '&&',
        '\\Q',
        '\\E',
        '(?i)',
        '(?',
        '{2}',
        '{0}',
        '\\x',
        '\\u',
        '\\p',
        '\\p{',
        '\\c',
        '\\0',
        '61',
      ],
      ...['[^', '(?<', '(?<=', '(?<!', '\\d', '\\v', '\\b', '\\k', '\\N', ' '],
    ),
    { maxLength: 7 },
  )
  .map((tokens) => ({ pattern: tokens.join(''), sample: tokens.join('').replace(/[^a-z0-9]/g, '') }));

const item = fc.oneof(
  { weight: 12, arbitrary: sequence },
  { weight: 1, arbitrary: fc.tuple(sequence, unusual, sequence).map(concatenated) },
  { weight: 4, arbitrary: soup },
);

const changed = (sample: string, characters: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(sample.length), fc.nat(4), fc.constantFrom(...characters)).map(([at, how, character]) => {
    const [before, here, after] = [sample.slice(0, at), sample.slice(at, at + 1), sample.slice(at + 1)];
    if (how === 0) return before + after;
    if (how === 1) return before + character + here + after;
    if (how === 2) return before + character + after;
    if (how === 3) return sample.toUpperCase();
    return before + (here === here.toUpperCase() ? here.toLowerCase() : here.toUpperCase()) + after;
  });

/** Settings of one or two items, with names of topics, or with any text, that lie near what they match. */
export function patternCases(names: 'topics' | 'groups'): fc.Arbitrary<PatternCase> {
  const characters = names === 'topics' ? TOPIC_CHARACTERS : [...TOPIC_CHARACTERS, ...OTHER_CHARACTERS];
  const clean = (name: string): string =>
    names === 'topics' ? name.replace(/[^a-zA-Z0-9._-]/gu, '') : name.toWellFormed();
  return fc.array(item, { minLength: 1, maxLength: 2 }).chain((items) =>
    fc
      .tuple(
        ...items.flatMap(({ sample }) => [
          fc.constant(sample),
          changed(sample, characters),
          changed(sample, characters),
        ]),
        fc.array(fc.constantFrom(...characters), { maxLength: 6 }).map((some) => some.join('')),
        fc.array(fc.constantFrom(...characters), { maxLength: 3 }).map((some) => some.join('')),
        fc.constantFrom('', 'a', 'aa', 'ab'),
      )
      .map((all) => ({
        setting: items.map(({ pattern }) => pattern).join(','),
        names: [...new Set(all.map(clean))],
      })),
  );
}
