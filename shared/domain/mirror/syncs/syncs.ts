/** Pairs of corresponding offsets by index, in the order in which MM2 wrote them. */
export interface Syncs {
  at(index: number): { readonly upstream: bigint; readonly downstream: bigint };
}
