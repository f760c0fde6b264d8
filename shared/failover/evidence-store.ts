/** A file of sealed evidence, as its store has it. */
export interface KeptFile {
  readonly bytes: Uint8Array;
  /** Until when nobody overwrites or deletes it; null if anybody who may write there can. */
  readonly lock: { readonly mode: string; readonly until: Date } | null;
}

/** Stores evidence so that nobody changes it or deletes it before its time. */
export interface EvidenceStore {
  /** Where its files are, as people name it. */
  readonly place: string;
  /**
   * Stores a file if there is none with its name, and reads back what is there: this file, or the one that was there before.
   * @throws SealError
   */
  keep(file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array }): Promise<KeptFile>;
}

/** Signs with a key that never leaves its keeper: ECDSA on P-256 over SHA-256. */
export interface EvidenceSigner {
  /** In PEM. @throws SealError */
  publicKey(): Promise<string>;
  /** @returns the signature in DER @throws SealError */
  sign(sha256: Uint8Array): Promise<Uint8Array>;
}
