/** Pairs of corresponding offsets by index, in the order in which MM2 wrote them. */
export interface Syncs {
  pair(index: number): { readonly upstream: bigint; readonly downstream: bigint };
}
