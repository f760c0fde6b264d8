import { type Flow, flowName } from '../../shared/domain/model/flow.ts';
import { matchesGlob } from '../../shared/domain/model/name-glob.ts';
import type { FlowFilter } from '../../shared/survey/flow-filter.ts';

/** A test of names for what `--group` and `--topic` take: exact names, or globs with `*` and `?`. */
export function matcher(patterns: readonly string[] | undefined): ((name: string) => boolean) | null {
  if (patterns === undefined || patterns.length === 0) return null;
  return (name) => patterns.some((pattern) => matchesGlob(pattern, name));
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
