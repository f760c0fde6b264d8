/** Where the answer to an approval goes: the state machine that waits. */
export interface ApprovalTarget {
  /** @throws TidemarkError APPROVAL_NOT_AWAITED if it no longer waits */
  approve(token: string, answer: { readonly hash: string; readonly by: string }): Promise<void>;
  reject(token: string, answer: { readonly reason: string; readonly by: string }): Promise<void>;
}
