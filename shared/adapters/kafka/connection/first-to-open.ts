import { BrokerFailure, type FailureCode } from './broker-failure.ts';
import type { Deadline } from './deadline.ts';

/** Delay before the next address is tried as well: a dead seed must not cost its whole timeout. */
const HEAD_START_MS = 1_000;

/**
 * Codes from the most to the least specific. If many seeds failed, report the failure with the first of these codes.
 */
const TELLING: readonly FailureCode[] = [
  'SASL_REQUIRED',
  'TLS_UNTRUSTED_CERTIFICATE',
  'TLS_CERTIFICATE_EXPIRED',
  'TLS_HOSTNAME_MISMATCH',
  'TLS_REQUIRED',
  'TLS_NOT_OFFERED',
  'TLS_FAILED',
  'TOKEN_ENDPOINT_UNREACHABLE',
  'UNSUPPORTED_BROKER_VERSION',
  'MALFORMED_RESPONSE',
  'REQUEST_TIMED_OUT',
  'CONNECTION_CLOSED',
  'CONNECTION_TIMED_OUT',
  'CONNECTION_REFUSED',
  'NETWORK_UNREACHABLE',
  'UNKNOWN_HOST',
  'DEADLINE_EXCEEDED',
];

/**
 * Opens connections one after another: the next when one failed or has been silent for a second. Takes the first that
 * opens. A failure that is not about one broker, such as a refused password, ends it at once.
 *
 * @throws BrokerFailure the most specific one, with every address in its message
 */
export function firstToOpen<T>(openers: readonly (() => Promise<T>)[], deadline: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    const failures: BrokerFailure[] = [];
    let next = 0;
    let settled = false;
    let headStart: NodeJS.Timeout | undefined;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(headStart);
      deadline.signal.removeEventListener('abort', onDeadline);
      act();
    };
    const onDeadline = (): void => settle(() => reject(deadline.failure));
    const startNext = (): void => {
      clearTimeout(headStart);
      const open = openers[next++];
      if (settled || open === undefined) return;
      if (next < openers.length) headStart = setTimeout(startNext, HEAD_START_MS);
      open().then(
        (value) => settle(() => resolve(value)),
        (error) => {
          if (!(error instanceof BrokerFailure)) settle(() => reject(error));
          else if (failures.push(error) === openers.length) settle(() => reject(mostTelling(failures)));
          else startNext();
        },
      );
    };
    deadline.signal.addEventListener('abort', onDeadline, { once: true });
    if (deadline.failure !== undefined) onDeadline();
    else if (openers.length === 0)
      settle(() => reject(new BrokerFailure('NO_BROKERS', 'there is no broker to connect to')));
    else startNext();
  });
}

/** The most specific of several failures, with the messages of the others appended. */
export function mostTelling(failures: readonly BrokerFailure[]): BrokerFailure {
  const rank = (failure: BrokerFailure): number => {
    const place = TELLING.indexOf(failure.code);
    return place < 0 ? TELLING.length : place;
  };
  const [best, ...others] = failures.toSorted((a, b) => rank(a) - rank(b));
  if (best === undefined) return new BrokerFailure('NO_BROKERS', 'there is no broker to connect to');
  const messages = [...new Set([best, ...others].map((failure) => failure.message))];
  const shown = messages.slice(0, 4).join('; ');
  const more = messages.length > 4 ? ` (and ${messages.length - 4} more)` : '';
  return new BrokerFailure(best.code, `${shown}${more}`, { remedy: best.remedy, cause: best });
}
