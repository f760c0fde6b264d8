import { AuthorizationError, ClusterUnreachableError } from '../../../domain/model/errors.ts';
import type { Unread } from '../../../domain/model/outcome.ts';
import type { Permission } from '../../../domain/model/permission.ts';
import { shellWord } from '../../../domain/model/shell-word.ts';
import { BrokerFailure } from '../connection/broker-failure.ts';
import { kafkaErrorCode } from '../kafka-error-code.ts';
import { UnreadableRecordsError } from '../records/unreadable-records-error.ts';

/** Why one part of a read failed. It does not name the part yet. */
export interface ReadFailure {
  readonly error: string;
  readonly message: string;
  readonly retriable: boolean;
  /** Whether a retry within this read, perhaps at another broker, may help. */
  readonly again: boolean;
}

export function unreadOf(cluster: string, what: string, { error, message, retriable }: ReadFailure): Unread {
  return { what, cluster, error, message, retriable };
}

export function failureOfCode(code: number, address: string): ReadFailure {
  const { name, retriable } = kafkaErrorCode(code);
  return { error: name, message: `${address} answered ${name}`, retriable, again: retriable };
}

/** Null if the error is not about one part: a bug, or an error that ends the whole audit. */
export function failureOfError(error: unknown): ReadFailure | null {
  if (error instanceof UnreadableRecordsError) {
    return { error: error.code, message: error.message, retriable: false, again: false };
  }
  if (!(error instanceof BrokerFailure)) return null;
  const { code, message } = error;
  switch (code) {
    case 'DEADLINE_EXCEEDED':
    case 'READER_CLOSED':
      return { error: code, message, retriable: true, again: false };
    case 'UNSUPPORTED_BROKER_VERSION':
    case 'MALFORMED_RESPONSE':
      return { error: code, message, retriable: false, again: false };
    case 'REQUEST_TIMED_OUT':
      return { error: code, message, retriable: true, again: true };
    default:
      return { error: 'BROKER_UNREACHABLE', message, retriable: true, again: true };
  }
}

export function unreachable(alias: string, failure: BrokerFailure): ClusterUnreachableError {
  const { code, message, remedy } = failure;
  return new ClusterUnreachableError(alias, code, `cluster ${alias} cannot be reached: ${message}`, {
    ...(remedy === undefined ? {} : { remedy }),
    cause: failure,
  });
}

/** If at least this many names are refused and none is allowed, an error names `*` instead. */
const MANY = 5;

/** An error that names each missing permission once, or `*` if they are many and all were refused. */
export function unauthorized(alias: string, denied: readonly Permission[], asked: number): AuthorizationError {
  const unique = [...new Map(denied.map((p) => [`${p.operation} ${p.resourceType} ${p.resourceName}`, p])).values()];
  const [first] = unique;
  const all = unique.length >= MANY && unique.length >= asked && first !== undefined;
  const missing = all ? [{ ...first, resourceName: '*' }] : unique;
  const commands = missing.slice(0, 3).map(grant).join('; ');
  return new AuthorizationError(alias, missing, { remedy: `grant it: ${commands}` });
}

/** The command with which an operator of the cluster grants the permission. */
function grant({ operation, resourceType, resourceName }: Permission): string {
  const prefixed = resourceName !== '*' && resourceName.endsWith('*');
  const name = prefixed
    ? `${shellWord(resourceName.slice(0, -1))} --resource-pattern-type prefixed`
    : shellWord(resourceName);
  const resource = resourceType === 'Cluster' ? '--cluster' : `--${resourceType.toLowerCase()} ${name}`;
  return `kafka-acls.sh --add --allow-principal 'User:<name>' --operation ${operation} ${resource}`;
}
