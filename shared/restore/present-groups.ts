import { mapOutcome, type Outcome, read, unread } from '../domain/model/outcome.ts';
import { offsetsByPartition, type PartitionMap } from '../domain/model/partition-map.ts';
import type { PresentGroup } from '../domain/restore/present-group.ts';
import type { ClusterReader } from '../ports.ts';

/** The current state of groups. The list is read before the commits; the broker refuses members that join later. */
export async function presentGroups(
  reader: ClusterReader,
  names: readonly string[],
): Promise<ReadonlyMap<string, PresentGroup>> {
  if (names.length === 0) return new Map();
  const listed = await reader.groups();
  const listings = new Map(listed.groups.map((listing) => [listing.group, listing]));
  const [silent] = listed.unread;
  const commits = await readCommits(reader, names);
  return new Map(
    names.map((group) => {
      const listing = listings.get(group);
      return [
        group,
        {
          // An unlisted group may belong to a broker that did not answer.
          listing: listing === undefined && silent !== undefined ? silent : read(listing ?? null),
          committed: commits(group),
        },
      ];
    }),
  );
}

/** The committed offsets of groups, by group. */
export async function readCommits(
  reader: ClusterReader,
  names: readonly string[],
): Promise<(group: string) => Outcome<PartitionMap<bigint>>> {
  const commits = await reader.commits(names);
  return (group) => {
    const outcome = commits.get(group);
    if (outcome === undefined) {
      const message = 'the cluster did not return the commits of this group';
      return unread({
        what: `commits of group ${group}`,
        cluster: reader.alias,
        error: 'NOT_ANSWERED',
        message,
        retriable: true,
      });
    }
    return mapOutcome(outcome, offsetsByPartition);
  };
}
