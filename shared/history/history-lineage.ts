import { HistoryBusyError, HistoryFencedError, HistoryStoreError } from './history-errors.ts';
import type { HistoryLease, SnapshotStore } from './snapshot-store.ts';

/** Ids of a flow's clusters, as Kafka generated them; null if a cluster did not answer, empty if it has none. */
export interface FlowClusters {
  readonly source: string | null;
  readonly target: string | null;
}

/** The history of a flow between two given clusters. A flow that got another cluster begins another lineage. */
export interface HistoryLineage {
  readonly source: string;
  readonly target: string;
  /** When a process last began to record it: ms since the epoch. */
  readonly begunAt: number;
}

/**
 * The key of a flow of which no lineage has begun, because no audit has reached both clusters. Nothing is recorded under
 * it; what such audits found is announced under it.
 */
export function keyBeforeLineages(flow: string): string {
  return lineageKey(flow, { source: '', target: '' });
}

/** Which lineages a flow has. All methods throw `HistoryStoreError`. */
export interface LineageStore {
  /** Those of a flow, the one that was begun last first. */
  lineages(flow: string): Promise<readonly HistoryLineage[]>;
  /** Adds one, or moves its `begunAt`. One write. */
  begin(flow: string, lineage: HistoryLineage): Promise<void>;
}

/** A store as it is: its snapshots are under keys of lineages, not under names of flows. */
export type HistoryStore = SnapshotStore & LineageStore;

/** The key of a lineage in the store. Two lineages never have the same: the encoded ids contain no slash. */
export function lineageKey(flow: string, { source, target }: Pick<HistoryLineage, 'source' | 'target'>): string {
  return `${encodeURIComponent(source)}/${encodeURIComponent(target)}/${flow}`;
}

export function isBetween(lineage: HistoryLineage, { source, target }: FlowClusters): boolean {
  return (source === null || source === lineage.source) && (target === null || target === lineage.target);
}

/** The newest history of each flow, whichever clusters it is of: for reading what was. */
export function newestHistory(store: HistoryStore): SnapshotStore {
  return historyUnder(store, async (flow) => {
    const [newest] = await store.lineages(flow);
    // Without any lineage, there can be only a history that an older version stored under the flow's name.
    return newest === undefined ? flow : lineageKey(flow, newest);
  });
}

/** The history of flows between given clusters. An unknown id matches any; of several lineages, the newest counts. */
export function historyBetween(store: HistoryStore, clusters: FlowClusters): SnapshotStore {
  return historyUnder(store, async (flow) => {
    const all = await store.lineages(flow);
    if (all.length === 0) return flow;
    const lineage = all.find((one) => isBetween(one, clusters));
    if (lineage !== undefined) return lineageKey(flow, lineage);
    // The clusters have no history yet.
    const { source, target } = clusters;
    return lineageKey(flow, { source: source ?? '', target: target ?? '' });
  });
}

/** A lineage that an audit uses, and whether the flow has had no other one. */
export interface UsedLineage {
  readonly lineage: HistoryLineage;
  readonly isOnly: boolean;
}

/** No lineage can be known. */
export class LineageUnknownError extends HistoryStoreError {
  /** Whether the flow has one, between other clusters. */
  readonly hasOthers: boolean;

  constructor(flow: string, hasOthers: boolean) {
    super('HISTORY_CLUSTER_UNKNOWN', `the history of ${flow} needs the ids of both clusters, and one did not answer`, {
      retriable: true,
      remedy: 'The next audit that reaches both clusters stores the flow.',
    });
    this.hasOthers = hasOthers;
  }
}

/** The lineage that an audit of these clusters continues or begins. @throws LineageUnknownError, HistoryStoreError */
export async function lineageBetween(
  store: LineageStore,
  flow: string,
  clusters: FlowClusters,
  now: number,
): Promise<UsedLineage> {
  const { source, target } = clusters;
  const all = await store.lineages(flow);
  const known = all.find((one) => isBetween(one, clusters));
  if (known !== undefined && known === all[0]) return { lineage: known, isOnly: all.length === 1 };
  const found = source !== null && target !== null ? { source, target } : known;
  if (found === undefined) throw new LineageUnknownError(flow, all.length > 0);
  const lineage = { source: found.source, target: found.target, begunAt: now };
  await store.begin(flow, lineage);
  return { lineage, isOnly: all.length === 0 };
}

/** The history of one flow under the key of its lineage. */
export function historyOf(store: SnapshotStore, flow: string, lineage: HistoryLineage): SnapshotStore {
  const key = lineageKey(flow, lineage);
  return historyUnder(store, async () => key);
}

/** A store whose callers name flows, and whose snapshots are under other keys. */
function historyUnder(store: SnapshotStore, keyOf: (flow: string) => Promise<string>): SnapshotStore {
  const named = async <T>(flow: string, run: (key: string) => Promise<T>): Promise<T> => {
    try {
      return await run(await keyOf(flow));
    } catch (error) {
      // People know the flow, not its key.
      if (error instanceof HistoryBusyError) throw new HistoryBusyError(flow, error.leasedUntil);
      if (error instanceof HistoryFencedError) throw new HistoryFencedError(flow);
      throw error;
    }
  };
  const leased = <T>(lease: HistoryLease, run: (own: HistoryLease) => Promise<T>): Promise<T> =>
    named(lease.flow, (flow) => run({ ...lease, flow }));
  return {
    acquire: (flow, owner, terms) =>
      named(flow, async (key) => {
        const { lease, head } = await store.acquire(key, owner, terms);
        return { lease: { ...lease, flow }, head };
      }),
    append: (lease, frame, after, terms) => leased(lease, (own) => store.append(own, frame, after, terms)),
    hold: (lease, at, terms) => leased(lease, (own) => store.hold(own, at, terms)),
    release: (lease) => leased(lease, (own) => store.release(own)),
    head: (flow) => named(flow, (key) => store.head(key)),
    newest: (flow, atOrBefore, now) => named(flow, (key) => store.newest(key, atOrBefore, now)),
    list: (flow, range, now) => named(flow, (key) => store.list(key, range, now)),
    read: (flow, ats, now) => named(flow, (key) => store.read(key, ats, now)),
    thin: (flow, now) => named(flow, (key) => store.thin(key, now)),
    stats: (flow, now) => named(flow, (key) => store.stats(key, now)),
    close: () => store.close(),
  };
}
