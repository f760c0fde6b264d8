import type { Api } from './api.ts';
import { Once } from './once.ts';

export interface DescribeGroupsRequest {
  readonly groups: readonly string[];
}

export interface DescribedGroup {
  readonly group: string;
  readonly error: number;
  readonly state: string;
  readonly protocolType: string;
}

/**
 * DescribeGroups, for classic groups. Versions below 6 report any other group as `Dead` without an error. That includes
 * absent groups and groups of the new protocol with many members, so never trust that state.
 */
export const DESCRIBE_GROUPS: Api<DescribeGroupsRequest, readonly DescribedGroup[]> = {
  key: 15,
  name: 'DescribeGroups',
  oldest: 1,
  newest: 6,
  flexibleFrom: 5,
  write(writer, { groups }, version) {
    writer.array(groups, (group) => writer.string(group));
    if (version >= 3) writer.boolean(false);
    writer.tags();
  },
  read(reader, version) {
    reader.throttle();
    const once = new Once<string>();
    const groups = reader.array((r) => {
      const error = r.int16();
      if (version >= 6) r.nullableString(); // error_message
      const group = r.string();
      once.see(group);
      const state = r.name();
      const protocolType = r.name();
      r.string(); // protocol_data
      r.skipArray(() => {
        r.string(); // member_id
        if (version >= 4) r.nullableString(); // group_instance_id
        r.string(); // client_id
        r.string(); // client_host
        r.nullableBytes(); // member_metadata
        r.nullableBytes(); // member_assignment
        r.tags();
      });
      if (version >= 3) r.int32(); // authorized_operations
      r.tags();
      return { group, error, state, protocolType };
    });
    reader.tags();
    return groups;
  },
};
