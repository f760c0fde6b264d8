/**
 * Repeats `count` bytes from `offset` back. If the ranges overlap, bytes that were just repeated are repeated again.
 */
export function repeatBytes(out: Buffer, at: number, offset: number, count: number): void {
  if (offset >= count) out.copyWithin(at, at - offset, at - offset + count);
  else for (let i = 0; i < count; i++) out[at + i] = out[at + i - offset] ?? 0;
}
