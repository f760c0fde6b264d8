/**
 * Why Connect's answer is of no use. The message continues "Kafka Connect at URL …"; it never quotes the answer, which
 * may hold passwords.
 */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure';
  readonly code: string;
  /** Whether the same request may succeed later, without a change of Tidemark's configuration. */
  readonly retriable: boolean;

  constructor(code: string, message: string, retriable: boolean) {
    super(message);
    this.code = code;
    this.retriable = retriable;
  }

  static malformed(message: string): ConnectFailure {
    return new ConnectFailure('CONNECT_ANSWER_INVALID', `sent an answer that ${message}`, true);
  }
}
