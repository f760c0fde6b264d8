import { createHmac, createPrivateKey, type KeyObject, timingSafeEqual, X509Certificate } from 'node:crypto';
import { DER, type DerElement, derContent, derElements, derInteger, derOid, derSequence } from './der.ts';
import { decryptByPassword, pkcs12Key } from './password-encryption.ts';
import type { JavaStore, RevealedPasswords, StoredKey } from './store-content.ts';
import { StoreError } from './store-error.ts';

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERT_BAG = '1.2.840.113549.1.12.10.1.3';
const X509 = '1.2.840.113549.1.9.22.1';
/** Java's mark of a certificate to trust: what else is in the store it does not trust. */
const TRUSTED_KEY_USAGE = '2.16.840.1.113894.746875.1.1';
/** Hashes of the checksum, the length of the block that each works on, and that of its result, in bytes. */
const HASHES: Readonly<Record<string, { readonly name: string; readonly block: number; readonly length: number }>> = {
  '1.3.14.3.2.26': { name: 'sha1', block: 64, length: 20 },
  '2.16.840.1.101.3.4.2.1': { name: 'sha256', block: 64, length: 32 },
  '2.16.840.1.101.3.4.2.2': { name: 'sha384', block: 128, length: 48 },
  '2.16.840.1.101.3.4.2.3': { name: 'sha512', block: 128, length: 64 },
};
const MAC_KEY = 3;

interface Contents {
  readonly certificates: { readonly der: Buffer; readonly isTrusted: boolean }[];
  readonly keys: KeyObject[];
}

/** Reads a PKCS#12 store (RFC 7292) that is protected by a password or not at all. @throws StoreError */
export function readPkcs12(bytes: Buffer, passwords: RevealedPasswords): JavaStore {
  const [, authSafe, mac] = derSequence(bytes);
  const { type, content } = contentInfo(authSafe);
  if (type !== DATA) throw new StoreError('unsupported', 'it is protected by a signature, not by a password');
  const safe = derContent(derElements(content)[0], DER.octets);
  if (mac !== undefined) checkMac(safe, mac.whole, passwords.store);
  const found: Contents = { certificates: [], keys: [] };
  for (const info of derSequence(safe)) readBags(info, passwords, found);
  return {
    trusted: found.certificates.filter(({ isTrusted }) => isTrusted).map(({ der }) => der),
    keys: found.keys.map((key): StoredKey => ({ open: () => key, chain: chainOf(key, found) })),
  };
}

function contentInfo(element: DerElement | undefined): { readonly type: string; readonly content: Buffer } {
  const [type, content] = derElements(derContent(element, DER.sequence));
  return { type: derOid(type), content: derContent(content, DER.explicit0) };
}

function readBags(element: DerElement, passwords: RevealedPasswords, found: Contents): void {
  const { type, content } = contentInfo(element);
  const bags =
    type === DATA
      ? derContent(derElements(content)[0], DER.octets)
      : type === ENCRYPTED_DATA
        ? decrypted(content, passwords.store)
        : null;
  if (bags === null) throw new StoreError('unsupported', 'a part of it is encrypted for a public key');
  for (const bag of derSequence(bags)) readBag(bag, passwords, found);
}

function decrypted(content: Buffer, password: string | undefined): Buffer {
  const [, info] = derSequence(content);
  const [, algorithm, data] = derElements(derContent(info, DER.sequence));
  return decryptByPassword(algorithm?.whole ?? Buffer.alloc(0), derContent(data, DER.implicit0), password);
}

function readBag(bag: DerElement, passwords: RevealedPasswords, found: Contents): void {
  const [id, value, attributes] = derElements(derContent(bag, DER.sequence));
  const content = derContent(value, DER.explicit0);
  switch (derOid(id)) {
    case CERT_BAG: {
      const [kind, certificate] = derSequence(content);
      if (derOid(kind) !== X509) return;
      const der = derContent(derElements(derContent(certificate, DER.explicit0))[0], DER.octets);
      found.certificates.push({ der, isTrusted: attributeNames(attributes).includes(TRUSTED_KEY_USAGE) });
      return;
    }
    case KEY_BAG:
      found.keys.push(privateKey(content));
      return;
    case SHROUDED_KEY_BAG: {
      const [algorithm, data] = derSequence(content);
      const sealed = derContent(data, DER.octets);
      found.keys.push(privateKey(decryptByPassword(algorithm?.whole ?? Buffer.alloc(0), sealed, passwords.key)));
    }
  }
}

function attributeNames(attributes: DerElement | undefined): readonly string[] {
  if (attributes === undefined) return [];
  return derElements(derContent(attributes, DER.set)).map(({ whole }) => derOid(derSequence(whole)[0]));
}

function privateKey(pkcs8: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  } catch {
    throw new StoreError('wrong-password', "its key's password is wrong, or the key is of an unknown kind");
  }
}

/** The key's own certificate, then each one that signed the one before it. */
function chainOf(key: KeyObject, { certificates }: Contents): readonly Buffer[] {
  const all = certificates.map(({ der }) => ({ der, certificate: parsed(der) }));
  let next = all.find(({ certificate }) => certificate.checkPrivateKey(key));
  const chain: Buffer[] = [];
  while (next !== undefined && !chain.includes(next.der)) {
    chain.push(next.der);
    const { certificate } = next;
    next = all.find((other) => !chain.includes(other.der) && certificate.checkIssued(other.certificate));
  }
  return chain;
}

function parsed(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw new StoreError('damaged', 'a certificate in it is damaged');
  }
}

function checkMac(safe: Buffer, mac: Buffer, password: string | undefined): void {
  const [info, salt, iterations] = derSequence(mac);
  const [algorithm, digest] = derElements(derContent(info, DER.sequence));
  const hash = HASHES[derOid(derElements(derContent(algorithm, DER.sequence))[0])];
  if (hash === undefined)
    throw new StoreError('unsupported', 'its checksum is made in a way that Tidemark does not know');
  const expected = derContent(digest, DER.octets);
  const { name, length } = hash;
  // All rounds of hashing are done for every `length` bytes: a file must not choose how many those are.
  if (expected.length !== length) {
    throw new StoreError('damaged', `its checksum has ${expected.length} bytes, and ${name} makes ${length}`);
  }
  if (password === undefined) throw new StoreError('password-missing', 'it needs a password');
  const rounds = iterations === undefined ? 1 : derInteger(iterations);
  const key = pkcs12Key({ password, salt: derContent(salt, DER.octets), rounds, hash, purpose: MAC_KEY, length });
  const made = createHmac(name, key).update(safe).digest();
  if (!timingSafeEqual(made, expected)) {
    throw new StoreError('wrong-password', 'its password is wrong, or it is damaged');
  }
}
