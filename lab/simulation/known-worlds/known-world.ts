import type { WholeLife } from '../audited-world.ts';
import type { WorldTerms } from '../simulated-world.ts';

/** A life of two clusters that an audit once reported wrongly, and the lesson from it. */
export interface KnownWorld extends WholeLife {
  readonly name: string;
  readonly taught: string;
}

export const USUAL: WorldTerms = {
  isolation: 'read_uncommitted',
  connect: false,
  equal: 1,
  ahead: { producers: 0, mm2: 0 },
};
