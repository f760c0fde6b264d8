import { execFileSync } from 'node:child_process';

/** Runs Java's keytool; it is quick to write that everything has been done, so only a failure is told. */
export function keytool(...args: readonly string[]): string {
  return execFileSync('keytool', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export interface StoreSpec {
  readonly file: string;
  readonly type: 'JKS' | 'JCEKS' | 'PKCS12';
  readonly storePassword: string;
  /** The store's by default; in PKCS12, keytool has one password for both. */
  readonly keyPassword?: string;
  readonly algorithm?: 'EC' | 'RSA' | 'Ed25519';
  /** Java's own properties, such as `keystore.pkcs12.legacy`. */
  readonly java?: readonly string[];
}

/** A store with a new key, and its certificate signed by itself. */
export function makeKeystore(spec: StoreSpec): void {
  const { file, type, storePassword, keyPassword, algorithm = 'EC', java = [] } = spec;
  keytool(
    ...java.map((property) => `-J-D${property}`),
    ...['-genkeypair', '-alias', 'client', '-dname', 'CN=client', '-keyalg', algorithm, '-validity', '2'],
    ...['-keystore', file, '-storetype', type, '-storepass', storePassword],
    ...(keyPassword === undefined ? [] : ['-keypass', keyPassword]),
  );
}

/** A store that trusts certificates, each in a PEM file. */
export function makeTruststore(spec: StoreSpec, certificates: readonly string[]): void {
  const { file, type, storePassword, java = [] } = spec;
  for (const [i, certificate] of certificates.entries()) {
    keytool(
      ...java.map((property) => `-J-D${property}`),
      ...['-importcert', '-noprompt', '-alias', `ca-${i}`, '-file', certificate],
      ...['-keystore', file, '-storetype', type, '-storepass', storePassword],
    );
  }
}
