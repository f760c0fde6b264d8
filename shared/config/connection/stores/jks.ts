import { createHash, createPrivateKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { DER, derContent, derOid, derSequence } from './der.ts';
import type { JavaStore, RevealedPasswords, StoredKey } from './store-content.ts';
import { StoreError } from './store-error.ts';

const JKS = 0xfeed_feed;
const JCEKS = 0xcece_cece;
/** Sun's own protection of keys: sun.security.provider.KeyProtector. */
const KEY_PROTECTOR = '1.3.6.1.4.1.42.2.17.1.1';
const DIGEST_BYTES = 20;

export function isJks(bytes: Buffer): boolean {
  const magic = bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
  return magic === JKS || magic === JCEKS;
}

/**
 * Reads a JKS file as sun.security.provider.JavaKeyStore writes it: entries with a key and its certificates, or one
 * trusted certificate, then a digest. As in Java, without a password the digest is not checked.
 *
 * @throws StoreError
 */
export function readJks(bytes: Buffer, { store, key }: RevealedPasswords): JavaStore {
  if (bytes.readUInt32BE(0) === JCEKS) {
    throw new StoreError('unsupported', 'it is a JCEKS store, whose keys Tidemark does not decrypt');
  }
  if (bytes.length < 12 + DIGEST_BYTES) throw new StoreError('damaged', 'it is cut off');
  const content = bytes.subarray(0, -DIGEST_BYTES);
  if (store !== undefined) checkDigest(content, bytes.subarray(-DIGEST_BYTES), store);
  const reader = new JksReader(content.subarray(4));
  const version = reader.int();
  if (version !== 1 && version !== 2) throw new StoreError('unsupported', `it is a JKS store of version ${version}`);
  const trusted: Buffer[] = [];
  const sealed: { readonly protectedKey: Buffer; readonly chain: readonly Buffer[] }[] = [];
  for (let entries = reader.int(); entries > 0; entries--) {
    const tag = reader.int();
    reader.text(); // alias
    reader.take(8); // when it was made
    if (tag === 1) {
      const protectedKey = reader.take(reader.int());
      const chain: Buffer[] = [];
      for (let left = reader.int(); left > 0; left--) chain.push(reader.certificate(version));
      sealed.push({ protectedKey, chain });
    } else if (tag === 2) trusted.push(reader.certificate(version));
    else throw new StoreError('damaged', 'it is damaged');
  }
  const keys = sealed.map(({ protectedKey, chain }): StoredKey => ({ open: () => openKey(protectedKey, key), chain }));
  return { trusted, keys };
}

/** SHA-1 of the password, a phrase and everything before. */
function checkDigest(content: Buffer, digest: Buffer, password: string): void {
  const sha1 = createHash('sha1').update(utf16(password)).update('Mighty Aphrodite', 'utf8').update(content).digest();
  if (!timingSafeEqual(sha1, digest)) throw new StoreError('wrong-password', 'its password is wrong, or it is damaged');
}

/** Salt, the key in PKCS#8 under a keystream of SHA-1 digests, and a digest to check it. */
function openKey(protectedKey: Buffer, password: string | undefined): KeyObject {
  const [algorithm, data] = derSequence(protectedKey);
  if (derOid(derSequence(algorithm?.whole ?? Buffer.alloc(0))[0]) !== KEY_PROTECTOR) {
    throw new StoreError('unsupported', 'its key is encrypted in a way that Tidemark does not read');
  }
  const sealed = derContent(data, DER.octets);
  if (sealed.length <= 2 * DIGEST_BYTES) throw new StoreError('damaged', 'it is damaged');
  if (password === undefined) throw new StoreError('password-missing', 'its key needs a password');
  const salt = sealed.subarray(0, DIGEST_BYTES);
  const hidden = sealed.subarray(DIGEST_BYTES, -DIGEST_BYTES);
  const secret = utf16(password);
  const plain = Buffer.alloc(hidden.length);
  let digest = salt;
  for (let at = 0; at < hidden.length; at++) {
    if (at % DIGEST_BYTES === 0) digest = createHash('sha1').update(secret).update(digest).digest();
    plain[at] = (hidden[at] ?? 0) ^ (digest[at % DIGEST_BYTES] ?? 0);
  }
  const check = createHash('sha1').update(secret).update(plain).digest();
  if (!timingSafeEqual(check, sealed.subarray(-DIGEST_BYTES))) {
    throw new StoreError('wrong-password', "its key's password is wrong");
  }
  try {
    return createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' });
  } catch {
    throw new StoreError('unsupported', 'its key is of a kind that Tidemark does not know');
  }
}

/** Java's chars: two bytes each, the high one first. */
function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** java.io.DataInputStream. */
class JksReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw new StoreError('damaged', 'it is cut off');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  int(): number {
    return this.take(4).readInt32BE(0);
  }

  text(): string {
    return this.take(this.take(2).readUInt16BE(0)).toString('utf8');
  }

  certificate(version: number): Buffer {
    if (version === 2 && this.text() !== 'X.509')
      throw new StoreError('unsupported', 'it has a certificate that is not X.509');
    return this.take(this.int());
  }
}
