import type { ClusterMetadata } from '../domain/model/cluster.ts';
import { AuthorizationError, ClusterUnreachableError } from '../domain/model/errors.ts';
import type { Unread } from '../domain/model/outcome.ts';
import type { Permission } from '../domain/model/permission.ts';
import type { ClusterReader } from '../ports.ts';
import { readingOf } from './required-permissions.ts';

/** A side of a flow that answers: its reader, and what topics it has. */
export interface LiveSide {
  readonly kind: 'up';
  readonly reader: ClusterReader;
  readonly metadata: ClusterMetadata;
}

/** One side of a flow, or the reason why all of it could not be read. */
export type Side = LiveSide | { readonly kind: 'down'; readonly unread: Unread };

/**
 * Reads a cluster's metadata and asks for the permissions at the same time. Where a side is dead, the
 * other one is left to judge by. Refused permissions and passwords abort.
 *
 * @throws AuthorizationError naming every permission that is missing, AuthenticationError
 */
export async function connect(reader: ClusterReader, needed: readonly Permission[]): Promise<Side> {
  const [metadata, allowed] = await Promise.allSettled([reader.metadata(), reader.requirePermissions(needed)]);
  const refused = allowed.status === 'rejected' ? allowed.reason : null;
  // What names all that is missing says more than the first refusal that a read ran into.
  if (refused instanceof AuthorizationError) throw refused;
  if (metadata.status === 'fulfilled') {
    if (refused !== null && !(refused instanceof ClusterUnreachableError)) throw refused;
    return { kind: 'up', reader, metadata: metadata.value };
  }
  const error: unknown = metadata.reason;
  if (!(error instanceof ClusterUnreachableError)) throw error;
  const { code, message, retriable } = error;
  const unread = { what: `cluster ${reader.alias}`, cluster: reader.alias, error: code, message, retriable };
  return { kind: 'down', unread };
}

/**
 * Topics that MM2 knows, or ought to have made, and the cluster does not list: gone, or kept from us. A hidden one must
 * not pass for one that is not there.
 *
 * @throws AuthorizationError, AuthenticationError
 */
export async function refuseIfHidden(side: Side, topics: readonly string[]): Promise<void> {
  if (side.kind === 'down') return;
  const absent = [...new Set(topics)].filter((topic) => !side.metadata.topics.has(topic));
  if (absent.length === 0) return;
  try {
    await side.reader.requirePermissions(absent.flatMap(readingOf));
  } catch (error) {
    // The reads that follow tell which parts did not answer.
    if (!(error instanceof ClusterUnreachableError)) throw error;
  }
}
