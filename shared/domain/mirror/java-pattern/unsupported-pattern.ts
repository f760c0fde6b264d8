/** Topic names are `[a-zA-Z0-9._-]{1,249}`; group names are any Unicode text. */
export type NameKind = 'topics' | 'groups';

/** A place in a list of patterns. */
export interface PatternPlace {
  readonly pattern: string;
  /** Character of the pattern, from 1. */
  readonly position: number;
}

/** A pattern that Java rejects, or one whose meaning in Java is not known for every name and Java version. */
export class UnsupportedPatternError extends Error {
  override readonly name = 'UnsupportedPatternError';
  /** The pattern of the list that contains the construct. */
  readonly pattern: string;
  readonly position: number;
  /** What is there, in words. */
  readonly construct: string;
  /** Java rejects the list: MM2 does not start with it. */
  readonly invalid: boolean;
  readonly remedy: string;

  constructor(place: PatternPlace, construct: string, cause: { invalid: true } | { invalid: false; remedy: string }) {
    super(`"${place.pattern}" contains ${construct}, at character ${place.position}`);
    this.pattern = place.pattern;
    this.position = place.position;
    this.construct = construct;
    this.invalid = cause.invalid;
    this.remedy = cause.invalid
      ? 'correct it; a comma always separates two patterns, in brackets and braces too'
      : cause.remedy;
  }
}
