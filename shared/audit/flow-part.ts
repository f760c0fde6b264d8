/** Which of several audit functions this is: the first one is 1. */
export interface FlowPart {
  readonly part: number;
  readonly of: number;
}

/**
 * The flows that one of several functions audits, in their order: parts that differ by at most one flow. Neighbours stay
 * together, because a flow and its opposite have the same two clusters, which one function reads once.
 */
export function flowsOfPart<T>(flows: readonly T[], { part, of }: FlowPart): readonly T[] {
  const begin = (index: number) => Math.floor((index * flows.length) / of);
  return flows.slice(begin(part - 1), begin(part));
}
