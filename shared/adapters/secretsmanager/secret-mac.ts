import { createHmac } from 'node:crypto';
import type { SecretLookup } from './secret-lookup.ts';

/** Makes message authentication codes (HMAC-SHA-256, base64url) with a key that Secrets Manager keeps. */
export function createSecretMac(lookup: SecretLookup, secret: string): (text: string) => Promise<string> {
  const location = new Map([['key', { secretsManager: secret }]]);
  return async (text) => {
    const key = (await lookup.resolve(location)).get('key');
    if (key === undefined) throw new Error('the lookup answers for each name');
    return createHmac('sha256', key.reveal()).update(text).digest('base64url');
  };
}
