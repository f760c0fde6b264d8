import type { Api } from './api.ts';
import { Once } from './once.ts';

/** Groups whose coordinators to find; only one before version 4. */
export interface FindCoordinatorRequest {
  readonly groups: readonly string[];
}

export interface FoundCoordinator {
  readonly group: string;
  readonly error: number;
  readonly nodeId: number;
}

/** From this version on, one request finds the coordinators of many groups (KIP-699). */
export const FIND_MANY_FROM = 4;

/**
 * FindCoordinator for consumer groups. On this request, a broker without a `__consumer_offsets` topic creates it. So do
 * not send it before the topic is known to exist.
 */
export const FIND_COORDINATOR: Api<FindCoordinatorRequest, readonly FoundCoordinator[]> = {
  key: 10,
  name: 'FindCoordinator',
  oldest: 1,
  newest: 6,
  flexibleFrom: 3,
  write(writer, { groups }, version) {
    if (version >= FIND_MANY_FROM) {
      writer.int8(GROUP).array(groups, (group) => writer.string(group));
    } else {
      const [group] = groups;
      if (group === undefined || groups.length > 1) throw new RangeError('one group per request before version 4');
      writer.string(group).int8(GROUP);
    }
    writer.tags();
  },
  read(reader, version) {
    reader.throttle();
    if (version >= FIND_MANY_FROM) {
      const once = new Once<string>();
      const found = reader.array((r) => {
        const group = r.string();
        once.see(group);
        const nodeId = r.int32();
        r.string(); // host
        r.int32(); // port
        const error = r.int16();
        r.nullableString();
        r.tags();
        return { group, error, nodeId };
      });
      reader.tags();
      return found;
    }
    const error = reader.int16();
    reader.nullableString();
    const nodeId = reader.int32();
    reader.string();
    reader.int32();
    reader.tags();
    // Before version 4 the answer does not name the group; the caller asked for one.
    return [{ group: '', error, nodeId }];
  },
};

const GROUP = 0;
