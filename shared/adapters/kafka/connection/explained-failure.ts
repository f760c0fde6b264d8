import { AuthenticationError } from '../../../domain/model/errors.ts';
import { MalformedResponseError } from '../wire/response-reader.ts';
import { BrokerFailure, thrownText } from './broker-failure.ts';

/** The cluster, broker and user that messages name. */
export interface Peer {
  readonly alias: string;
  readonly address: string;
  /** `user "audit" (SCRAM-SHA-512)` */
  readonly identity: string;
}

/** What a failure before our first request means. Until then kafkajs negotiates versions and SASL. */
export function loginFailure(peer: Peer, error: unknown): Error {
  const { alias, address, identity } = peer;
  if (error instanceof BrokerFailure || error instanceof AuthenticationError) return error;
  const type = thrownText(error, 'type');
  const refused = (message: string, remedy: string): AuthenticationError =>
    new AuthenticationError(alias, `cluster ${alias}${message}`, { remedy });
  if (type === 'ILLEGAL_SASL_STATE') {
    return refused(`: the listener ${address} does not accept SASL`, 'check that security.protocol matches this port');
  }
  if (type === 'UNSUPPORTED_SASL_MECHANISM' || /mechanism is not supported/.test(thrownText(error, 'message'))) {
    return refused(
      `: ${address} does not offer the SASL mechanism of ${identity}`,
      "use one of the mechanisms in the broker's sasl.enabled.mechanisms",
    );
  }
  if (type === 'SASL_AUTHENTICATION_FAILED' || thrownText(error, 'name') === 'KafkaJSSASLAuthenticationError') {
    return refused(
      ` refused ${identity}`,
      'check user, password and mechanism, and that the user exists on this cluster',
    );
  }
  return requestFailure(peer, error, 'the request for its versions');
}

/** What a failed request means. An error from anywhere but the connection is a bug and is not changed. */
export function requestFailure(peer: Peer, error: unknown, request: string): Error {
  const { address } = peer;
  if (error instanceof MalformedResponseError) return malformed(peer, request, error.message);
  if (thrownText(error, 'name') === 'RangeError') return malformed(peer, request, 'its parts do not match');
  if (thrownText(error, 'name').startsWith('KafkaJS')) {
    return new BrokerFailure('CONNECTION_CLOSED', `${address}: the connection broke during ${request}`, {
      remedy: "check the broker's log",
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error('the thrown value is not an error', { cause: error });
}

/** @param why what is wrong with the answer; none of its content */
export function malformed({ address }: Peer, request: string, why: string): BrokerFailure {
  return new BrokerFailure('MALFORMED_RESPONSE', `${address} sent an invalid answer to ${request}: ${why}`, {
    remedy: "check that the port is a Kafka listener; if it is, report this with the broker's version",
  });
}

export function saslRequired({ address }: Peer): BrokerFailure {
  const message = `${address} closed the connection at the first request, as a listener with SASL does`;
  return new BrokerFailure('SASL_REQUIRED', message, {
    remedy: 'set security.protocol, sasl.mechanism and sasl.jaas.config of this cluster',
  });
}

export function certificateRefused({ alias, address }: Peer): AuthenticationError {
  return new AuthenticationError(alias, `cluster ${alias}: ${address} refused our TLS client certificate`, {
    remedy: 'set cert and key to those of a client that the broker trusts (ssl.keystore.* of this cluster)',
  });
}

export function silence(address: string, milliseconds: number): BrokerFailure {
  return new BrokerFailure(
    'REQUEST_TIMED_OUT',
    `${address} accepted the connection and gave no answer for ${milliseconds} ms`,
    { remedy: 'check whether the broker hangs, or whether another service uses the port' },
  );
}

export function tooSlow(address: string, milliseconds: number): BrokerFailure {
  return new BrokerFailure(
    'REQUEST_TIMED_OUT',
    `${address} sent less than 1 kB a second of an answer for ${milliseconds} ms`,
    {
      remedy: 'check whether the broker or the network to it is overloaded',
    },
  );
}
