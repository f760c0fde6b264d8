import type { ClusterMetadata, GroupListing } from '../domain/model/cluster.ts';
import { AuthorizationError, TidemarkError } from '../domain/model/errors.ts';
import { counted } from '../domain/model/figures.ts';
import type { Permission } from '../domain/model/permission.ts';
import type { ClusterReader } from '../ports.ts';
import type { Check } from './check.ts';

/** One cluster after its checks; a part that could not be read is null. */
export interface Examined {
  readonly reader: ClusterReader;
  readonly metadata: ClusterMetadata | null;
  readonly groups: readonly GroupListing[] | null;
}

/** Checks connection, brokers and groups of one cluster. An error from the cluster becomes a failed check. */
export async function examineCluster(reader: ClusterReader, add: (check: Check) => void): Promise<Examined> {
  const subject = reader.alias;
  const metadata = await attempt(subject, 'connection', add, async () => {
    const read = await reader.metadata();
    const leaderless = [...read.topics.values()].filter((topic) => topic.leaders.includes(null));
    add({
      subject,
      what: 'connection',
      status: 'ok',
      detail: `${counted(read.brokers.length, 'broker')}, ${counted(read.topics.size, 'topic')}, cluster id ${read.clusterId ?? 'unknown'}`,
      remedy: null,
    });
    if (leaderless.length > 0) {
      add({
        subject,
        what: 'partitions',
        status: 'warn',
        detail: `${counted(leaderless.length, 'topic has partitions', 'topics have partitions')} without a leader, for example ${leaderless[0]?.topic ?? ''}`,
        remedy: 'bring their brokers back; until then audits report these partitions as unknown',
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
          ? `${counted(groups.length, 'group')}; ${counted(unread.length, 'broker')} could not list theirs: ${lost.unread.message}`
          : counted(groups.length, 'group'),
      remedy: lost === undefined ? null : 'look after these brokers; their groups are not audited meanwhile',
    });
    return groups;
  });
  return { reader, metadata, groups };
}

/** Kafka silently leaves forbidden resources out of its lists, so this asks the cluster for the permissions. */
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
      // The connection check has already reported an unreachable cluster. Missing permissions are news.
      if (metadata !== null || error instanceof AuthorizationError) throw error;
    }
  });
}

/** If two aliases name the same cluster, every audit is meaningless. */
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

/** Runs one check. A `TidemarkError` becomes a failed check, and the result is null. */
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
    // Do not print a command inside wrapped text: it cannot be copied.
    const remedy =
      error.remedy ??
      (error instanceof AuthorizationError ? 'grant it: the commands are at the end of this report' : null);
    add({ subject, what, status: 'fail', detail: error.message, remedy });
    return null;
  }
}
