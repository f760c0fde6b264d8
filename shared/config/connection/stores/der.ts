import { StoreError } from './store-error.ts';

/** One element of a DER encoding (ITU-T X.690). */
export interface DerElement {
  /** With class and form: 0x30 is a SEQUENCE. */
  readonly tag: number;
  readonly content: Buffer;
  /** Tag and length included. */
  readonly whole: Buffer;
}

export const DER = {
  integer: 0x02,
  octets: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  explicit0: 0xa0,
  implicit0: 0x80,
};

/** The elements that follow one another in these bytes. @throws StoreError */
export function derElements(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at);
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/** The elements of the one SEQUENCE that these bytes are. @throws StoreError */
export function derSequence(bytes: Buffer): readonly DerElement[] {
  return derElements(derContent(derElements(bytes)[0], DER.sequence));
}

/** The content of an element of this type. @throws StoreError */
export function derContent(element: DerElement | undefined, tag: number): Buffer {
  if (element?.tag === tag) return element.content;
  throw new StoreError('damaged', 'it is damaged');
}

/** A small number of at least 0. @throws StoreError */
export function derInteger(element: DerElement | undefined): number {
  const content = derContent(element, DER.integer);
  if (content.length === 0 || content.length > 6 || (content[0] ?? 0) >= 0x80) {
    throw new StoreError('damaged', 'it is damaged');
  }
  return content.readUIntBE(0, content.length);
}

/** An object identifier in dots. @throws StoreError */
export function derOid(element: DerElement | undefined): string {
  const content = derContent(element, DER.oid);
  const parts: number[] = [];
  let part = 0;
  for (const byte of content) {
    part = part * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    parts.push(
      ...(parts.length === 0
        ? [Math.min(2, Math.floor(part / 40)), part - 40 * Math.min(2, Math.floor(part / 40))]
        : [part]),
    );
    part = 0;
  }
  return parts.join('.');
}

function elementAt(bytes: Buffer, at: number): DerElement {
  const tag = bytes[at] ?? 0;
  const first = bytes[at + 1] ?? 0;
  const more = first < 0x80 ? 0 : first & 0x7f;
  // 0x80 begins an indefinite length, which is BER but not DER. Java writes DER.
  if (first === 0x80 || more > 4) throw new StoreError('unsupported', 'it is not written in DER');
  const begin = at + 2 + more;
  if (begin > bytes.length) throw new StoreError('damaged', 'it is cut off');
  const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
  if (begin + length > bytes.length) throw new StoreError('damaged', 'it is cut off');
  return { tag, content: bytes.subarray(begin, begin + length), whole: bytes.subarray(at, begin + length) };
}
