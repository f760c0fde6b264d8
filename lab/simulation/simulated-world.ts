import { SimulatedMm2 } from './simulated-mm2.ts';
import type { Step } from './step.ts';
import { truthOf } from './world-truth.ts';

/** What one audit fails to read. */
export const FAULTS = [
  'source-log',
  'target-log',
  'source-commits',
  'target-commits',
  'source-listing',
  'target-listing',
  'syncs',
  'checkpoints',
  'connect-offsets',
  'records',
] as const;
export type Fault = (typeof FAULTS)[number];

export const GROUPS = ['behind', 'billing', 'reader'] as const;
type Group = (typeof GROUPS)[number];
/** This group's client commits no leader epochs. */
const SAYS_NO_EPOCH: Group = 'reader';

export type WorldStep =
  | Step
  /** A group commits on the source, this many offsets before its end. It may go back. */
  | { readonly do: 'commit'; readonly group: Group; readonly before: number }
  /** Another client commits for the group on the target, this many records before the log's end. */
  | { readonly do: 'move-target'; readonly group: Group; readonly before: number }
  /** MM2 translates the groups' commits and writes them to the target. */
  | { readonly do: 'sync-groups' }
  | { readonly do: 'audit'; readonly faults: readonly Fault[] };

export interface WorldTerms {
  readonly isolation: 'read_uncommitted' | 'read_committed';
  /** Whether audits can read Connect's offsets topic. */
  readonly connect: boolean;
  /** This many neighbouring records have equal content. */
  readonly equal: number;
  /** How far the clocks are ahead of the auditor's, in ms. */
  readonly ahead: { readonly producers: number; readonly mm2: number };
  /** Whether MM2, and whether producers write in transactions; neither if absent. */
  readonly inTransactions?: boolean;
  readonly transactional?: boolean;
}

/** A record of MM2's checkpoints topic. */
interface Checkpoint {
  readonly group: Group;
  readonly upstream: bigint;
  readonly downstream: bigint;
  readonly at: number;
}

/** What happened in a life, for the findings that report the past. */
type Event = 'source-recreated' | 'target-recreated' | 'source-cut' | 'target-cut' | 'deleted-before-mirrored';

/** Two clusters with one mirrored partition, MM2 between them, and consumer groups. */
export class SimulatedWorld {
  readonly terms: WorldTerms;
  readonly mm2: SimulatedMm2;
  readonly events = new Set<Event>();
  /** Commits by group, on each side. */
  readonly commits = { source: new Map<Group, number>(), target: new Map<Group, number>() };
  /** How often the source had been cut when each group committed there, of any topic and of the present one. */
  readonly #cutsBefore = new Map<Group, { readonly ever: number; readonly present: number }>();
  readonly checkpoints: Checkpoint[] = [];
  readonly connectOffsets: { readonly offset: number; readonly at: number }[] = [];
  /** How many of them acknowledge nothing any more: MM2 has begun again before them. */
  connectVoid = 0;
  /** How many offsets without a copy were deleted directly before the present start of the source log. */
  #deletedDirectlyBefore = 0;

  constructor(terms: WorldTerms) {
    this.terms = terms;
    this.mm2 = new SimulatedMm2(terms);
  }

  step(step: Exclude<WorldStep, { do: 'audit' }>): void {
    const { mm2, commits } = this;
    switch (step.do) {
      case 'commit':
        commits.source.set(step.group, Math.max(0, mm2.sourceEnd - step.before));
        this.#cutsBefore.set(step.group, { ever: mm2.sourceCuts, present: mm2.epochStarts.source.length });
        return;
      case 'move-target':
        commits.target.set(step.group, Math.max(0, mm2.targetEnd - step.before));
        return;
      case 'sync-groups':
        this.#syncGroups();
        return;
      default:
        this.#mirrorStep(step);
    }
  }

  /** The leader epoch that a group committed with its position; null for one whose client does not say it. */
  leaderEpochOf(group: string): number | null {
    return group === SAYS_NO_EPOCH ? null : (this.#committedBefore(group)?.cuts.present ?? null);
  }

  /** Records that only the target still has, that a group has not read, and that it skips at a position there. */
  skipsCutOff(group: string, position: number): number {
    const before = this.#committedBefore(group);
    return before === null ? 0 : this.mm2.skipsCutOff(before.committed, before.cuts.ever, position);
  }

  /** Records that only the target still has, that a group has read, and that it reads again from a position there. */
  rereadsCutOff(group: string, position: number): number {
    const before = this.#committedBefore(group);
    return before === null ? 0 : this.mm2.rereadsCutOff(before.committed, before.cuts.ever, position);
  }

  /** Up to where a group has read the present source log: at most to where it was cut since, as far as audits know. */
  readUpTo(group: string, committed: number): number {
    const before = this.#committedBefore(group);
    return Math.min(committed, ...(before === null ? [] : this.mm2.placesOfCuts(before.cuts.present)));
  }

  #committedBefore(group: string) {
    const [name] = GROUPS.filter((one) => one === group);
    const committed = name === undefined ? undefined : this.commits.source.get(name);
    const cuts = name === undefined ? undefined : this.#cutsBefore.get(name);
    return committed === undefined || cuts === undefined ? null : { committed, cuts };
  }

  #mirrorStep(step: Step): void {
    const { mm2, commits, events } = this;
    const { epochStarts } = mm2;
    const before = { cuts: [epochStarts.source.length, epochStarts.target.length], committed: mm2.committed };
    // Compaction keeps the last of several equal records. The simulated one does not model that.
    if (step.do === 'compact-source' && this.terms.equal > 1) return;
    if (step.do === 'delete-records') this.#noteDeleted(mm2.sourceStart + step.offsets);
    mm2.run([step]);
    switch (step.do) {
      case 'recreate-source':
        this.#deletedDirectlyBefore = 0;
        events.add('source-recreated');
        commits.source.clear();
        break;
      case 'recreate-target':
        events.add('target-recreated');
        commits.target.clear();
        break;
      case 'cut-source':
        if (epochStarts.source.length > (before.cuts[0] ?? 0)) events.add('source-cut');
        break;
      case 'cut-target':
        if (epochStarts.target.length > (before.cuts[1] ?? 0)) events.add('target-cut');
        break;
    }
    if (mm2.committed !== before.committed && mm2.committed > 0) {
      this.connectOffsets.push({ offset: mm2.committed - 1, at: mm2.clock + this.terms.ahead.mm2 });
    }
    const last = this.connectOffsets.at(-1);
    if (last !== undefined && last.offset >= mm2.position) this.connectVoid = this.connectOffsets.length;
  }

  #noteDeleted(until: number): void {
    const { mm2 } = this;
    // Syncs alone remember what MM2 had acknowledged at an offset.
    const { unacknowledged } = truthOf(this, false);
    let without = 0;
    let directlyBefore = this.#deletedDirectlyBefore;
    for (let offset = mm2.sourceStart; offset < Math.min(until, mm2.sourceEnd); offset++) {
      directlyBefore = mm2.copiesOf(offset).length > 0 ? 0 : directlyBefore + 1;
      if (directlyBefore === 0) continue;
      if (mm2.sourceRecords.has(offset)) this.events.add('deleted-before-mirrored');
      // No audit can find out whether deleted offsets held records. More than two are no usual markers.
      if (offset >= mm2.sourceEnd - unacknowledged && ++without > 2) this.events.add('deleted-before-mirrored');
    }
    // MM2 jumps to exactly where the log begins, and so does a gap that is deleted to its end.
    if (directlyBefore > 2) this.events.add('deleted-before-mirrored');
    this.#deletedDirectlyBefore = directlyBefore;
  }

  /** By MM2's rule: one record after the last sync at or before the commit. It never moves a target group back. */
  #syncGroups(): void {
    const { mm2, commits, checkpoints } = this;
    for (const [group, committed] of commits.source) {
      const sync = mm2.syncLog.findLast((one) => one !== null && one.upstream <= BigInt(committed));
      if (sync == null) continue;
      const upstream = BigInt(committed);
      const downstream = sync.downstream + (sync.upstream === upstream ? 0n : 1n);
      checkpoints.push({ group, upstream, downstream, at: mm2.clock + this.terms.ahead.mm2 });
      const there = commits.target.get(group);
      if (there === undefined || there < downstream) commits.target.set(group, Number(downstream));
    }
  }
}
