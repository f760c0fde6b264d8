/** The header that a replayed record has beside its own: a second replay finds by it what the first one wrote. */
export const REPLAY_HEADER = 'tidemark-replayed';

/** A partition of the source, by the id of its cluster: aliases differ between configurations. */
export interface ReplayOrigin {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
}

/** `<cluster id>/<topic>/<partition>/<offset>`: neither of Kafka's ids and names has a slash. */
export function replayHeaderValue({ clusterId, topic, partition }: ReplayOrigin, offset: bigint): string {
  return `${clusterId}/${topic}/${partition}/${offset}`;
}

/** The source offset that the headers name; null if they are not those of a record replayed from this partition. */
export function replayedOffset(
  headers: readonly { readonly key: string; readonly value: Uint8Array | null }[],
  { clusterId, topic, partition }: ReplayOrigin,
): bigint | null {
  const prefix = `${clusterId}/${topic}/${partition}/`;
  for (const { key, value } of headers) {
    if (key !== REPLAY_HEADER || value === null || value.length > prefix.length + 19) continue;
    const text = new TextDecoder().decode(value);
    const offset = text.slice(prefix.length);
    if (text.startsWith(prefix) && /^\d{1,19}$/.test(offset)) return BigInt(offset);
  }
  return null;
}
