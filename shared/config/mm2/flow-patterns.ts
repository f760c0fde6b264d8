import { UnsupportedPatternError } from '../../domain/mirror/java-pattern/unsupported-pattern.ts';
import { compileJavaPatterns } from '../../domain/mirror/java-pattern.ts';
import type { Flow } from '../../domain/model/flow.ts';
import type { Problem } from '../connection/secret-source.ts';

const LISTS = ['topics', 'topicsExclude', 'groups', 'groupsExclude'] as const;

/** A list of a flow with a pattern that Tidemark cannot run. */
export interface PatternProblem extends Problem {
  readonly list: (typeof LISTS)[number];
}

/** Patterns in MM2 are Java's. A pattern whose exact meaning is unknown is a fault: Tidemark does not guess. */
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
        : 'Tidemark does not know which names it selects';
      return [{ list, message: `${message}: ${consequence}`, remedy }];
    }
  });
}
