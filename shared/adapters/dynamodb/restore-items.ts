import { createHash } from 'node:crypto';
import type { PlanDocument } from '../../restore/plan-store.ts';
import { CHUNK_BYTES, type Item, TTL_ATTRIBUTE } from './history-table.ts';

/** Chunks must outlive the manifest that names them: time to live removes items late and in any order. */
const CHUNK_GRACE_MS = 24 * 60 * 60 * 1000;

/** A document's manifest: where its chunks are, and their total size and digest. */
export interface DocumentManifest {
  /** Identifies the writer of the chunks: late writes of a writer that lost never touch another writer's chunks. */
  readonly attempt: string;
  readonly size: number;
  readonly keepUntil: number;
  /** SHA-256 in hex. */
  readonly digest: string;
}

/**
 * The partition with the manifests of all restores, by plan and name. No flow has this key, because a flow's has an
 * arrow.
 */
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

/**
 * No document has this many chunks. Without the limit, a manifest with a forged size could cause a million requests.
 */
const MAX_CHUNKS = 1_000;

export function chunkKeys(plan: string, name: string, of: Pick<DocumentManifest, 'attempt' | 'size'>): readonly Item[] {
  const count = Math.max(0, Math.min(Math.ceil(of.size / CHUNK_BYTES), MAX_CHUNKS)) || 0;
  const pk = { S: `${MANIFESTS}#${plan}#${name}` };
  return Array.from({ length: count }, (_, index) => ({ pk, sk: { S: `chunk#${of.attempt}#${index}` } }));
}

/** The digest covers plan and name too, so that no document can pass for another one. */
export function digestOf(plan: string, name: string, bytes: Uint8Array): string {
  return createHash('sha256').update(`${plan}\n${name}\n`).update(bytes).digest('hex');
}
