/** How long the source keeps records of the flow's topics. */
export type SourceRetention =
  /** `ms` is that of the topic that keeps them for the shortest time; null if none deletes by time. */
  | {
      readonly kind: 'known';
      readonly ms: number | null;
      readonly topic: string | null;
      readonly bySize: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** @param configs of each topic */
export function retentionOf(configs: ReadonlyMap<string, ReadonlyMap<string, string>>): SourceRetention {
  let shortest: { readonly topic: string; readonly ms: number } | null = null;
  const bySize: string[] = [];
  for (const [topic, config] of configs) {
    const policy = config.get('cleanup.policy') ?? 'delete';
    if (!policy.split(',').some((one) => one.trim() === 'delete')) continue;
    const [ms, bytes] = [config.get('retention.ms'), config.get('retention.bytes')].map((text) => Number(text));
    if (ms === undefined || !Number.isFinite(ms))
      return { kind: 'unknown', reason: `retention.ms of ${topic} was not read` };
    if (ms >= 0 && (shortest === null || ms < shortest.ms)) shortest = { topic, ms };
    if (bytes !== undefined && bytes >= 0) bySize.push(topic);
  }
  return { kind: 'known', ms: shortest?.ms ?? null, topic: shortest?.topic ?? null, bySize };
}
