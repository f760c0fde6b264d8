import type { LoadContext, Setting, Settings } from '../setting.ts';
import type { TlsSettings } from './kafka-connection.ts';
import { pemBlocks, storeFormat } from './pem.ts';
import { Secret } from './secret.ts';
import { readBytes } from './secret-source.ts';
import { clientPem, trustedPem } from './stores/java-store.ts';
import { fromStore } from './stores/open-store.ts';
import type { JavaStore } from './stores/store-content.ts';

/**
 * TLS from a Java client's `ssl.*` settings: stores in PEM (KIP-651, `ssl.truststore.type=PEM`), inline or in a file, and
 * Java's own, JKS and PKCS12. What a file is, its bytes say, as in Java.
 */
export function tlsFromSettings(settings: Settings, context: LoadContext): TlsSettings {
  const ca = truststore(settings, context);
  const client = keystore(settings, context);
  // Of a Java store, the key is decrypted here.
  const passphrase = client?.isDecrypted === true ? undefined : settings.get('ssl.key.password');
  const identification = settings.get('ssl.endpoint.identification.algorithm');
  return {
    ...(ca === null ? {} : { ca }),
    ...(client === null ? {} : { cert: client.cert, key: client.key }),
    ...(client === null || passphrase === undefined ? {} : { keyPassphrase: new Secret(passphrase.value) }),
    verifyHostname: identification === undefined || identification.value.trim() !== '',
  };
}

function truststore(settings: Settings, context: LoadContext): string | null {
  const inline = settings.get('ssl.truststore.certificates');
  if (inline !== undefined) return certificatesIn(inline.value, inline, settings, context);
  const location = settings.get('ssl.truststore.location');
  if (location === undefined || location.value === '') return null;
  const file = storeFile('truststore', location, settings, context, trustedPem);
  if (file === null || file.kind === 'java') return file?.value ?? null;
  return certificatesIn(file.text, location, settings, context);
}

interface ClientCertificate {
  readonly cert: string;
  readonly key: Secret;
  readonly isDecrypted: boolean;
}

function keystore(settings: Settings, context: LoadContext): ClientCertificate | null {
  const chain = settings.get('ssl.keystore.certificate.chain');
  const key = settings.get('ssl.keystore.key');
  if (chain !== undefined || key !== undefined) {
    const at = chain ?? key;
    const cert = chain === undefined ? null : pemBlocks(chain.value).certificates;
    const privateKey = key === undefined ? null : pemBlocks(key.value).key;
    if (cert !== null && privateKey !== null) return { cert, key: new Secret(privateKey), isDecrypted: false };
    const absent = cert === null ? 'ssl.keystore.certificate.chain' : 'ssl.keystore.key';
    context.faults.fault({
      file: settings.file,
      key: settings.keyFor(absent),
      line: settings.get(absent)?.line ?? at?.line ?? null,
      message: cert === null ? 'holds no PEM certificate' : 'holds no PEM private key',
      remedy: 'set both ssl.keystore.certificate.chain and ssl.keystore.key to PEM text',
    });
    return null;
  }
  const location = settings.get('ssl.keystore.location');
  if (location === undefined || location.value === '') return null;
  const file = storeFile('keystore', location, settings, context, clientPem);
  if (file === null) return null;
  if (file.kind === 'java') return { cert: file.value.cert, key: new Secret(file.value.key), isDecrypted: true };
  const blocks = pemBlocks(file.text);
  if (blocks.certificates !== null && blocks.key !== null) {
    return { cert: blocks.certificates, key: new Secret(blocks.key), isDecrypted: false };
  }
  context.faults.fault({
    file: settings.file,
    key: location.key,
    line: location.line,
    message: `${location.value} holds no PEM ${blocks.key === null ? 'private key' : 'certificate'}`,
    remedy: 'a PEM key store holds the private key and then the certificate chain',
  });
  return null;
}

/** A store in a file: the text of PEM, or what is wanted of a Java store. Null after a fault. */
function storeFile<T>(
  kind: 'truststore' | 'keystore',
  location: Setting,
  settings: Settings,
  context: LoadContext,
  take: (store: JavaStore) => T,
): { readonly kind: 'pem'; readonly text: string } | { readonly kind: 'java'; readonly value: T } | null {
  const fault = (message: string, remedy: string): null => {
    context.faults.fault({ file: settings.file, key: location.key, line: location.line, message, remedy });
    return null;
  };
  const bytes = readBytes(location.value, context.base);
  if (!bytes.ok) return fault(bytes.problem.message, bytes.problem.remedy);
  const format = storeFormat(bytes.value);
  if (format === 'pem') return { kind: 'pem', text: bytes.value.toString('utf8') };
  if (format === 'unknown') {
    return fault(`${location.value} is neither PEM nor a Java key store`, 'name a file in PEM, JKS or PKCS12');
  }
  const passwordOf = (name: string): Secret | undefined => {
    const setting = settings.get(name);
    return setting === undefined ? undefined : new Secret(setting.value);
  };
  const [password, keyPassword] = [`ssl.${kind}.password`, 'ssl.key.password'];
  const names = {
    password: settings.keyFor(password),
    ...(kind === 'keystore' ? { keyPassword: settings.keyFor(keyPassword) } : {}),
  };
  const passwords = { store: passwordOf(password), key: passwordOf(keyPassword) };
  const found = fromStore(location.value, bytes.value, passwords, names, take);
  return found.ok ? { kind: 'java', value: found.value } : fault(found.problem.message, found.problem.remedy);
}

function certificatesIn(text: string, at: Setting, settings: Settings, context: LoadContext): string | null {
  const { certificates } = pemBlocks(text);
  if (certificates === null) {
    context.faults.fault({
      file: settings.file,
      key: at.key,
      line: at.line,
      message: 'holds no PEM certificate',
      remedy: 'a PEM trust store is a text of BEGIN CERTIFICATE … END CERTIFICATE blocks',
    });
  }
  return certificates;
}
