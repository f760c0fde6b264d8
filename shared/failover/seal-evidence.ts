import { createHash, type KeyObject } from 'node:crypto';
import { renderEvidenceJson } from './evidence/evidence-json.ts';
import { PAGE_LAYOUT, renderEvidencePage } from './evidence/evidence-page.ts';
import { fingerprintOf, isSigned, signingKey } from './evidence/signature.ts';
import type { EvidenceSigner, EvidenceStore, KeptFile } from './evidence-store.ts';
import type { StoredRun } from './run-entry-schema.ts';
import { notLocked, SealError, sealedOtherwise } from './seal-errors.ts';

export interface Seal {
  /** Where the files are. */
  readonly folder: string;
  readonly files: readonly string[];
  /** The first time at which a file may be deleted. */
  readonly lockedUntil: Date;
  /** How firmly, in the words of the store. */
  readonly mode: string;
  /** SHA-256 of the public key. */
  readonly key: string;
}

/**
 * Stores the evidence of a run, as JSON and as a page, each with a signature beside it, and the public key. The names follow from the
 * run and its last entry, and the content from them: sealing again changes nothing and adds what is missing.
 *
 * @throws SealError
 */
export async function sealEvidence(
  stored: StoredRun,
  { store, signer }: { readonly store: EvidenceStore; readonly signer: EvidenceSigner },
): Promise<Seal> {
  const { record, entries } = stored;
  const folder = `${record.run}/${entries.at(-1)?.hash}`;
  const kept: { readonly name: string; readonly lock: NonNullable<KeptFile['lock']> }[] = [];
  const keep = async (file: string, type: string, bytes: Uint8Array): Promise<Uint8Array> => {
    const name = `${folder}/${file}`;
    const { bytes: found, lock } = await store.keep({ name, type, bytes });
    if (lock === null) throw notLocked(`${store.place}/${name}`);
    kept.push({ name, lock });
    return found;
  };
  const keepExactly = async (file: string, type: string, bytes: Uint8Array): Promise<void> => {
    const found = await keep(file, type, bytes);
    const isSame = Buffer.from(found).equals(bytes);
    if (!isSame) throw sealedOtherwise(`${store.place}/${folder}/${file}`, 'it is not what this would store');
  };
  const pem = await signer.publicKey();
  const key = requireKey(pem);
  // A page has its layout in its name: another version of Tidemark may make another page of the same run.
  for (const [file, type, text] of [
    ['evidence.json', 'application/json', renderEvidenceJson(stored)],
    [`evidence-${PAGE_LAYOUT}.html`, 'text/html; charset=utf-8', renderEvidencePage(stored)],
  ] as const) {
    const bytes = Buffer.from(text);
    await keepExactly(file, type, bytes);
    // Each signature is another one: the one that came first stays, if it is of these bytes and this key.
    const made = await signer.sign(createHash('sha256').update(bytes).digest());
    const signature = await keep(`${file}.sig`, 'application/octet-stream', made);
    if (!isSigned(bytes, signature, key)) {
      throw sealedOtherwise(`${store.place}/${folder}/${file}.sig`, 'it is no signature of the file by this key');
    }
  }
  await keepExactly('public-key.pem', 'application/x-pem-file', Buffer.from(pem));
  const [first, ...rest] = kept.map(({ lock }) => lock);
  if (first === undefined) throw new Error('a seal has files');
  const soonest = rest.reduce((least, lock) => (lock.until < least.until ? lock : least), first);
  return {
    folder: `${store.place}/${folder}`,
    files: kept.map(({ name }) => name.slice(folder.length + 1)),
    lockedUntil: soonest.until,
    mode: soonest.mode,
    key: fingerprintOf(key),
  };
}

function requireKey(pem: string): KeyObject {
  const key = signingKey(pem);
  if (key !== null) return key;
  throw new SealError('EVIDENCE_NOT_SIGNED', 'the key does not sign by ECDSA on P-256', {
    remedy: 'Name an asymmetric KMS key with the spec ECC_NIST_P256, made to sign and verify.',
  });
}
