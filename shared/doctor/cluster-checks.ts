import type { ClusterMetadata, GroupListing } from '../domain/model/cluster.ts';
import { AuthorizationError, TidemarkError } from '../domain/model/errors.ts';
import type { Permission } from '../domain/model/permission.ts';
import type { ClusterReader } from '../ports.ts';
import type { Check } from './check.ts';

/** What is known of one cluster after its own checks; null where it could not be read. */
export interface Examined {
  readonly reader: ClusterReader;
  readonly metadata: ClusterMetadata | null;
  readonly groups: readonly GroupListing[] | null;
}

/** Connection, brokers and groups of one cluster. Never throws for what the cluster says. */
export async function examineCluster(reader: ClusterReader, add: (check: Check) => void): Promise<Examined> {
  const subject = reader.alias;
  const metadata = await attempt(subject, 'connection', add, async () => {
    const read = await reader.metadata();
    const leaderless = [...read.topics.values()].filter((topic) => topic.leaders.includes(null));
    add({
      subject,
      what: 'connection',
      status: 'ok',
      detail: `${read.brokers.length} brokers, ${read.topics.size} topics, cluster id ${read.clusterId ?? 'not told'}`,
      remedy: null,
    });
    if (leaderless.length > 0) {
      add({
        subject,
        what: 'partitions',
        status: 'warn',
        detail: `${leaderless.length} topics have partitions without a leader, ${leaderless[0]?.topic ?? ''} among them`,
        remedy: 'bring their brokers back: what is on these partitions is unknown meanwhile',
      });
    }
    if ([...read.topics.values()].some((topic) => topic.id === null)) {
      add({
        subject,
        what: 'topic ids',
        status: 'warn',
        detail:
          'brokers older than Kafka 2.8 have none: a topic that is deleted and created again is noticed less surely',
        remedy: null,
      });
    }
    return read;
  });
  if (metadata === null) return { reader, metadata, groups: null };
  const groups = await attempt(subject, 'groups', add, async () => {
    const { groups, unread } = await reader.groups();
    const [lost] = unread;
    add({
      subject,
      what: 'groups',
      status: lost === undefined ? 'ok' : 'warn',
      detail:
        lost?.kind === 'unread'
          ? `${groups.length} groups, and ${unread.length} brokers did not tell theirs: ${lost.unread.message}`
          : `${groups.length} groups`,
      remedy: lost === undefined ? null : 'look after these brokers; their groups are not audited meanwhile',
    });
    return groups;
  });
  return { reader, metadata, groups };
}

/** What Kafka keeps from us it leaves out of its lists: permissions are asked for, and never guessed from what is seen. */
export async function checkPermissions(
  { reader, metadata }: Examined,
  needed: readonly Permission[],
  add: (check: Check) => void,
): Promise<void> {
  const subject = reader.alias;
  await attempt(subject, 'permissions', add, async () => {
    try {
      await reader.requirePermissions(needed);
      add({ subject, what: 'permissions', status: 'ok', detail: 'all that an audit needs are granted', remedy: null });
    } catch (error) {
      // A cluster that cannot be reached has been told already; one that refuses us has more to tell.
      if (metadata !== null || error instanceof AuthorizationError) throw error;
    }
  });
}

/** Two aliases for one cluster make every audit meaningless. */
export function checkDistinct(examined: ReadonlyMap<string, Examined>, add: (check: Check) => void): void {
  const seen = new Map<string, string>();
  for (const [alias, { metadata }] of examined) {
    const id = metadata?.clusterId ?? null;
    if (id === null) continue;
    const other = seen.get(id);
    if (other === undefined) seen.set(id, alias);
    else {
      add({
        subject: alias,
        what: 'cluster id',
        status: 'fail',
        detail: `is the same cluster as ${other} (${id})`,
        remedy: 'correct the bootstrap servers of one of them',
      });
    }
  }
}

/** Runs one check; what the cluster refuses or cannot do becomes its outcome. Null where it failed. */
export async function attempt<T>(
  subject: string,
  what: string,
  add: (check: Check) => void,
  check: () => Promise<T>,
): Promise<T | null> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    const remedy =
      error.remedy ??
      (error instanceof AuthorizationError ? 'grant it: the commands are at the end of this report' : null);
    add({ subject, what, status: 'fail', detail: error.message, remedy });
    return null;
  }
}
