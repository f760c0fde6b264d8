import { X509Certificate } from 'node:crypto';
import type { Secret } from '../secret.ts';
import { isJks, readJks } from './jks.ts';
import { readPkcs12 } from './pkcs12.ts';
import type { JavaStore } from './store-content.ts';
import { StoreError } from './store-error.ts';

export interface StorePasswords {
  /** Of the store; a JKS trust store can be read without. */
  readonly store: Secret | undefined;
  /** Of the key in it; the store's if absent. */
  readonly key: Secret | undefined;
}

/** @throws StoreError; it never quotes content or passwords */
export function readJavaStore(bytes: Buffer, passwords: StorePasswords): JavaStore {
  const given = { store: passwords.store?.reveal(), key: (passwords.key ?? passwords.store)?.reveal() };
  return isJks(bytes) ? readJks(bytes, given) : readPkcs12(bytes, given);
}

/** The certificates that a client trusts with this store, as in Java: also the first of each key's. @throws StoreError */
export function trustedPem(store: JavaStore): string {
  const all = [...store.trusted, ...store.keys.flatMap(({ chain }) => chain.slice(0, 1))];
  if (all.length === 0) throw new StoreError('unsupported', 'it has no certificate that Java would trust');
  return all.map(certificatePem).join('');
}

/** The first key and its certificates. @throws StoreError if there is none */
export function clientPem({ keys: [first] }: JavaStore): { readonly cert: string; readonly key: string } {
  if (first === undefined || first.chain.length === 0) throw new StoreError('no-key', 'it has no private key');
  return {
    cert: first.chain.map(certificatePem).join(''),
    key: String(first.open().export({ type: 'pkcs8', format: 'pem' })),
  };
}

function certificatePem(der: Buffer): string {
  try {
    return new X509Certificate(der).toString();
  } catch {
    throw new StoreError('damaged', 'a certificate in it is damaged');
  }
}
