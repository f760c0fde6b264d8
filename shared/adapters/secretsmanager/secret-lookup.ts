import {
  GetSecretValueCommand,
  type SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { Secret } from '../../config/connection/secret.ts';
import type { SecretLocation } from '../../config/connection/secret-location.ts';
import type { Clock } from '../../ports.ts';
import { SecretError } from './secret-error.ts';

export interface SecretLookup {
  /**
   * The value at each location, under its name in the request. Takes one request per secret, none while the secret is
   * fresh.
   */
  resolve(
    locations: ReadonlyMap<string, SecretLocation>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<ReadonlyMap<string, Secret>>;
  /** Reads all secrets again next time, because a cluster refused the current ones. */
  forget(): void;
}

interface Kept {
  readonly value: string;
  readonly readAt: number;
}

/**
 * Looks secrets up in AWS Secrets Manager and caches them for `ttlMs`. If an expired secret cannot be fetched now, its
 * old value is used: an audit with yesterday's password is better than none. A deleted or forbidden secret is an error.
 */
export function createSecretLookup(dependencies: {
  readonly client: SecretsManagerClient;
  readonly clock: Clock;
  readonly ttlMs: number;
}): SecretLookup {
  const { client, clock, ttlMs } = dependencies;
  const kept = new Map<string, Kept>();

  async function text(id: string, signal: AbortSignal | undefined): Promise<string> {
    const known = kept.get(id);
    if (known !== undefined && clock.now() - known.readAt < ttlMs) return known.value;
    try {
      const value = await fetchText(client, id, signal);
      kept.set(id, { value, readAt: clock.now() });
      return value;
    } catch (error) {
      if (known !== undefined && error instanceof SecretError && error.retriable) return known.value;
      kept.delete(id);
      throw error;
    }
  }

  return {
    async resolve(locations, options) {
      const ids = new Set([...locations.values()].map((location) => location.secretsManager));
      const texts = new Map([...ids].map((id) => [id, text(id, options?.signal)]));
      // Wait for all of them, so that if one fails, the others do not become unhandled rejections.
      await Promise.allSettled(texts.values());
      const values = new Map<string, Secret>();
      for (const [name, location] of locations) {
        const whole = await texts.get(location.secretsManager);
        if (whole !== undefined) values.set(name, new Secret(select(whole, location)));
      }
      return values;
    },
    forget() {
      kept.clear();
    },
  };
}

async function fetchText(client: SecretsManagerClient, id: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const command = new GetSecretValueCommand({ SecretId: id });
    const { SecretString } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
    if (SecretString === undefined) throw new SecretError('SECRET_MALFORMED', id, 'it is binary; text is needed');
    return SecretString;
  } catch (error) {
    throw error instanceof SecretError ? error : secretError(id, error);
  }
}

/** Secrets Manager API reference, GetSecretValue, "Errors". Omits their messages: the names say enough. */
function secretError(id: string, cause: unknown): SecretError {
  if (!(cause instanceof SecretsManagerServiceException)) {
    const name = cause instanceof Error && cause.name !== 'Error' ? ` (${cause.name})` : '';
    return new SecretError('SECRET_UNREACHABLE', id, `no answer from Secrets Manager${name}`, { cause });
  }
  switch (cause.name) {
    case 'ResourceNotFoundException':
      return new SecretError('SECRET_NOT_FOUND', id, 'no secret has that name', { cause });
    case 'InvalidRequestException':
      return new SecretError('SECRET_NOT_FOUND', id, 'it is scheduled for deletion or has no value', { cause });
    case 'InvalidParameterException':
    case 'ValidationException':
      return new SecretError('SECRET_NOT_FOUND', id, 'that is not the ARN or name of a secret', { cause });
    case 'DecryptionFailure':
      return new SecretError('SECRET_UNDECRYPTABLE', id, 'its KMS key cannot be used', { cause });
  }
  if (cause.$metadata.httpStatusCode === 403 || cause.name.startsWith('AccessDenied')) {
    return new SecretError('SECRET_ACCESS_DENIED', id, 'reading it is not allowed', { cause });
  }
  return new SecretError('SECRET_UNREACHABLE', id, `Secrets Manager answered ${cause.name}`, { cause });
}

function select(text: string, location: SecretLocation): string {
  const { secretsManager: id, key } = location;
  if (key === undefined) return text;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, so it must not become the cause.
    throw new SecretError('SECRET_MALFORMED', id, `it is not JSON, so it has no key "${key}"`);
  }
  if (typeof content === 'object' && content !== null && Object.hasOwn(content, key)) {
    const value: unknown = Reflect.get(content, key);
    if (typeof value === 'string') return value;
    throw new SecretError('SECRET_MALFORMED', id, `the value of its key "${key}" is not text`);
  }
  throw new SecretError('SECRET_MALFORMED', id, `it has no key "${key}"`);
}
