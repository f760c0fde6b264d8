import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../../shared/adapters/sqlite/sqlite-run-store.ts';
import type { GateCode } from '../../../shared/domain/failover/gates.ts';
import type { RunMode } from '../../../shared/domain/failover/step-name.ts';
import { assessFailover, beginRun } from '../../../shared/failover/assess-failover.ts';
import { type StoredRun, storedRun } from '../../../shared/failover/run-entry-schema.ts';
import { type RunOutcome, runFailover } from '../../../shared/failover/run-failover.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import { type UndoOutcome, undoFailover } from '../../../shared/failover/undo-failover.ts';
import { type FakeWorld, type Hazard, Killed } from './failover-world.ts';

export const HOUR = 3_600_000;

/** A run in a real store, and the ways to carry it out. */
export class TestRun {
  readonly fake: FakeWorld;
  readonly store: RunStore;
  readonly id: string;
  readonly hash: string;

  constructor(fake: FakeWorld, store: RunStore, id: string, hash: string) {
    this.fake = fake;
    this.store = store;
    this.id = id;
    this.hash = hash;
  }

  async stored(): Promise<StoredRun> {
    const stored = storedRun(this.id, await this.store.read(this.id));
    if (stored === null) throw new Error('the run is not stored');
    return stored;
  }

  async run(options: { approve?: string | null; override?: boolean; store?: RunStore } = {}): Promise<RunOutcome> {
    const { approve = this.hash, override = false, store = this.store } = options;
    return await runFailover({ ...(await this.hands(store, override)), approve });
  }

  async undo(override = false): Promise<UndoOutcome> {
    return await undoFailover(await this.hands(this.store, override));
  }

  private async hands(store: RunStore, overrideLock: boolean) {
    const world = this.fake.world();
    return { world, store, stored: await this.stored(), by: 'anna', holder: 'host:1', overrideLock };
  }
}

export async function begin(
  fake: FakeWorld,
  mode: RunMode = 'planned',
  accept: readonly GateCode[] = [],
  store: RunStore = createSqliteRunStore(openHistoryDatabase(':memory:')),
): Promise<TestRun> {
  const assessment = await assessFailover({ world: fake.world(), runs: store, mode, groups: ['*'], accept });
  const id = await beginRun(store, assessment, { by: 'anna', at: fake.now, validForMs: HOUR });
  return new TestRun(fake, store, id, assessment.hash);
}

/** A store whose every entry is a point at which the process can be killed. */
export function hazardous(store: RunStore, hazard: Hazard): RunStore {
  return {
    ...store,
    async append(flow, entry) {
      const { event } = entry;
      const what = `entry ${'step' in event ? `${event.kind} ${event.step}` : event.kind}`;
      hazard(what, 'before');
      const answer = await store.append(flow, entry);
      hazard(what, 'after');
      return answer;
    },
    async release(lock, keep) {
      hazard('release', 'before');
      await store.release(lock, keep);
    },
  };
}

/** Throws at the n-th point, and at every point after it if the process is killed there. */
export class CountedHazard {
  at: number;
  seen = 0;
  readonly #fault: (what: string) => Error;
  readonly #stays: boolean;

  constructor(at: number, fault: (what: string) => Error = () => new Killed(), stays = true) {
    this.at = at;
    this.#fault = fault;
    this.#stays = stays;
  }

  readonly hazard: Hazard = (what, when) => {
    const n = this.seen++;
    if (n === this.at || (this.#stays && n > this.at)) throw this.#fault(`${when} ${what}`);
  };
}
