import type { NameSide, NameSideStore } from '../../../shared/failover/name-side-store.ts';

/** Sides of names that are kept for a test alone. */
export function nameSides(): NameSideStore & { readonly kept: Map<string, NameSide> } {
  const kept = new Map<string, NameSide>();
  return {
    kept,
    wanted: async (name) => kept.get(name) ?? null,
    want: async (name, side) => void kept.set(name, side),
  };
}
