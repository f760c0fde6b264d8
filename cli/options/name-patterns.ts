import { type Flow, flowName } from '../../shared/domain/model/flow.ts';
import type { FlowFilter } from '../../shared/survey/flow-filter.ts';

/** A test of names for what `--group` and `--topic` take: exact names, or globs with `*` and `?`. */
export function matcher(patterns: readonly string[] | undefined): ((name: string) => boolean) | null {
  if (patterns === undefined || patterns.length === 0) return null;
  // A name that has a star in it is still found by writing it out.
  return (name) => patterns.some((pattern) => name === pattern || isMatch(pattern, name));
}

/**
 * Whether a name is as a glob says. Step by step, going back to the last star only: a regular expression would try each
 * star with each, and any client that may commit can choose group names of up to 32,767 characters.
 */
function isMatch(glob: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let begin = 0;
  for (let i = 0; i < name.length; ) {
    if (glob[at] === '*') {
      star = at++;
      begin = i;
    } else if (glob[at] === '?' || glob[at] === name[i]) {
      at++;
      i++;
    } else if (star < 0) {
      return false;
    } else {
      at = star + 1;
      i = ++begin;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}

/** What an audit is limited to: some flows, and what `--group` and `--topic` name of them. */
export function filterOf(
  flows: readonly Flow[],
  options: { readonly group?: readonly string[]; readonly topic?: readonly string[] },
): FlowFilter {
  const names = new Set(flows.map(flowName));
  const group = matcher(options.group);
  const topic = matcher(options.topic);
  return {
    flow: (name) => names.has(name),
    ...(group === null ? {} : { group }),
    ...(topic === null ? {} : { topic }),
  };
}
