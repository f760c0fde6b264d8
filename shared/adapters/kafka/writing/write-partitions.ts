import { TidemarkError } from '../../../domain/model/errors.ts';
import type { PartitionWrite, WriteFailure } from '../../../domain/model/partition-write.ts';
import type { Permission } from '../../../domain/model/permission.ts';
import type { TopicPartition } from '../../../domain/model/topic-partition.ts';
import { partitionName } from '../../../domain/model/topic-partition.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import type { BrokerPool } from '../connection/broker-pool.ts';
import type { Deadline } from '../connection/deadline.ts';
import { COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NONE, NOT_COORDINATOR } from '../kafka-error-code.ts';
import { failureOfError, unauthorized } from '../reading/read-failure.ts';
import type { PartitionError } from '../wire/offset-commit.ts';
import type { CoordinatorLookup } from './coordinator-lookup.ts';
import type { LaneGates } from './lane-gates.ts';
import { failureOfRefusal, missingPermission, notSent, unclear, type WriteKind } from './write-failure.ts';

export interface WriteContext {
  readonly alias: string;
  readonly pool: BrokerPool;
  readonly deadline: Deadline;
  readonly coordinators: CoordinatorLookup;
  readonly gates: LaneGates;
  /** Milliseconds for which to retry a write while the group has no coordinator that is ready. */
  readonly retryMs: number;
  /** Whether a write has already waited that long without success. Later writes then wait for less time. */
  waitedInVain: boolean;
}

/** One request for one group. */
export interface GroupWrite<P extends TopicPartition> {
  readonly kind: WriteKind;
  readonly group: string;
  readonly partitions: readonly P[];
  /** Sends it. A number is an error for all partitions. May throw what a connection throws. */
  send(connection: BrokerConnection, partitions: readonly P[]): Promise<number | readonly PartitionError[]>;
}

/** The result of one attempt, for its partitions. */
type Attempt =
  | { readonly kind: 'answered'; readonly broker: string; readonly answer: number | readonly PartitionError[] }
  | { readonly kind: 'failed'; readonly failure: WriteFailure; readonly again: boolean };

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** For how long to retry a write after an earlier one waited without success. */
const SHORT_RETRY_MS = 300;

/**
 * The coordinator has moved or is not ready. Kafka also answers COORDINATOR_NOT_AVAILABLE if the replicas of its log
 * were too slow, and may keep the write. Its own clients retry too.
 */
const AGAIN: ReadonlySet<number> = new Set([COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR]);

/**
 * Writes to the group's coordinator, and retries while the coordinator has moved or is not ready. Never resends a
 * request that was sent and got no answer. The group's consumers may have come back since, and only a read can show the
 * current commits.
 *
 * @throws AuthorizationError, ClusterUnreachableError, AuthenticationError if no partition was written
 */
export async function writePartitions<P extends TopicPartition>(
  context: WriteContext,
  write: GroupWrite<P>,
): Promise<readonly PartitionWrite[]> {
  const { kind, group, partitions } = write;
  const failures = new Map<string, WriteFailure | null>();
  const denied: Permission[] = [];
  let giveUpAt: number | undefined;
  let pending = partitions;
  for (let attempt = 0; pending.length > 0; attempt++) {
    const came = await attemptOnce(context, write, pending).catch((error: unknown) => {
      if (attempt === 0 && context.deadline.failure === undefined) throw error;
      return laterFailure(context, error);
    });
    const again: P[] = [];
    const errors = came.kind === 'answered' ? errorsByPartition(came.answer, pending) : null;
    for (const partition of pending) {
      const name = partitionName(partition.topic, partition.partition);
      if (came.kind === 'failed') {
        failures.set(name, came.failure);
        if (came.again) again.push(partition);
        continue;
      }
      const error = errors?.get(name);
      if (error === undefined) {
        failures.set(name, unclear({ error: 'MALFORMED_RESPONSE', message: `${came.broker} left ${name} out` }));
        continue;
      }
      failures.set(name, error === NONE ? null : failureOfRefusal(error, kind, group, partition, came.broker));
      if (AGAIN.has(error)) again.push(partition);
      const permission = missingPermission(error, kind, group, partition);
      if (permission !== null) denied.push(permission);
    }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
    if (again.length === 0) {
      if (attempt > 0) context.waitedInVain = false;
      break;
    }
    // Counted from the first answer, because the write may have waited for its turn before that.
    giveUpAt ??= Date.now() + (context.waitedInVain ? Math.min(SHORT_RETRY_MS, context.retryMs) : context.retryMs);
    if (Date.now() + pause > giveUpAt) {
      context.waitedInVain = true;
      break;
    }
    context.coordinators.forget(group);
    try {
      await context.deadline.sleep(pause);
    } catch {
      break;
    }
    pending = again;
  }
  // The partitions that were written must be reported. A missing permission is then a failure beside them.
  if (denied.length > 0 && [...failures.values()].every((failure) => failure !== null)) {
    throw unauthorized(context.alias, denied, Number.POSITIVE_INFINITY);
  }
  return partitions.map(({ topic, partition }) => ({
    topic,
    partition,
    failure: failures.get(partitionName(topic, partition)) ?? null,
  }));
}

async function attemptOnce<P extends TopicPartition>(
  context: WriteContext,
  { group, send }: GroupWrite<P>,
  partitions: readonly P[],
): Promise<Attempt> {
  let sent = false;
  try {
    const coordinator = await context.coordinators.find(group);
    if (coordinator.kind === 'failed') return { kind: 'failed', failure: notSent(coordinator.failure), again: false };
    if (coordinator.kind === 'refused') {
      return { kind: 'answered', broker: 'the cluster', answer: coordinator.error };
    }
    const nodeId = coordinator.value;
    const answer = await context.gates.run(nodeId, async (lane) => {
      const connection = await context.pool.broker(nodeId, lane);
      context.deadline.throwIfOver();
      sent = true;
      return send(connection, partitions);
    });
    return { kind: 'answered', broker: `broker ${nodeId}`, answer };
  } catch (error) {
    const failure = failureOfError(error);
    if (failure !== null) {
      const never = !sent || failure.error === 'UNSUPPORTED_BROKER_VERSION';
      if (never) return { kind: 'failed', failure: notSent(failure), again: failure.again };
      return { kind: 'failed', failure: unclear(failure), again: false };
    }
    throw error;
  }
}

/** An error that would have ended the call at the first attempt. Later it is reported with the earlier results. */
function laterFailure({ deadline }: WriteContext, error: unknown): Attempt {
  const over = deadline.failure;
  const failure = over === undefined ? null : failureOfError(over);
  if (failure !== null) return { kind: 'failed', failure: notSent(failure), again: false };
  if (!(error instanceof TidemarkError)) throw error;
  const { code, message, retriable } = error;
  return { kind: 'failed', failure: notSent({ error: code, message, retriable, again: retriable }), again: retriable };
}

function errorsByPartition(
  answer: number | readonly PartitionError[],
  asked: readonly TopicPartition[],
): ReadonlyMap<string, number> {
  const errors = typeof answer === 'number' ? asked.map((one) => ({ ...one, error: answer })) : answer;
  return new Map(errors.map(({ topic, partition, error }) => [partitionName(topic, partition), error]));
}
