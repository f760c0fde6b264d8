import type { ApprovalSubject } from '../domain/failover/approval-subject.ts';
import type { Json } from '../domain/model/canonical-json.ts';
import type { MirrorControl, MirrorEnd, MirrorOffsets, WriteFence } from '../ports.ts';
import type { ByName, LogEnds } from './ends-by-topic.ts';
import type { EarlyJoin } from './failback-joins.ts';

/**
 * What a failback has beside a failover. Its own flow leads back: its source is where the failover led clients to. The
 * forward flow is the one that was failed over.
 */
export interface WayBack {
  readonly origin: FailbackOrigin;
  /** Where the mirrors of both flows continue; null if Tidemark cannot set that. */
  readonly offsets: MirrorOffsets | null;
  readonly forwardOffsets: MirrorOffsets | null;
  readonly forwardMirror: MirrorControl | null;
  /** The fence of the forward flow, on the cluster that clients return to. */
  readonly targetFence: WriteFence | null;
  /** What an earlier failback of the flow left as its mirror's offsets; null if none was completed. */
  readonly leftBefore: readonly MirrorEnd[] | null;
  /** Groups that have positions on the failover's target topics, wherever the reverse flow mirrors these or not. */
  readonly groupsAway: () => Promise<readonly string[]>;
  /** Finds by content what the forward flow never mirrored and nobody replayed. Reads both logs. */
  readonly unmirrored: () => Promise<Unmirrored>;
}

/** By partition of the forward flow's source. */
export interface Unmirrored {
  readonly lost: readonly { readonly topic: string; readonly partition: number; readonly from: bigint }[];
  readonly records: bigint;
  /** Whether there may be more than `records`. */
  readonly isOpen: boolean;
}

/** What a failover recorded that its failback rests on. Source and target are those of the failover. */
export interface FailbackOrigin {
  readonly run: string;
  /** Hash of the last entry of its evidence. */
  readonly head: string;
  readonly flow: string;
  readonly mode: 'planned' | 'unplanned';
  readonly isCompleted: boolean;
  /** Whether clients were, or may have been, led to the target. */
  readonly hasMovedClients: boolean;
  readonly topics: ApprovalSubject['topics'];
  /**
   * Whether topics have other names on the target: then no record returns under its own name, each direction has its own
   * topics, and no mirror has to be placed.
   */
  readonly renames: boolean;
  readonly clusters: ApprovalSubject['clusters'];
  /** Where the target ended before applications wrote there, by its names; null if that was not recorded. */
  readonly points: LogEnds | null;
  /** Where the fenced source ended once it was drained, by its names; null if it was not drained. */
  readonly sourceEnds: LogEnds | null;
  /** Source records that MirrorMaker will never mirror, as the drain found; null if it was not drained. */
  readonly missing: bigint | null;
  /** Topic ids at that time, by the names on either side; null if they were not read. */
  readonly ids: { readonly source: TopicIds | null; readonly target: TopicIds | null };
  /** What its fence recorded before it was raised; null if it raised none. */
  readonly fence: Json | null;
  /** A failback of it that was undone after its mirror had run; null if there was none. */
  readonly begun: BegunFailback | null;
}

export type TopicIds = ByName<string | null>;

/** What an undone failback has left: its mirror's records are on the target, and it continues behind them. */
export interface BegunFailback {
  readonly run: string;
  readonly joins: readonly EarlyJoin[];
  readonly mirrored: readonly MirrorEnd[];
  /** By the failback's names on its target. */
  readonly targetEnds: LogEnds;
}

/** Where the failover's target ended before applications wrote there, as a search for what never crossed takes it. */
export function pointOf({ run, clusters, points }: FailbackOrigin) {
  const ends = Object.entries(points ?? {}).map(([topic, all]) => [topic, all.map(BigInt)] as const);
  return { run, target: clusters.target, ends: new Map(ends) };
}
