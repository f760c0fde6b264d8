import type { CommittedOffset } from '../../../domain/model/cluster.ts';
import type { Api } from './api.ts';
import { Once, OncePerTopic } from './once.ts';
import type { ResponseReader } from './response-reader.ts';

/** Groups whose commits to read, for all their topics; only one before version 8. */
export interface OffsetFetchRequest {
  readonly groups: readonly string[];
}

export interface GroupOffsets {
  /** '' before version 8, because the answer does not name the group. */
  readonly group: string;
  readonly error: number;
  readonly offsets: readonly CommittedOffset[];
  /** Partitions that have an error instead of a commit. */
  readonly failed: readonly { readonly topic: string; readonly partition: number; readonly error: number }[];
}

/** From this version on, one request reads the commits of many groups (KIP-709). */
export const FETCH_MANY_FROM = 8;

/** This offset means that the group has no commit for this partition. */
const NO_COMMIT = -1n;
const UNKNOWN_EPOCH = -1;

/**
 * OffsetFetch of all topics of a group. For a group that does not exist, the answer has no topics and no error. Brokers
 * omit topics that we may not describe.
 */
export const OFFSET_FETCH: Api<OffsetFetchRequest, readonly GroupOffsets[]> = {
  key: 9,
  name: 'OffsetFetch',
  oldest: 2,
  newest: 9,
  flexibleFrom: 6,
  write(writer, { groups }, version) {
    if (version >= FETCH_MANY_FROM) {
      writer.array(groups, (group) => {
        writer.string(group);
        if (version >= 9) writer.nullString().int32(-1); // We are not a member.
        writer.nullArray().tags();
      });
    } else {
      const [group] = groups;
      if (group === undefined || groups.length > 1) throw new RangeError('one group per request before version 8');
      writer.string(group).nullArray();
    }
    // Read the last stable commit even while a transaction has another one pending.
    if (version >= 7) writer.boolean(false);
    writer.tags();
  },
  read(reader, version) {
    if (version >= 3) reader.throttle();
    const partitions = new OncePerTopic();
    if (version < FETCH_MANY_FROM) {
      const { offsets, failed } = readTopics(reader, version, partitions);
      const error = reader.int16();
      reader.tags();
      return [{ group: '', error, offsets, failed }];
    }
    const once = new Once<string>();
    const groups = reader.array((r) => {
      const group = r.string();
      once.see(group);
      const { offsets, failed } = readTopics(r, version, partitions);
      const error = r.int16();
      r.tags();
      return { group, error, offsets, failed };
    });
    reader.tags();
    return groups;
  },
};

function readTopics(
  reader: ResponseReader,
  version: number,
  once: OncePerTopic,
): Pick<GroupOffsets, 'offsets' | 'failed'> {
  const offsets: CommittedOffset[] = [];
  const failed: { topic: string; partition: number; error: number }[] = [];
  const names = new Once<string>();
  const topics = reader.arrayLength();
  for (let t = 0; t < topics; t++) {
    const topic = reader.name();
    names.see(topic);
    once.nextTopic();
    const partitions = reader.arrayLength();
    for (let p = 0; p < partitions; p++) {
      const partition = reader.partition();
      once.see(partition);
      const offset = reader.int64();
      const leaderEpoch = version >= 5 ? reader.int32() : UNKNOWN_EPOCH;
      reader.nullableString(); // metadata
      const error = reader.int16();
      reader.tags();
      if (error !== 0) failed.push({ topic, partition, error });
      // If a client commits any other negative number, brokers store it: it is a commit, and a wrong one.
      else if (offset !== NO_COMMIT) {
        offsets.push(leaderEpoch < 0 ? { topic, partition, offset } : { topic, partition, offset, leaderEpoch });
      }
    }
    reader.tags();
  }
  return { offsets, failed };
}
