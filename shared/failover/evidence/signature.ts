import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** A public key with which evidence is signed, ECDSA on P-256; null if the text is none. */
export function signingKey(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null;
  }
}

/** Whether a signature in DER is of exactly these bytes, by the private part of the key. It needs nothing but the three. */
export function isSigned(bytes: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  return verify('sha256', bytes, key, signature);
}

/** SHA-256 in hex over the key in DER, by which people compare keys. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}
