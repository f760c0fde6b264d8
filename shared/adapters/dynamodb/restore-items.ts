import { createHash } from 'node:crypto';
import type { PlanDocument } from '../../restore/plan-store.ts';
import { CHUNK_BYTES, type Item, TTL_ATTRIBUTE } from './history-table.ts';

/** Chunks outlive the manifest that names them: TTL removes items in any order, and late. */
const CHUNK_GRACE_MS = 24 * 60 * 60 * 1000;

/** What a document's manifest tells: where its chunks are, and what they have to add up to. */
export interface DocumentManifest {
  /** Of the writer that stored them: what one that lost still sends never touches another one's. */
  readonly attempt: string;
  readonly size: number;
  readonly keepUntil: number;
  /** SHA-256 in hex. */
  readonly digest: string;
}

/** Manifests of all restores are in one partition, by plan and name; no flow can be called so, for it has an arrow. */
export const MANIFESTS = 'restore';

export function documentKey(plan: string, name: string): Item {
  return { pk: { S: MANIFESTS }, sk: { S: `${plan}#${name}` } };
}

/** The plan and name of a manifest. */
export function placeOf(item: Item): { readonly plan: string; readonly name: string } {
  const [plan = '', name = ''] = (item.sk?.S ?? '').split('#');
  return { plan, name };
}

export function documentItem({ plan, name, bytes, keepUntil }: PlanDocument, attempt: string): Item {
  return {
    ...documentKey(plan, name),
    attempt: { S: attempt },
    size: { N: String(bytes.length) },
    keepUntil: { N: String(keepUntil) },
    digest: { S: digestOf(plan, name, bytes) },
    [TTL_ATTRIBUTE]: { N: String(Math.ceil(keepUntil / 1000)) },
  };
}

export function manifestOf(item: Item): DocumentManifest {
  return {
    attempt: item.attempt?.S ?? '',
    size: Number(item.size?.N ?? -1),
    keepUntil: Number(item.keepUntil?.N ?? 0),
    digest: item.digest?.S ?? '',
  };
}

export function documentChunks({ plan, name, bytes, keepUntil }: PlanDocument, attempt: string): readonly Item[] {
  return chunkKeys(plan, name, { attempt, size: bytes.length }).map((key, index) => ({
    ...key,
    bytes: { B: bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES) },
    [TTL_ATTRIBUTE]: { N: String(Math.ceil((keepUntil + CHUNK_GRACE_MS) / 1000)) },
  }));
}

/** More than any document has: a size that was tampered with shall not make a million requests. */
const MAX_CHUNKS = 1_000;

export function chunkKeys(plan: string, name: string, of: Pick<DocumentManifest, 'attempt' | 'size'>): readonly Item[] {
  const count = Math.max(0, Math.min(Math.ceil(of.size / CHUNK_BYTES), MAX_CHUNKS)) || 0;
  const pk = { S: `${MANIFESTS}#${plan}#${name}` };
  return Array.from({ length: count }, (_, index) => ({ pk, sk: { S: `chunk#${of.attempt}#${index}` } }));
}

/** Over its place as well, so that no document can take another one's. */
export function digestOf(plan: string, name: string, bytes: Uint8Array): string {
  return createHash('sha256').update(`${plan}\n${name}\n`).update(bytes).digest('hex');
}
