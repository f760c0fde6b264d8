import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { DER, type DerElement, derContent, derElements, derInteger, derOid, derSequence } from './der.ts';
import { StoreError } from './store-error.ts';

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
/** PKCS#12's own: SHA-1 and triple DES, as keytool wrote it before 2021. */
const SHA1_AND_TRIPLE_DES = '1.2.840.113549.1.12.1.3';
/** The same with RC2 of 40 bits, which OpenSSL no longer has. */
const SHA1_AND_RC2 = '1.2.840.113549.1.12.1.6';
const CIPHERS: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
};
const PRFS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};
/** keytool uses 10,000. A file that asks for more than this would hold up the start. */
const MAX_ROUNDS = 5_000_000;

/**
 * Decrypts what a password protects, by an AlgorithmIdentifier in DER: PBES2 (RFC 8018), or PKCS#12's own scheme with triple
 * DES.
 *
 * @throws StoreError
 */
export function decryptByPassword(algorithm: Buffer, data: Buffer, password: string | undefined): Buffer {
  const [id, parameters] = derSequence(algorithm);
  const scheme = derOid(id);
  if (password === undefined) throw new StoreError('password-missing', 'it needs a password');
  if (scheme === PBES2) return pbes2(parameters, data, password);
  if (scheme === SHA1_AND_TRIPLE_DES) return tripleDes(parameters, data, password);
  const by = scheme === SHA1_AND_RC2 ? 'with RC2 of 40 bits, as Java did before 2021' : `with ${scheme}`;
  throw new StoreError('unsupported', `it is encrypted ${by}`);
}

function pbes2(parameters: DerElement | undefined, data: Buffer, password: string): Buffer {
  const [derivation, encryption] = derElements(derContent(parameters, DER.sequence));
  const [kdf, kdfParameters] = derElements(derContent(derivation, DER.sequence));
  const [cipherId, iv] = derElements(derContent(encryption, DER.sequence));
  const cipher = CIPHERS[derOid(cipherId)];
  if (derOid(kdf) !== PBKDF2 || cipher === undefined) {
    throw new StoreError('unsupported', 'it is encrypted in a way that Tidemark does not know');
  }
  const [salt, iterations, ...optional] = derElements(derContent(kdfParameters, DER.sequence));
  const named = optional.find(({ tag }) => tag === DER.sequence);
  const prf = named === undefined ? 'sha1' : PRFS[derOid(derElements(named.content)[0])];
  if (prf === undefined) throw new StoreError('unsupported', 'it is encrypted in a way that Tidemark does not know');
  const rounds = checkedRounds(derInteger(iterations));
  const key = pbkdf2Sync(password, derContent(salt, DER.octets), rounds, cipher.keyBytes, prf);
  return decipher(cipher.name, key, derContent(iv, DER.octets), data);
}

function tripleDes(parameters: DerElement | undefined, data: Buffer, password: string): Buffer {
  const [salt, iterations] = derElements(derContent(parameters, DER.sequence));
  const of = { password, salt: derContent(salt, DER.octets), rounds: derInteger(iterations), hash: SHA1 };
  const key = pkcs12Key({ ...of, purpose: 1, length: 24 });
  const iv = pkcs12Key({ ...of, purpose: 2, length: 8 });
  return decipher('des-ede3-cbc', key, iv, data);
}

function decipher(name: string, key: Buffer, iv: Buffer, data: Buffer): Buffer {
  try {
    const cipher = createDecipheriv(name, key, iv);
    return Buffer.concat([cipher.update(data), cipher.final()]);
  } catch {
    throw new StoreError('wrong-password', 'its password is wrong, or it is damaged');
  }
}

const SHA1 = { name: 'sha1', block: 64 };

export interface Pkcs12KeyRequest {
  readonly password: string;
  readonly salt: Buffer;
  readonly rounds: number;
  /** A hash, and the length of the block that it works on, in bytes. */
  readonly hash: { readonly name: string; readonly block: number };
  /** 1 for a key, 2 for an initial value, 3 for a checksum. */
  readonly purpose: 1 | 2 | 3;
  readonly length: number;
}

/** The longest key that anything asks for: of a checksum with SHA-512. Every part of it takes all rounds. */
const MAX_KEY_BYTES = 64;

/** PKCS#12's own derivation of keys from passwords (RFC 7292, appendix B.2). */
export function pkcs12Key({ password, salt, rounds, hash, purpose, length }: Pkcs12KeyRequest): Buffer {
  const { name, block } = hash;
  if (length > MAX_KEY_BYTES) throw new RangeError(`a key of ${length} bytes, where ${MAX_KEY_BYTES} are the most`);
  checkedRounds(rounds);
  const secret = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const input = Buffer.concat([filled(salt, block), filled(secret, block)]);
  const made: Buffer[] = [];
  for (let bytes = 0; bytes < length; ) {
    let digest = createHash(name).update(Buffer.alloc(block, purpose)).update(input).digest();
    for (let round = 1; round < rounds; round++) digest = createHash(name).update(digest).digest();
    made.push(digest);
    bytes += digest.length;
    addToBlocks(input, filled(digest, block), block);
  }
  return Buffer.concat(made).subarray(0, length);
}

/** Repeats the bytes up to a multiple of a block. */
function filled(bytes: Buffer, block: number): Buffer {
  return Buffer.alloc(block * Math.ceil(bytes.length / block), bytes);
}

/** Adds a number and one to each block, as big-endian numbers that overflow. */
function addToBlocks(input: Buffer, added: Buffer, block: number): void {
  for (let begin = 0; begin < input.length; begin += block) {
    let carry = 1;
    for (let at = block - 1; at >= 0; at--) {
      const sum = (input[begin + at] ?? 0) + (added[at] ?? 0) + carry;
      input[begin + at] = sum & 0xff;
      carry = sum >> 8;
    }
  }
}

function checkedRounds(rounds: number): number {
  if (rounds >= 1 && rounds <= MAX_ROUNDS) return rounds;
  throw new StoreError('unsupported', `it asks for ${rounds} rounds of hashing`);
}
