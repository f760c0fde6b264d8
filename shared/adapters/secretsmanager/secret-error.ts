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
    "Allow secretsmanager:GetSecretValue on the secret; the stack does so for the secrets that its settings name. Look at the secret's own policy as well.",
  SECRET_UNDECRYPTABLE:
    'Allow kms:Decrypt on the key of the secret, and look whether the key is enabled; the stack takes it as secretKeyArns.',
  SECRET_MALFORMED: 'Store text or, where a key is named, a JSON object with that key and a text as its value.',
  SECRET_UNREACHABLE:
    'Check the route to Secrets Manager: in a VPC without Internet access it takes an interface endpoint for secretsmanager.',
};

/** A secret could not be had. Names the secret and what went wrong; never holds any of its content. */
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
