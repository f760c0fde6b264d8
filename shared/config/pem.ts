/** What kind of key or trust store a file is, told by its bytes and not by its name. */
export type StoreFormat = 'pem' | 'jks' | 'pkcs12' | 'unknown';

export function storeFormat(bytes: Buffer): StoreFormat {
  if (bytes.includes('-----BEGIN ')) return 'pem';
  const magic = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0;
  // sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore
  if (magic === 0xfeedfeed || magic === 0xcececece) return 'jks';
  // DER SEQUENCE holding INTEGER 3: PFX ::= SEQUENCE { version INTEGER {v3(3)} … } (RFC 7292)
  if (bytes[0] === 0x30 && bytes.subarray(0, 12).includes(Buffer.from([0x02, 0x01, 0x03]))) return 'pkcs12';
  return 'unknown';
}

/** The blocks of a PEM text: certificates in their order, and the private key. */
export function pemBlocks(text: string): { readonly certificates: string | null; readonly key: string | null } {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)];
  const certificates = blocks.filter((b) => b[1] === 'CERTIFICATE').map((b) => b[0]);
  const key = blocks.find((b) => b[1]?.endsWith('PRIVATE KEY'));
  return {
    certificates: certificates.length === 0 ? null : `${certificates.join('\n')}\n`,
    key: key === undefined ? null : `${key[0]}\n`,
  };
}

/** Commands that turn a Java store into the PEM that every client reads; `kind` says what is needed from it. */
export function conversionRemedy(kind: 'truststore' | 'keystore', format: StoreFormat, location: string): string {
  const base = location.replace(/\.(jks|p12|pfx|pkcs12|keystore|truststore)$/i, '');
  if (kind === 'truststore') {
    return format === 'pkcs12'
      ? `openssl pkcs12 -in ${location} -nokeys -out ${base}.pem`
      : `keytool -list -rfc -keystore ${location} > ${base}.pem`;
  }
  const toPem = (p12: string): string => `openssl pkcs12 -in ${p12} -nodes -out ${base}.pem`;
  return format === 'pkcs12'
    ? toPem(location)
    : `keytool -importkeystore -srckeystore ${location} -destkeystore ${base}.p12 -deststoretype PKCS12 && ${toPem(`${base}.p12`)}`;
}
