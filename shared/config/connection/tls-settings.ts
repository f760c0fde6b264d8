import type { LoadContext, Setting, Settings } from '../setting.ts';
import type { TlsSettings } from './kafka-connection.ts';
import { conversionRemedy, pemBlocks, storeFormat } from './pem.ts';
import { Secret } from './secret.ts';
import { readBytes } from './secret-source.ts';

/**
 * TLS from a Java client's `ssl.*` settings. Supports only stores in PEM (KIP-651, `ssl.truststore.type=PEM`), inline
 * or in a file. A Java key store is a fault whose remedy is the command that converts it.
 */
export function tlsFromSettings(settings: Settings, context: LoadContext): TlsSettings {
  const ca = truststore(settings, context);
  const client = keystore(settings, context);
  const passphrase = settings.get('ssl.key.password');
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
  const text = pemFile('truststore', location, settings, context);
  return text === null ? null : certificatesIn(text, location, settings, context);
}

function keystore(settings: Settings, context: LoadContext): { cert: string; key: Secret } | null {
  const chain = settings.get('ssl.keystore.certificate.chain');
  const key = settings.get('ssl.keystore.key');
  if (chain !== undefined || key !== undefined) {
    const at = chain ?? key;
    const cert = chain === undefined ? null : pemBlocks(chain.value).certificates;
    const privateKey = key === undefined ? null : pemBlocks(key.value).key;
    if (cert !== null && privateKey !== null) return { cert, key: new Secret(privateKey) };
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
  const text = pemFile('keystore', location, settings, context);
  if (text === null) return null;
  const blocks = pemBlocks(text);
  if (blocks.certificates !== null && blocks.key !== null) {
    return { cert: blocks.certificates, key: new Secret(blocks.key) };
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

function pemFile(
  kind: 'truststore' | 'keystore',
  location: Setting,
  settings: Settings,
  context: LoadContext,
): string | null {
  const fault = (message: string, remedy: string): null => {
    context.faults.fault({ file: settings.file, key: location.key, line: location.line, message, remedy });
    return null;
  };
  const bytes = readBytes(location.value, context.base);
  if (!bytes.ok) return fault(bytes.problem.message, bytes.problem.remedy);
  const format = storeFormat(bytes.value);
  if (format === 'pem') return bytes.value.toString('utf8');
  const named = { jks: 'a JKS store', pkcs12: 'a PKCS12 store', unknown: 'neither PEM nor a Java key store' }[format];
  const part = kind === 'truststore' ? 'tls.ca' : 'tls.cert and tls.key';
  return fault(
    `${location.value} is ${named}; Tidemark reads only PEM`,
    `convert it: ${conversionRemedy(kind, format, location.value)}; then name the PEM file as ${part} in tidemark.yaml`,
  );
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
