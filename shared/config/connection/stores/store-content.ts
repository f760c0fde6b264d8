import type { KeyObject } from 'node:crypto';

/** What a Java key store or trust store holds. */
export interface JavaStore {
  /** Certificates that the store says to trust, in DER. */
  readonly trusted: readonly Buffer[];
  /** Private keys, each with the store's certificates for it, its own first. */
  readonly keys: readonly StoredKey[];
}

export interface StoredKey {
  /** Decrypts it. @throws StoreError */
  readonly open: () => KeyObject;
  readonly chain: readonly Buffer[];
}

/** In clear. */
export interface RevealedPasswords {
  readonly store: string | undefined;
  readonly key: string | undefined;
}
