/** Why a request to a broker failed. Codes are stable; `ClusterUnreachableError` uses the same ones. */
export type FailureCode =
  | 'UNKNOWN_HOST'
  | 'CONNECTION_REFUSED'
  | 'CONNECTION_TIMED_OUT'
  | 'CONNECTION_CLOSED'
  | 'NETWORK_UNREACHABLE'
  | 'REQUEST_TIMED_OUT'
  | 'DEADLINE_EXCEEDED'
  | 'TLS_UNTRUSTED_CERTIFICATE'
  | 'TLS_CERTIFICATE_EXPIRED'
  | 'TLS_HOSTNAME_MISMATCH'
  | 'TLS_REQUIRED'
  | 'TLS_NOT_OFFERED'
  | 'TLS_FAILED'
  | 'SASL_REQUIRED'
  | 'MALFORMED_RESPONSE'
  | 'UNSUPPORTED_BROKER_VERSION'
  | 'TOKEN_ENDPOINT_UNREACHABLE'
  | 'NO_BROKERS'
  | 'READER_CLOSED';

/**
 * A broker that did not answer, or that did not answer like a broker. It becomes an `unread` or a
 * `ClusterUnreachableError`.
 */
export class BrokerFailure extends Error {
  override readonly name = 'BrokerFailure';
  readonly code: FailureCode;
  readonly remedy: string | undefined;
  /** Whether it is worth trying another connection to the same broker at once. */
  readonly again: boolean;

  constructor(code: FailureCode, message: string, options: { remedy?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.again = code === 'CONNECTION_CLOSED' || code === 'CONNECTION_REFUSED';
  }
}

/** The phase of a connection when it failed: the same errno has a different meaning in each. */
export type Phase = 'connecting' | 'handshaking' | 'open';

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);

/** What OpenSSL reports if the broker required a client certificate and got none, or one that it does not trust. */
const CLIENT_CERTIFICATE_REFUSED =
  /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA|CERTIFICATE_EXPIRED|ACCESS_DENIED)/;

/** Whether a socket's error says that the broker did not accept our client certificate. */
export function refusesClientCertificate(error: unknown): boolean {
  return CLIENT_CERTIFICATE_REFUSED.test(thrownText(error, 'code'));
}

/** Turns a socket's error into a sentence for people. */
export function socketFailure(address: string, error: unknown, phase: Phase, tls: boolean): BrokerFailure {
  if (error instanceof BrokerFailure) return error;
  const code = thrownText(error, 'code');
  const fail = (failure: FailureCode, what: string, remedy: string): BrokerFailure =>
    new BrokerFailure(failure, `${address}: ${what}`, { remedy, cause: error });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA' || code === 'EAI_NONAME') {
    return fail(
      'UNKNOWN_HOST',
      'the host name cannot be resolved',
      'correct the host name, or check DNS on the host that runs Tidemark',
    );
  }
  if (code === 'ECONNREFUSED') {
    return fail(
      'CONNECTION_REFUSED',
      'nothing listens on this port',
      'check that the broker runs, and that host and port are those of its listener for clients',
    );
  }
  if (code === 'ETIMEDOUT' && phase === 'handshaking') {
    return fail(
      'CONNECTION_TIMED_OUT',
      'the connection was accepted, but the TLS handshake did not finish',
      'check whether the broker hangs, and whether this port is its TLS listener',
    );
  }
  if (code === 'ETIMEDOUT') {
    return fail(
      'CONNECTION_TIMED_OUT',
      'the connection was not accepted in time',
      'check firewalls, security groups and routes between Tidemark and the broker',
    );
  }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return fail(
      'NETWORK_UNREACHABLE',
      'there is no route to the host',
      'check the network between Tidemark and the broker',
    );
  }
  if (code === 'TLS_RECORD') {
    return fail(
      'TLS_REQUIRED',
      'it answers with TLS to plaintext',
      'set security.protocol to SSL or SASL_SSL, or use the port of another listener',
    );
  }
  if (UNTRUSTED.has(code)) {
    return fail(
      'TLS_UNTRUSTED_CERTIFICATE',
      'no trusted authority signed its certificate',
      'set the trust store (ca) to the certificate of the authority that signed it',
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return fail('TLS_CERTIFICATE_EXPIRED', 'its certificate is not valid today', "renew the broker's certificate");
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fail(
      'TLS_HOSTNAME_MISMATCH',
      'its certificate is for a different host name',
      'use a name that the certificate has; ssl.endpoint.identification.algorithm= (empty) disables the check',
    );
  }
  if (tls && phase === 'handshaking' && (code === 'ECONNRESET' || code === 'EPROTO' || code.startsWith('ERR_SSL'))) {
    return fail(
      'TLS_NOT_OFFERED',
      'it does not answer like a TLS listener',
      'check that security.protocol (SSL, SASL_SSL) matches this port',
    );
  }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO') {
    return fail('TLS_FAILED', `TLS failed (${code})`, 'check the certificates, keys and TLS versions of both sides');
  }
  return fail(
    'CONNECTION_CLOSED',
    'the connection broke',
    "check the broker's log, and the network between Tidemark and the broker",
  );
}

/** A property of whatever was thrown, as text; '' if there is none. */
export function thrownText(error: unknown, property: 'code' | 'name' | 'type' | 'message'): string {
  return typeof error === 'object' && error !== null && property in error ? String(Reflect.get(error, property)) : '';
}
