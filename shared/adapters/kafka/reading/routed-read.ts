import { type Outcome, read, unread } from '../../../domain/model/outcome.ts';
import type { Permission } from '../../../domain/model/permission.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import type { BrokerPool } from '../connection/broker-pool.ts';
import type { Deadline } from '../connection/deadline.ts';
import {
  CLUSTER_AUTHORIZATION_FAILED,
  GROUP_AUTHORIZATION_FAILED,
  TOPIC_AUTHORIZATION_FAILED,
} from '../kafka-error-code.ts';
import { failureOfCode, failureOfError, type ReadFailure, unauthorized, unreadOf } from './read-failure.ts';

/** A broker's answer for one item: the value, Kafka's error code, or another failure. */
export type Reply<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: number }
  | { readonly kind: 'failed'; readonly failure: ReadFailure };

/** A read of many items. One specific broker answers for each: its leader, its coordinator, or the item itself. */
export interface RoutedRead<I, T> {
  readonly items: readonly I[];
  /** For messages: `end offset of orders-3`. */
  what(item: I): string;
  /** The permission that is missing if Kafka refuses the item. */
  permission(item: I): Permission;
  /** Node ids in the order of the items. `attempt` counts from 0; from 1 on, look the nodes up again. */
  route(items: readonly I[], attempt: number): Promise<readonly Reply<number>[]>;
  /** Asks one broker. Replies are in the order of the items. May throw what a connection throws. */
  ask(connection: BrokerConnection, items: readonly I[]): Promise<readonly Reply<T>[]>;
}

export interface RoutedReadContext {
  readonly alias: string;
  readonly pool: BrokerPool;
  readonly deadline: Deadline;
  /** Brokers that were unreachable in an earlier read of this audit. Waiting for each of them once is enough. */
  readonly givenUp: Set<number>;
}

/** Milliseconds before each new lookup of a leader, a coordinator or a broker. */
const BACKOFF_MS = [100, 300, 900] as const;

/**
 * Asks all brokers for their items in parallel, and again for items whose leader or coordinator moved or was not ready.
 * A failed item becomes an `unread` at its index. A dead broker affects only its own items.
 *
 * @throws AuthorizationError for all refused items together, AuthenticationError
 */
export async function readRouted<I, T>(context: RoutedReadContext, plan: RoutedRead<I, T>): Promise<Outcome<T>[]> {
  const { alias, deadline } = context;
  const outcomes = new Array<Outcome<T>>(plan.items.length);
  const denied: Permission[] = [];
  let pending = plan.items.map((item, index): Pending<I> => ({ item, index, nodeId: null, failure: null }));
  for (let attempt = 0; pending.length > 0; attempt++) {
    const replies = await attemptAll(context, plan, pending, attempt);
    const again: Pending<I>[] = [];
    let at = 0;
    for (const entry of pending) {
      const reply = replies[at++] ?? fail(entry.failure ?? MISSING_ANSWER);
      if (reply.kind === 'value') {
        outcomes[entry.index] = read(reply.value);
      } else if (reply.kind === 'refused' && isDenied(reply.error)) {
        denied.push(plan.permission(entry.item));
      } else {
        const failure = reply.kind === 'failed' ? reply.failure : failureOfCode(reply.error, brokerName(entry.nodeId));
        entry.failure = failure;
        outcomes[entry.index] = unread(unreadOf(alias, plan.what(entry.item), failure));
        if (failure.again) again.push(entry);
      }
    }
    const hopeless = again.every(({ nodeId }) => nodeId !== null && context.givenUp.has(nodeId));
    const pause = BACKOFF_MS[hopeless && attempt > 0 ? BACKOFF_MS.length : attempt];
    if (denied.length > 0 || pause === undefined || deadline.failure !== undefined) {
      noteUnreachable(context, again);
      break;
    }
    pending = again;
    if (pending.length > 0) await deadline.sleep(pause).catch(() => undefined);
  }
  if (denied.length > 0) throw unauthorized(alias, denied, plan.items.length);
  return outcomes;
}

interface Pending<I> {
  readonly item: I;
  readonly index: number;
  nodeId: number | null;
  failure: ReadFailure | null;
}

/** One round; replies are in the order of `pending`. */
async function attemptAll<I, T>(
  context: RoutedReadContext,
  plan: RoutedRead<I, T>,
  pending: readonly Pending<I>[],
  attempt: number,
): Promise<Reply<T>[]> {
  const replies = new Array<Reply<T>>(pending.length);
  let routes: readonly Reply<number>[];
  try {
    routes = await plan.route(
      pending.map(({ item }) => item),
      attempt,
    );
  } catch (error) {
    const failure = failureOfError(error);
    if (failure === null) throw error;
    // The lookup of the brokers failed. The items' earlier failures are more specific.
    return pending.map((entry) => fail({ ...(entry.failure ?? failure), again: false }));
  }
  const byNode = new Map<number, { readonly places: number[]; readonly items: I[] }>();
  pending.forEach((entry, at) => {
    const route = routes[at] ?? fail(MISSING_ANSWER);
    if (route.kind !== 'value') {
      replies[at] = route;
      return;
    }
    entry.nodeId = route.value;
    let share = byNode.get(route.value);
    if (share === undefined) {
      share = { places: [], items: [] };
      byNode.set(route.value, share);
    }
    share.places.push(at);
    share.items.push(entry.item);
  });
  await Promise.all(
    [...byNode].map(async ([nodeId, { places, items }]) => {
      const answers = await askNode(context, plan, nodeId, items);
      places.forEach((at, i) => {
        replies[at] = answers[i] ?? fail(MISSING_ANSWER);
      });
    }),
  );
  return replies;
}

async function askNode<I, T>(
  context: RoutedReadContext,
  plan: RoutedRead<I, T>,
  nodeId: number,
  items: readonly I[],
): Promise<readonly Reply<T>[]> {
  try {
    const answers = await plan.ask(await context.pool.broker(nodeId), items);
    context.givenUp.delete(nodeId);
    return answers;
  } catch (error) {
    const failure = failureOfError(error);
    if (failure === null) throw error;
    const named = { ...failure, message: `${brokerName(nodeId)}: ${failure.message}` };
    return items.map(() => fail(named));
  }
}

function noteUnreachable<I>(context: RoutedReadContext, entries: readonly Pending<I>[]): void {
  for (const { nodeId, failure } of entries) {
    if (nodeId === null) continue;
    if (failure?.error === 'BROKER_UNREACHABLE' || failure?.error === 'REQUEST_TIMED_OUT') context.givenUp.add(nodeId);
  }
}

const MISSING_ANSWER: ReadFailure = {
  error: 'MALFORMED_RESPONSE',
  message: 'the broker left it out of its answer',
  retriable: true,
  again: false,
};

export function fail(failure: ReadFailure): { readonly kind: 'failed'; readonly failure: ReadFailure } {
  return { kind: 'failed', failure };
}

function isDenied(error: number): boolean {
  return (
    error === TOPIC_AUTHORIZATION_FAILED ||
    error === GROUP_AUTHORIZATION_FAILED ||
    error === CLUSTER_AUTHORIZATION_FAILED
  );
}

function brokerName(nodeId: number | null): string {
  return nodeId === null ? 'the cluster' : `broker ${nodeId}`;
}
