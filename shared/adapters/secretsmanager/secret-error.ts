import { TidemarkError } from '../../domain/model/errors.ts';

export type SecretErrorCode =
  | 'SECRET_NOT_FOUND'
  | 'SECRET_ACCESS_DENIED'
  | 'SECRET_UNDECRYPTABLE'
  | 'SECRET_MALFORMED'
  | 'SECRET_UNREACHABLE';

const REMEDIES: Readonly<Record<SecretErrorCode, string>> = {
  SECRET_NOT_FOUND: 'Create the secret in the Region of the function, or correct its ARN or name.',
  SECRET_ACCESS_DENIED:
    "Allow secretsmanager:GetSecretValue on the secret. The stack allows it for the secrets that its settings name. Check the secret's own policy as well.",
  SECRET_UNDECRYPTABLE:
    'Allow kms:Decrypt on the key of the secret, and check that the key is enabled. The stack takes the key as secretKeyArns.',
  SECRET_MALFORMED: 'Store text. If a key is named, store a JSON object with that key and text as its value.',
  SECRET_UNREACHABLE:
    'Check the route to Secrets Manager. A VPC without Internet access needs an interface endpoint for secretsmanager.',
};

/** A secret could not be read. Names the secret and what went wrong; never holds any of its content. */
export class SecretError extends TidemarkError {
  override readonly name = 'SecretError';
  /** ARN or name. */
  readonly secret: string;

  constructor(code: SecretErrorCode, secret: string, why: string, options: { readonly cause?: unknown } = {}) {
    const retriable = code === 'SECRET_UNREACHABLE';
    super(code, `secret ${secret}: ${why}`, { remedy: REMEDIES[code], retriable, cause: options.cause });
    this.secret = secret;
  }
}
