import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, type Json } from '../../../shared/domain/model/canonical-json.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { begin, hazardous, type TestRun } from './begin-run.ts';
import { FakeWorld, type Hazard, Killed, UNTOUCHED } from './failover-world.ts';

const ALL = { fence: true, mirror: true, consumers: true, positions: true, name: true, cut: true };
const WORK = Object.keys(ALL).map((what) => `${what}=true`);

const FAULTS = ['die', 'fail', 'time-out', 'twice', 'none'] as const;
interface Attempt {
  readonly fault: (typeof FAULTS)[number];
  /** It dies at the n-th point: before or after a piece of work, or an entry of the record. */
  readonly at: number;
  /** This work fails, before or after its effect, or times out. */
  readonly what: string;
  readonly when: 'before' | 'after';
  /** Somebody gives up and undoes the failover. */
  readonly isUndo: boolean;
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  fault: fc.constantFrom(...FAULTS),
  at: fc.nat(60),
  what: fc.constantFrom(...WORK),
  when: fc.constantFrom('before' as const, 'after' as const),
  isUndo: fc.boolean(),
});

/** Undoes rarely: most schedules have to get far. */
const schedule = fc.array(
  fc.tuple(attempt, fc.nat(9)).map(([one, dice]): Attempt => ({ ...one, isUndo: one.isUndo && dice === 0 })),
  { maxLength: 8 },
);

/** Work that is asked for and times out is done later, when nobody waits for it any more. */
class Faults {
  late: (() => void)[] = [];
  seen = 0;
  readonly #attempt: Attempt;
  readonly #fake: FakeWorld;

  constructor(one: Attempt, fake: FakeWorld) {
    this.#attempt = one;
    this.#fake = fake;
  }

  readonly hazard: Hazard = (what, when) => {
    const { fault, at } = this.#attempt;
    const isHere = what === this.#attempt.what && (fault === 'time-out' ? 'before' : this.#attempt.when) === when;
    const n = this.seen++;
    // A process that has died does nothing more.
    if (fault === 'die' && n >= at) throw new Killed();
    if (!isHere) return;
    if (fault === 'fail') throw new TidemarkError('BROKEN', `${when} ${what}`, { retriable: true });
    if (fault !== 'time-out') return;
    const [key = '', value] = what.split('=');
    this.late.push(() => Object.assign(this.#fake.effects, { [key]: value === 'true' }));
    throw new TidemarkError('TIMED_OUT', what, { retriable: true });
  };
}

/** A planned run on a source that MirrorMaker has not mirrored completely, and the fence's first intent. */
async function beginCounted(): Promise<{ readonly run: TestRun; readonly raised: Json[] }> {
  const fake = new FakeWorld();
  fake.mirrored = 60n;
  const raised: Json[] = [];
  let looks = 0;
  const fence = fake.fence.bind(fake);
  fake.fence = () => ({
    ...fence(),
    // What a look at the world finds depends on what was done before it.
    prepare: async (topics) => ({ topics: [...topics], look: ++looks }),
    raise: async (intent) => {
      raised.push(intent);
      await fence().raise(intent);
    },
  });
  return { run: await begin(fake), raised };
}

/** Names of faults that a person can act on. A defect, such as a TypeError, is none. */
function nameOf(error: unknown): string {
  if (error instanceof Killed) return 'killed';
  if (error instanceof TidemarkError) return error.code;
  throw error;
}

async function play(run: TestRun, one: Attempt): Promise<void> {
  const faults = new Faults(one, run.fake);
  run.fake.hazard = faults.hazard;
  const store = hazardous(run.store, faults.hazard);
  const go = async (): Promise<string> => {
    try {
      const outcome = one.isUndo ? await run.undo(true) : await run.run({ store, override: true });
      return outcome.kind === 'failed' ? `${outcome.step} ${outcome.code}` : outcome.kind;
    } catch (error) {
      return nameOf(error);
    }
  };
  const ends = await Promise.all(one.fault === 'twice' ? [go(), go()] : [go()]);
  expect(ends.every((end) => end !== '')).toBe(true);
  run.fake.hazard = () => undefined;
  for (const happen of faults.late) happen();
}

test('after any schedule of faults the run ends done or undone; nothing is lost, and nothing is done out of order', async () => {
  const reached = new Set<string>();
  await fc.assert(
    fc.asyncProperty(schedule, async (attempts) => {
      const { run, raised } = await beginCounted();
      for (const one of attempts) await play(run, one);
      // Faults have ended. Whatever the state is, its own command brings it to an end.
      const { phase } = (await run.stored()).record;
      if (phase === 'undoing') expect((await run.undo(true)).kind).toBe('undone');
      else if (phase !== 'completed' && phase !== 'undone') {
        expect((await run.run({ override: true })).kind).toBe('completed');
      }
      const { record } = await run.stored();
      const { effects, done, mirrored, sourceEnd } = run.fake;
      reached.add(record.phase);
      // Killed after its last entry it left its lock, and the next run needs an override. Otherwise the flow is free.
      if (record.phase !== phase) expect(await run.store.lockOf('A->B')).toBeNull();
      // The fence is raised with what was recorded first: an undo removes just that.
      expect(new Set(raised.map(canonicalJson)).size).toBeLessThanOrEqual(1);
      if (record.phase === 'undone') {
        expect(effects).toEqual(UNTOUCHED);
        return;
      }
      expect(record.phase).toBe('completed');
      expect(effects).toEqual(ALL);
      expect(mirrored).toBe(sourceEnd);
      // Late work is not in the list; what is, is in the order of the steps, and no name leads back.
      const firsts = [...new Set(done)];
      expect(firsts).toEqual(WORK.filter((what) => firsts.includes(what)));
    }),
    { numRuns: 200 },
  );
  expect([...reached].sort()).toEqual(['completed', 'undone']);
});
