import { UnsupportedPatternError } from '../../domain/mirror/java-pattern/unsupported-pattern.ts';
import { compileJavaPatterns } from '../../domain/mirror/java-pattern.ts';
import type { Flow } from '../../domain/model/flow.ts';
import type { Problem } from '../connection/secret-source.ts';

const LISTS = ['topics', 'topicsExclude', 'groups', 'groupsExclude'] as const;

/** One of the lists of a flow that holds a pattern which cannot be run here. */
export interface PatternProblem extends Problem {
  readonly list: (typeof LISTS)[number];
}

/** Patterns are Java's in MM2: one whose meaning is not known exactly is a fault, not a guess. */
export function patternProblems(flow: Flow): PatternProblem[] {
  return LISTS.flatMap((list) => {
    try {
      compileJavaPatterns(flow[list], list.startsWith('topics') ? 'topics' : 'groups');
      return [];
    } catch (error) {
      if (!(error instanceof UnsupportedPatternError)) throw error;
      const { message, invalid, remedy } = error;
      const consequence = invalid
        ? 'MirrorMaker does not start with it'
        : 'Tidemark cannot tell which names it selects';
      return [{ list, message: `${message}: ${consequence}`, remedy }];
    }
  });
}
