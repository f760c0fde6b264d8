import fc from 'fast-check';
import type { Step } from './step.ts';

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('produce' as const), records: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('gap' as const), offsets: fc.integer({ min: 1, max: 15 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('mirror' as const),
      records: fc.integer({ min: 1, max: 60 }),
      // Usually every sync is written; in a burst only a few are.
      syncs: fc.oneof(fc.constant(99), fc.integer({ min: 0, max: 3 })),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'flush' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'kill' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'marker' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('foreign' as const), records: fc.integer({ min: 1, max: 10 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'recreate-target' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('recreate-source' as const), records: fc.integer({ min: 0, max: 60 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('delete-records' as const), offsets: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'compact-syncs' as const }) },
);

/** A life of one mirrored partition, with every kind of fault. */
export const simulatedLife: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 3, maxLength: 30 });

const expireTarget = fc.record({
  do: fc.constant('expire-target' as const),
  offsets: fc.integer({ min: 1, max: 30 }),
});
const compactSource = fc.record({ do: fc.constant('compact-source' as const), keep: fc.integer({ min: 2, max: 6 }) });

/** The same, with retention on the target. */
export const simulatedLifeWithRetention: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 20, arbitrary: step }, { weight: 1, arbitrary: expireTarget }),
  { minLength: 3, maxLength: 30 },
);

/** The same, with retention on the target and compaction of records before and after MM2 mirrors them. */
export const simulatedLifeWithCompaction: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: step },
    { weight: 1, arbitrary: expireTarget },
    { weight: 1, arbitrary: compactSource },
  ),
  { minLength: 3, maxLength: 30 },
);
