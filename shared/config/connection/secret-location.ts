/**
 * Where AWS Secrets Manager keeps a value: the secret's ARN or name and, where the secret is a JSON object (as Secrets
 * Manager's console makes them), the key in it.
 */
export interface SecretLocation {
  readonly secretsManager: string;
  readonly key?: string | undefined;
}
