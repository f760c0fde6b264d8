import type { Api } from './api.ts';
import type { DescribedGroup, DescribeGroupsRequest } from './describe-groups.ts';
import { Once } from './once.ts';
import type { ResponseReader } from './response-reader.ts';

/** ConsumerGroupDescribe (KIP-848): groups of the new consumer protocol, and only those. */
export const CONSUMER_GROUP_DESCRIBE: Api<DescribeGroupsRequest, readonly DescribedGroup[]> = {
  key: 69,
  name: 'ConsumerGroupDescribe',
  oldest: 0,
  newest: 1,
  flexibleFrom: 0,
  write(writer, { groups }) {
    writer.array(groups, (group) => writer.string(group));
    writer.boolean(false).tags();
  },
  read(reader, version) {
    reader.throttle();
    const once = new Once<string>();
    const groups = reader.array((r) => {
      const error = r.int16();
      r.nullableString(); // error_message
      const group = r.string();
      once.see(group);
      const state = r.name();
      r.int32(); // group_epoch
      r.int32(); // assignment_epoch
      r.string(); // assignor_name
      r.skipArray(() => {
        r.string(); // member_id
        r.nullableString(); // instance_id
        r.nullableString(); // rack_id
        r.int32(); // member_epoch
        r.string(); // client_id
        r.string(); // client_host
        r.skipArray(() => r.string()); // subscribed_topic_names
        r.nullableString(); // subscribed_topic_regex
        skipAssignment(r);
        skipAssignment(r);
        if (version >= 1) r.int8(); // member_type
        r.tags();
      });
      r.int32(); // authorized_operations
      r.tags();
      return { group, error, state, protocolType: 'consumer' };
    });
    reader.tags();
    return groups;
  },
};

function skipAssignment(reader: ResponseReader): void {
  reader.skipArray((r) => {
    r.skip(16); // topic_id
    r.string();
    r.skipInt32s();
    r.tags();
  });
  reader.tags();
}
