/** The format of a key or trust store, detected from its bytes and not from its name. */
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

/** The blocks of a PEM text: certificates in order, and the private key. */
export function pemBlocks(text: string): { readonly certificates: string | null; readonly key: string | null } {
  const blocks = blocksOf(text);
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE').map((block) => block.text);
  const key = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  return {
    certificates: certificates.length === 0 ? null : `${certificates.join('\n')}\n`,
    key: key === undefined ? null : `${key.text}\n`,
  };
}

/** The blocks from each BEGIN to the END with the same label. One pass from front to back: blocks do not nest. */
function blocksOf(text: string): { readonly label: string; readonly text: string }[] {
  const blocks: { label: string; text: string }[] = [];
  let begun: { readonly label: string; readonly at: number } | null = null;
  for (const mark of text.matchAll(/-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----/g)) {
    const [whole, what, label = ''] = mark;
    if (what === 'BEGIN') begun = { label, at: mark.index };
    else if (begun?.label === label) {
      blocks.push({ label, text: text.slice(begun.at, mark.index + whole.length) });
      begun = null;
    }
  }
  return blocks;
}
