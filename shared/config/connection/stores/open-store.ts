import { shellWord } from '../../../domain/model/shell-word.ts';
import type { Problem, Resolved } from '../secret-source.ts';
import { readJavaStore, type StorePasswords } from './java-store.ts';
import type { JavaStore } from './store-content.ts';
import { StoreError } from './store-error.ts';

/** How the configuration calls what a store needs, for remedies. */
export interface StoreNames {
  readonly password: string;
  /** Of the key; absent for a trust store. */
  readonly keyPassword?: string;
}

/** What is wanted of a store: `trustedPem` or `clientPem`. The problem names the file, and never holds its content. */
export function fromStore<T>(
  path: string,
  bytes: Buffer,
  passwords: StorePasswords,
  names: StoreNames,
  take: (store: JavaStore) => T,
): Resolved<T> {
  try {
    return { ok: true, value: take(readJavaStore(bytes, passwords)) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { ok: false, problem: { message: `${path}: ${error.message}`, remedy: remedyOf(error, path, names) } };
  }
}

function remedyOf({ kind }: StoreError, path: string, names: StoreNames): Problem['remedy'] {
  const passwords = [names.password, ...(names.keyPassword === undefined ? [] : [names.keyPassword])];
  switch (kind) {
    case 'wrong-password':
      return `correct ${passwords.join(' or ')}; this asks for the password and shows what it opens: keytool -list -keystore ${shellWord(path)}`;
    case 'password-missing':
      return `set ${passwords.join(' or ')}`;
    case 'no-key':
      return 'name the store that has the private key and the certificate of this client';
    case 'damaged':
      return `copy it again from where it was made; keytool -list -keystore ${shellWord(path)} shows whether Java can read it`;
    case 'unsupported':
      return `convert it with Java 17 or later, and name the new file: ${rewriteCommand(path)}`;
  }
}

const STORE_SUFFIX = /\.(jks|jceks|p12|pfx|pkcs12|keystore|truststore)$/i;

/** The command that makes a store of today's form of any that Java can read. */
export function rewriteCommand(path: string): string {
  const made = `${path.replace(STORE_SUFFIX, '')}-new.p12`;
  return `keytool -importkeystore -srckeystore ${shellWord(path)} -destkeystore ${shellWord(made)} -deststoretype PKCS12`;
}

/** Whether a file's name is one that Java stores usually have. */
export function isNamedLikeStore(path: string): boolean {
  return STORE_SUFFIX.test(path);
}
