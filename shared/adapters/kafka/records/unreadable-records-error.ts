/** Records that exist in the log and cannot be decoded here. Holds none of their content, which may be secret. */
export class UnreadableRecordsError extends Error {
  override readonly name = 'UnreadableRecordsError';
  readonly code: 'UNSUPPORTED_MESSAGE_FORMAT' | 'UNSUPPORTED_COMPRESSION' | 'BATCH_TOO_LARGE' | 'CORRUPT_RECORDS';

  constructor(code: UnreadableRecordsError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
