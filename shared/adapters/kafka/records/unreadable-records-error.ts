/** Records that lie in the log and cannot be decoded here. Carries nothing of their content: it may be a secret. */
export class UnreadableRecordsError extends Error {
  override readonly name = 'UnreadableRecordsError';
  readonly code: 'UNSUPPORTED_MESSAGE_FORMAT' | 'UNSUPPORTED_COMPRESSION' | 'BATCH_TOO_LARGE' | 'CORRUPT_RECORDS';

  constructor(code: UnreadableRecordsError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
