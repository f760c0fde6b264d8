import type { UnmatchedName } from './restore-inputs.ts';

/** A name or pattern that selects or excludes groups. */
export interface GroupChoice {
  /** The text that the operator gave, for messages. */
  readonly text: string;
  matches(group: string): boolean;
}

export interface ChosenGroups {
  readonly groups: readonly string[];
  /** Choices to no effect: a slip in a name must neither move a group nor leave it where it is. */
  readonly unmatched: readonly UnmatchedName[];
}

/** @param known groups that had positions at the requested time */
export function chooseGroups(
  known: readonly string[],
  selecting: readonly GroupChoice[],
  excluding: readonly GroupChoice[],
): ChosenGroups {
  const left = known.filter((group) => !excluding.some(({ matches }) => matches(group)));
  const selectsNone = selecting.filter(({ matches }) => !left.some(matches));
  const excludesNone = excluding.filter(({ matches }) => !known.some(matches));
  return {
    groups: left.filter((group) => selecting.some(({ matches }) => matches(group))),
    unmatched: [
      ...selectsNone.map(({ text, matches }): UnmatchedName => {
        return { kind: known.some(matches) ? 'excluded' : 'unknown', name: text };
      }),
      ...excludesNone.map(({ text }): UnmatchedName => ({ kind: 'excludes-nothing', name: text })),
    ],
  };
}
