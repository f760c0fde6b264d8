import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Secret } from '../../../../shared/config/connection/secret.ts';
import { clientPem, readJavaStore, trustedPem } from '../../../../shared/config/connection/stores/java-store.ts';
import { fromStore } from '../../../../shared/config/connection/stores/open-store.ts';
import { StoreError } from '../../../../shared/config/connection/stores/store-error.ts';
import { keytool, makeKeystore, makeTruststore, type StoreSpec } from './keytool.ts';

const STORE = 'store pass ä€';
const KEY = 'key-pass';

let folder: string;
const at = (name: string): string => join(folder, name);
const bytesOf = (name: string): Buffer => readFileSync(at(name));
const passwords = (store?: string, key?: string) => ({
  store: store === undefined ? undefined : new Secret(store),
  key: key === undefined ? undefined : new Secret(key),
});
/** Java reads a password in the arguments in the encoding of the machine: only ASCII is the same everywhere. */
const ASCII = 'changeit';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-stores-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function failureOf(read: () => unknown): StoreError {
  try {
    read();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('it was read');
}

const TRIPLE_DES = [
  'keystore.pkcs12.certProtectionAlgorithm=PBEWithSHA1AndDESede',
  'keystore.pkcs12.keyProtectionAlgorithm=PBEWithSHA1AndDESede',
  'keystore.pkcs12.macAlgorithm=HmacPBESHA1',
];

describe("key stores that Java's keytool makes", () => {
  const specs: readonly Omit<StoreSpec, 'storePassword'>[] = [
    { file: 'ec.jks', type: 'JKS', keyPassword: KEY },
    { file: 'rsa.jks', type: 'JKS', keyPassword: KEY, algorithm: 'RSA' },
    { file: 'ec.p12', type: 'PKCS12' },
    { file: 'rsa.p12', type: 'PKCS12', algorithm: 'RSA' },
    { file: 'ed.p12', type: 'PKCS12', algorithm: 'Ed25519' },
    { file: 'des.p12', type: 'PKCS12', java: TRIPLE_DES },
  ];

  test.each(specs)('$file: certificate and key, which belong together', (spec) => {
    makeKeystore({ ...spec, file: at(spec.file), storePassword: ASCII });
    const { cert, key } = clientPem(readJavaStore(bytesOf(spec.file), passwords(ASCII, spec.keyPassword)));
    const certificate = new X509Certificate(cert);
    expect(certificate.subject).toBe('CN=client');
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(failureOf(() => readJavaStore(bytesOf(spec.file), passwords('wrong'))).kind).toBe('wrong-password');
  });

  test('a key with another password than the store says so; a trust store is read without a password if Java does', () => {
    makeKeystore({ file: at('two.jks'), type: 'JKS', storePassword: ASCII, keyPassword: KEY });
    const wrong = failureOf(() => clientPem(readJavaStore(bytesOf('two.jks'), passwords(ASCII))));
    expect(wrong.message).toBe("its key's password is wrong");
    expect(trustedPem(readJavaStore(bytesOf('two.jks'), passwords()))).toContain('BEGIN CERTIFICATE');
    expect(failureOf(() => clientPem(readJavaStore(bytesOf('two.jks'), passwords()))).kind).toBe('password-missing');
    makeKeystore({ file: at('one.p12'), type: 'PKCS12', storePassword: ASCII });
    expect(failureOf(() => readJavaStore(bytesOf('one.p12'), passwords())).kind).toBe('password-missing');
  });

  test('a chain stands in order, whatever the order in the store', () => {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
    writeFileSync(at('ca.ext'), 'basicConstraints=critical,CA:TRUE\n');
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '2');
    for (const [name, by] of [
      ['middle', 'ca'],
      ['leaf', 'middle'],
    ] as const) {
      openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      const signing = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2'];
      const extensions = name === 'middle' ? ['-extfile', 'ca.ext'] : [];
      openssl('x509', '-req', '-in', `${name}.csr`, ...signing, ...extensions, '-out', `${name}.pem`);
    }
    writeFileSync(at('others.pem'), readFileSync(at('ca.pem'), 'utf8') + readFileSync(at('middle.pem'), 'utf8'));
    const files = ['-in', 'leaf.pem', '-inkey', 'leaf.key', '-certfile', 'others.pem', '-out', 'chain.p12'];
    openssl('pkcs12', '-export', ...files, '-passout', `pass:${STORE}`);
    const { cert } = clientPem(readJavaStore(bytesOf('chain.p12'), passwords(STORE)));
    const subjects = [...cert.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(
      ([pem]) => new X509Certificate(pem).subject,
    );
    expect(subjects).toEqual(['CN=leaf', 'CN=middle', 'CN=ca']);
  });
});

describe("trust stores that Java's keytool makes", () => {
  const specs: readonly Omit<StoreSpec, 'storePassword'>[] = [
    { file: 'trust.jks', type: 'JKS' },
    { file: 'trust.p12', type: 'PKCS12' },
    { file: 'trust-des.p12', type: 'PKCS12', java: TRIPLE_DES },
    {
      file: 'open.p12',
      type: 'PKCS12',
      java: ['keystore.pkcs12.macAlgorithm=NONE', 'keystore.pkcs12.certProtectionAlgorithm=NONE'],
    },
  ];
  let authorities: readonly string[];
  beforeAll(() => {
    authorities = ['x', 'y'].map((name) => {
      makeKeystore({ file: at(`${name}.jks`), type: 'JKS', storePassword: ASCII });
      keytool(
        '-exportcert',
        '-rfc',
        '-alias',
        'client',
        '-storepass',
        ASCII,
        '-keystore',
        at(`${name}.jks`),
        '-file',
        at(`${name}.pem`),
      );
      return at(`${name}.pem`);
    });
  });

  test.each(specs)('$file: all certificates', (spec) => {
    makeTruststore({ ...spec, file: at(spec.file), storePassword: ASCII }, authorities);
    const pem = trustedPem(readJavaStore(bytesOf(spec.file), passwords(ASCII)));
    const expected = authorities.map((file) => new X509Certificate(readFileSync(file)).toString());
    for (const certificate of expected) expect(pem).toContain(certificate);
    expect(pem.match(/BEGIN/g)).toHaveLength(2);
    expect(failureOf(() => clientPem(readJavaStore(bytesOf(spec.file), passwords(ASCII)))).kind).toBe('no-key');
  });

  test('what Java would not trust is not trusted', () => {
    const args = ['-export', '-nokeys', '-in', authorities[0] ?? '', '-out', at('openssl.p12')];
    execFileSync('openssl', ['pkcs12', ...args, '-passout', `pass:${ASCII}`], { stdio: 'pipe' });
    const { message } = failureOf(() => trustedPem(readJavaStore(bytesOf('openssl.p12'), passwords(ASCII))));
    expect(message).toBe('it has no certificate that Java would trust');
  });
});

describe('stores that cannot be read', () => {
  test.each([
    { file: 'old.p12', type: 'PKCS12', java: ['keystore.pkcs12.legacy'] },
    { file: 'older.jceks', type: 'JCEKS' },
  ] as const)('$file is refused with the command that makes one which is read', (spec) => {
    makeKeystore({ ...spec, file: at(spec.file), storePassword: ASCII });
    const names = { password: 'ssl.keystore.password' };
    const problem = fromStore(at(spec.file), bytesOf(spec.file), passwords(ASCII), names, clientPem);
    const command = problem.ok ? '' : (problem.problem.remedy.split(': ').at(-1) ?? '');
    expect(command).toMatch(/^keytool -importkeystore /);
    // As printed, but for the passwords that keytool would ask for.
    execFileSync('sh', ['-c', `${command} -srcstorepass ${ASCII} -deststorepass ${ASCII}`], { stdio: 'pipe' });
    const made = bytesOf(spec.file.replace(/\.\w+$/, '-new.p12'));
    expect(clientPem(readJavaStore(made, passwords(ASCII))).cert).toContain('BEGIN CERTIFICATE');
  });

  test.each([
    { hash: '2b0e03021a', name: 'sha1', length: 20 },
    { hash: '608648016503040201', name: 'sha256', length: 32 },
    { hash: '608648016503040203', name: 'sha512', length: 64 },
  ])('a checksum with $name that is longer or shorter than it can be is refused before any round of hashing', (one) => {
    for (const bytes of [0, one.length - 1, one.length + 1, 1_000_000]) {
      const { kind, message } = failureOf(() => readJavaStore(storeWithChecksum(one.hash, bytes), passwords(ASCII)));
      expect({ kind, message }).toEqual({
        kind: 'damaged',
        message: `its checksum has ${bytes} bytes, and ${one.name} makes ${one.length}`,
      });
    }
  });

  test('a damaged store is a StoreError that tells nothing of it', () => {
    for (const [file, type] of [
      ['hurt.jks', 'JKS'],
      ['hurt.p12', 'PKCS12'],
    ] as const) {
      makeKeystore({ file: at(file), type, storePassword: ASCII });
      const whole = bytesOf(file);
      fc.assert(
        fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (place, change, cut) => {
          const hurt = Buffer.from(cut ? whole.subarray(0, place) : whole);
          if (!cut) hurt[place] = (hurt[place] ?? 0) ^ change;
          try {
            clientPem(readJavaStore(hurt, passwords(cut ? undefined : ASCII, ASCII)));
          } catch (error) {
            if (!(error instanceof StoreError)) throw error;
            expect(inspect(error, { depth: 9 })).not.toContain(ASCII);
          }
        }),
        { numRuns: 100 },
      );
    }
  });
});

/** An empty PKCS12 store that asks for many rounds of hashing for its checksum, whose content has this many bytes. */
function storeWithChecksum(hash: string, bytes: number): Buffer {
  const [SEQUENCE, OCTETS, OID, INTEGER, EXPLICIT_0] = [0x30, 0x04, 0x06, 0x02, 0xa0] as const;
  const data = der(OID, Buffer.from('2a864886f70d010701', 'hex'));
  const authSafe = der(SEQUENCE, data, der(EXPLICIT_0, der(OCTETS, der(SEQUENCE))));
  const algorithm = der(SEQUENCE, der(OID, Buffer.from(hash, 'hex')));
  const digest = der(SEQUENCE, algorithm, der(OCTETS, Buffer.alloc(bytes, 7)));
  const rounds = der(INTEGER, Buffer.from('4c4b40', 'hex'));
  const mac = der(SEQUENCE, digest, der(OCTETS, Buffer.alloc(8, 1)), rounds);
  return der(SEQUENCE, der(INTEGER, Buffer.from([3])), authSafe, mac);
}

function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length = Buffer.alloc(5, 0x84);
  length.writeUInt32BE(body.length, 1);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}
