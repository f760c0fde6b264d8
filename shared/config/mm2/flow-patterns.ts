import { compilePatterns, UnsupportedPatternError } from '../../domain/mirror/selection.ts';
import type { Flow } from '../../domain/model/flow.ts';
import type { Problem } from '../connection/secret-source.ts';

const LISTS = ['topics', 'topicsExclude', 'groups', 'groupsExclude'] as const;

/** One of the lists of a flow that holds a pattern which cannot be run here. */
export interface PatternProblem extends Problem {
  readonly list: (typeof LISTS)[number];
}

/** Patterns are Java's in MM2: what JavaScript cannot run the same way is a fault, not a guess. */
export function patternProblems(flow: Flow): PatternProblem[] {
  return LISTS.flatMap((list) => {
    try {
      compilePatterns(flow[list]);
      return [];
    } catch (error) {
      if (!(error instanceof UnsupportedPatternError)) throw error;
      const message = `"${error.pattern}" is not a regular expression that Tidemark can run`;
      return [
        { list, message, remedy: 'correct it, or write it without what only Java knows; commas separate patterns' },
      ];
    }
  });
}
