import { inspect } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, type SecretsEndpoint, startSecretsEndpoint } from '../../../../lab/secrets-endpoint.ts';
import { SecretError } from '../../../../shared/adapters/secretsmanager/secret-error.ts';
import { createSecretLookup, type SecretLookup } from '../../../../shared/adapters/secretsmanager/secret-lookup.ts';
import type { SecretLocation } from '../../../../shared/config/connection/secret-location.ts';

const TTL = 300_000;

describe('looking secrets up in Secrets Manager', () => {
  let endpoint: SecretsEndpoint;
  let lookup: SecretLookup;
  let now: number;

  const client = (url: string) =>
    new SecretsManagerClient({
      endpoint: url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  const resolve = async (locations: Record<string, SecretLocation>) =>
    Object.fromEntries(
      [...(await lookup.resolve(new Map(Object.entries(locations))))].map(([k, v]) => [k, v.reveal()]),
    );

  beforeAll(async () => {
    endpoint = await startSecretsEndpoint();
  });
  beforeEach(() => {
    now = 0;
    endpoint.secrets.clear();
    endpoint.asked.length = 0;
    lookup = createSecretLookup({ client: client(endpoint.url), clock: { now: () => now }, ttlMs: TTL });
  });
  afterAll(() => endpoint.close());

  test('a whole secret and keys of a JSON secret, one request a secret', async () => {
    endpoint.secrets
      .set('kafka/a', { kind: 'text', text: '{"user":"u","password":"p\\"w"}' })
      .set('kafka/key', { kind: 'text', text: 'PEM\n' });
    const values = await resolve({
      USER: { secretsManager: 'kafka/a', key: 'user' },
      PASSWORD: { secretsManager: 'kafka/a', key: 'password' },
      KEY: { secretsManager: 'kafka/key' },
    });
    expect(values).toEqual({ USER: 'u', PASSWORD: 'p"w', KEY: 'PEM\n' });
    expect(endpoint.asked.sort()).toEqual(['kafka/a', 'kafka/key']);
  });

  test('a secret is read again when its time is over, and not before', async () => {
    endpoint.secrets.set('s', { kind: 'text', text: 'old' });
    await resolve({ S: { secretsManager: 's' } });
    endpoint.secrets.set('s', { kind: 'text', text: 'new' });
    now = TTL - 1;
    expect(await resolve({ S: { secretsManager: 's' } })).toEqual({ S: 'old' });
    now = TTL;
    expect(await resolve({ S: { secretsManager: 's' } })).toEqual({ S: 'new' });
    expect(endpoint.asked).toHaveLength(2);
  });

  test('GIVEN a rotated secret WHEN it is forgotten THEN the next audit has the new one', async () => {
    endpoint.secrets.set('s', { kind: 'text', text: 'old' });
    await resolve({ S: { secretsManager: 's' } });
    endpoint.secrets.set('s', { kind: 'text', text: 'new' });
    lookup.forget();
    expect(await resolve({ S: { secretsManager: 's' } })).toEqual({ S: 'new' });
  });

  test('GIVEN a known secret WHEN Secrets Manager fails for now THEN the known one still serves', async () => {
    endpoint.secrets.set('s', { kind: 'text', text: 'kept' });
    await resolve({ S: { secretsManager: 's' } });
    endpoint.secrets.set('s', { kind: 'error', status: 500, error: 'InternalServiceError' });
    now = TTL;
    expect(await resolve({ S: { secretsManager: 's' } })).toEqual({ S: 'kept' });
  });

  test('GIVEN a known secret WHEN it is deleted THEN it serves no longer', async () => {
    endpoint.secrets.set('s', { kind: 'text', text: 'kept' });
    await resolve({ S: { secretsManager: 's' } });
    endpoint.secrets.delete('s');
    now = TTL;
    await expect(resolve({ S: { secretsManager: 's' } })).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  });

  test.each<[Answer, string, boolean]>([
    [{ kind: 'error', status: 400, error: 'ResourceNotFoundException' }, 'SECRET_NOT_FOUND', false],
    [{ kind: 'error', status: 400, error: 'InvalidRequestException' }, 'SECRET_NOT_FOUND', false],
    [{ kind: 'error', status: 400, error: 'AccessDeniedException' }, 'SECRET_ACCESS_DENIED', false],
    [{ kind: 'error', status: 403, error: 'UnrecognizedClientException' }, 'SECRET_ACCESS_DENIED', false],
    [{ kind: 'error', status: 400, error: 'DecryptionFailure' }, 'SECRET_UNDECRYPTABLE', false],
    [{ kind: 'error', status: 500, error: 'InternalServiceError' }, 'SECRET_UNREACHABLE', true],
    [{ kind: 'error', status: 400, error: 'ThrottlingException' }, 'SECRET_UNREACHABLE', true],
    [{ kind: 'binary', binary: 'aHVudGVyMg==' }, 'SECRET_MALFORMED', false],
    [{ kind: 'text', text: 'hunter2' }, 'SECRET_MALFORMED', false],
    [{ kind: 'text', text: '{"other":"hunter2"}' }, 'SECRET_MALFORMED', false],
    [{ kind: 'text', text: '{"password":{"deep":"hunter2"}}' }, 'SECRET_MALFORMED', false],
    [{ kind: 'text', text: 'null' }, 'SECRET_MALFORMED', false],
  ])('%j is %s, and nothing of it shows', async (answer, code, retriable) => {
    endpoint.secrets.set('kafka/a', answer);
    const error = await resolve({ P: { secretsManager: 'kafka/a', key: 'password' } }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SecretError);
    expect(error).toMatchObject({ code, retriable, secret: 'kafka/a' });
    expect((error as SecretError).message).toContain('kafka/a');
    expect((error as SecretError).remedy).toBeTruthy();
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2');
  });

  test('Secrets Manager out of reach is SECRET_UNREACHABLE', async () => {
    const gone = await startSecretsEndpoint();
    await gone.close();
    lookup = createSecretLookup({ client: client(gone.url), clock: { now: () => now }, ttlMs: TTL });
    await expect(resolve({ S: { secretsManager: 's' } })).rejects.toMatchObject({ code: 'SECRET_UNREACHABLE' });
  });
});
