/**
 * Where AWS Secrets Manager stores a value: the secret's ARN or name. If the secret is a JSON object (as the console of
 * Secrets Manager creates it), also the key in it.
 */
export interface SecretLocation {
  readonly secretsManager: string;
  readonly key?: string | undefined;
}
