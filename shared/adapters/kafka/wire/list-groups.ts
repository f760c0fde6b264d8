import type { Api } from './api.ts';
import { Once } from './once.ts';
import { MalformedResponseError } from './response-reader.ts';

/** Limit for one broker. Tidemark asks for the commits of each group. */
const MAX_GROUPS = 500_000;

export interface ListedGroup {
  readonly group: string;
  readonly protocolType: string;
  /** Null before version 4. */
  readonly state: string | null;
  /** Null before version 5. */
  readonly type: string | null;
}

export interface ListGroupsAnswer {
  readonly error: number;
  readonly groups: readonly ListedGroup[];
}

/**
 * ListGroups: the groups that this broker coordinates. Version 4 added states (KIP-518), version 5 types (KIP-848). It
 * omits groups that we may not describe, without an error, unless we may describe the cluster.
 */
export const LIST_GROUPS: Api<null, ListGroupsAnswer> = {
  key: 16,
  name: 'ListGroups',
  oldest: 1,
  newest: 5,
  flexibleFrom: 3,
  write(writer, _request, version) {
    if (version >= 4) writer.arrayLength(0); // all states
    if (version >= 5) writer.arrayLength(0); // all types
    writer.tags();
  },
  read(reader, version) {
    reader.throttle();
    const error = reader.int16();
    const once = new Once<string>();
    const groups = reader.array((r) => {
      const group = r.string();
      once.see(group);
      const protocolType = r.name();
      const state = version >= 4 ? r.name() : null;
      const type = version >= 5 ? r.name() : null;
      r.tags();
      return { group, protocolType, state, type };
    });
    reader.tags();
    if (groups.length > MAX_GROUPS) throw new MalformedResponseError(`${groups.length} groups`);
    return { error, groups };
  },
};
