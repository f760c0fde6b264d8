import fc from 'fast-check';
import type { WholeLife } from './audited-world.ts';
import { FAULTS, GROUPS, type WorldStep, type WorldTerms } from './simulated-world.ts';

const few = fc.integer({ min: 1, max: 12 });
const some = fc.integer({ min: 1, max: 40 });
const group = fc.constantFrom(...GROUPS);

const usual: fc.Arbitrary<WorldStep> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('produce' as const), records: some }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('gap' as const), offsets: few }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('mirror' as const),
      records: fc.integer({ min: 1, max: 60 }),
      syncs: fc.oneof(fc.constant(99), fc.integer({ min: 0, max: 3 })),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'flush' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('commit' as const), group, before: fc.integer({ min: 0, max: 60 }) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'sync-groups' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('audit' as const),
      faults: fc.oneof(
        { weight: 8, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...FAULTS), { maxLength: 2 }) },
      ),
    }),
  },
);

const rare: fc.Arbitrary<WorldStep> = fc.oneof(
  fc.constant({ do: 'kill' as const }),
  fc.constant({ do: 'restart' as const }),
  fc.constant({ do: 'marker' as const }),
  fc.record({ do: fc.constant('foreign' as const), records: few }),
  fc.constant({ do: 'recreate-target' as const }),
  fc.record({ do: fc.constant('recreate-source' as const), records: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ do: fc.constant('delete-records' as const), offsets: some }),
  fc.constant({ do: 'compact-syncs' as const }),
  fc.record({ do: fc.constant('expire-target' as const), offsets: some }),
  fc.record({ do: fc.constant('compact-source' as const), keep: fc.integer({ min: 2, max: 6 }) }),
  fc.record({ do: fc.constant('cut-source' as const), offsets: some, regrown: fc.constantFrom(0, 0, 1, 12, 40) }),
  fc.record({ do: fc.constant('cut-target' as const), offsets: some }),
  fc.record({ do: fc.constant('jump' as const), offsets: some }),
  fc.record({ do: fc.constant('start-over' as const), offsets: some }),
  fc.record({ do: fc.constant('open-transaction' as const), records: few }),
  fc.record({ do: fc.constant('end-transaction' as const), commit: fc.boolean() }),
  fc.record({ do: fc.constant('move-target' as const), group, before: fc.integer({ min: 0, max: 60 }) }),
);

/** Brokers that lose the end of a log often do not answer for a while before and after. */
const unseenCut: fc.Arbitrary<readonly WorldStep[]> = fc
  .record({
    before: fc.array(usual, { maxLength: 3 }),
    cut: fc.record({ do: fc.constant('cut-source' as const), offsets: some, regrown: fc.constantFrom(0, 1, 12, 40) }),
    after: fc.array(usual, { minLength: 1, maxLength: 5 }),
  })
  .map(({ before, cut, after }) => {
    const unseen = { do: 'audit', faults: ['source-log'] } as const;
    const steps = [unseen, ...before, cut, ...after, unseen];
    return steps.map((step) => (step.do === 'audit' ? unseen : step));
  });

const ahead = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -120_000, max: 120_000 }) },
);

const terms: fc.Arbitrary<WorldTerms> = fc.record({
  isolation: fc.constantFrom('read_uncommitted' as const, 'read_committed' as const),
  connect: fc.boolean(),
  equal: fc.constantFrom(1, 1, 1, 3, 25, 1_000_000),
  ahead: fc.record({ producers: ahead, mm2: ahead }),
  inTransactions: fc.constantFrom(false, false, false, true),
  transactional: fc.constantFrom(false, false, false, true),
});

/** A life of two clusters, with every kind of fault, and audits at any moment. */
export const wholeLife: fc.Arbitrary<WholeLife> = fc.record({
  terms,
  steps: fc
    .array(
      fc.oneof(
        { weight: 50, arbitrary: usual.map((step) => [step]) },
        { weight: 10, arbitrary: rare.map((step) => [step]) },
        { weight: 1, arbitrary: unseenCut },
      ),
      { minLength: 3, maxLength: 30 },
    )
    .map((parts) => parts.flat()),
});
