import type { FindingCode } from '../../contract/finding-codes.ts';
import type { Finding, SuppressedFinding } from './finding.ts';
import type { Unread } from './outcome.ts';

export const VERDICTS = ['ready', 'at-risk', 'not-ready', 'unknown'] as const;

/** Readiness of one flow for a failover now. `unknown` is an answer: the reasons say what could not be judged. */
export type Verdict = (typeof VERDICTS)[number];

/** The source of a count: `proven` from MM2's own acknowledgements or compared records, else `estimated`. */
export type Basis = 'proven' | 'estimated';

/** Records, or the reason why the number is unknown. Never 0 for lack of knowledge. */
export type Lag =
  | { readonly kind: 'known'; readonly records: bigint; readonly basis: Basis }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What a failover now would lose: records on the source that are not on the target. */
export type Loss =
  | {
      readonly kind: 'known';
      /** At most, if the basis is `estimated`. Offsets count as records where nobody has counted these. */
      readonly records: bigint;
      /** Age of the oldest of them in seconds, at most; null if its time could not be read. 0 if nothing is lost. */
      readonly seconds: number | null;
      readonly basis: Basis;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What an age is about; without a group it is about the mapping of the partition. */
export interface AgeSubject {
  readonly group?: string;
  readonly topic: string;
  readonly partition: number;
}

/** How long something newer is owed; 0 if nothing is. `of` is what has waited longest. */
export type Age =
  | { readonly kind: 'known'; readonly seconds: number; readonly of?: AgeSubject }
  | { readonly kind: 'unknown'; readonly reason: string };

/** How old what MM2 wrote for a failover is where it should have written something newer. */
export interface MirrorAges {
  /** From the newest offset sync of a partition to MM2's last commit there, if it lies more than `offset.lag.max` records behind. */
  readonly mapping: Age;
  /** Age of the checkpoint of a group that MM2's own syncs would put further ahead. */
  readonly checkpoints: Age;
}

export interface PartitionReport {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  readonly sourceStart: bigint | null;
  readonly sourceEnd: bigint | null;
  readonly targetStart: bigint | null;
  readonly targetEnd: bigint | null;
  /** Source offset of the next record that the target does not have. */
  readonly replicatedTo: bigint | null;
  readonly lag: Lag;
  /** Records that MM2 skipped and will never mirror: to retention, a recreated topic, or a late first start. */
  readonly missing: bigint;
}

/** Proofs of a position that is known, strongest first. */
export const KNOWN_PROOFS = ['verified', 'exact', 'bounded', 'conservative'] as const;
export type KnownProof = (typeof KNOWN_PROOFS)[number];

/** Strongest first; `none` is that of an unknown position. */
export const PROOFS = [...KNOWN_PROOFS, 'none'] as const;
export type Proof = (typeof PROOFS)[number];

/** For sorting, weakest first. */
export function compareProofs(a: Proof, b: Proof): number {
  return PROOFS.indexOf(b) - PROOFS.indexOf(a);
}

/** What a group pays at a position, in records: those that it reads twice, and those that it never reads. */
export interface Cost {
  readonly rereadAtMost: bigint;
  readonly skipAtMost: bigint;
}

/** Where Tidemark would put a group on the target, and what that costs. */
export type TidemarkPosition =
  | ({
      readonly kind: 'known';
      readonly position: bigint;
      /** The first target record that the group has not read lies in [position, high]. */
      readonly high: bigint;
      readonly proof: KnownProof;
      /** Why the proof is no better; null if it is exact. */
      readonly reason: string | null;
    } & Cost)
  | { readonly kind: 'unknown'; readonly reason: string };

/** Where the group would land with what MM2 left on the target, and what that costs. */
export type Mm2Position =
  | {
      readonly kind: 'at';
      readonly position: bigint;
      readonly from: 'group-offset' | 'checkpoint';
      readonly cost: ({ readonly kind: 'known' } & Cost) | { readonly kind: 'unknown'; readonly reason: string };
    }
  /** The group has no offset on the target, and MM2 no checkpoint of it. */
  | { readonly kind: 'none' };

/** The target offset of a position; null if there is none, or it is unknown. */
export function offsetOf(position: TidemarkPosition | Mm2Position): bigint | null {
  return position.kind === 'known' || position.kind === 'at' ? position.position : null;
}

/** What a position costs; null if there is none, or it is unknown. */
export function costOf(position: TidemarkPosition | Mm2Position): Cost | null {
  switch (position.kind) {
    case 'known':
      return position;
    case 'at':
      return position.cost.kind === 'known' ? position.cost : null;
    case 'unknown':
    case 'none':
      return null;
  }
}

export function proofOf(position: TidemarkPosition): Proof {
  return position.kind === 'known' ? position.proof : 'none';
}

/** One group's commit for one source partition. */
export interface GroupReport {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly committed: bigint;
  /** When the commit was read: ms since the epoch; null if that is not known. */
  readonly commitCheckedAt: number | null;
  readonly mm2: Mm2Position;
  readonly tidemark: TidemarkPosition;
}

export interface FlowReport {
  /** `A->B` */
  readonly flow: string;
  readonly verdict: Verdict;
  /** Codes of the findings that made the verdict, worst first; each at most once. */
  readonly reasons: readonly FindingCode[];
  readonly loss: Loss;
  /** How many records are lost for certain; absent if all that `loss` counts are. */
  readonly lossAtLeast?: bigint;
  /** Absent if a cluster refused the audit. */
  readonly ages?: MirrorAges;
  readonly partitions: readonly PartitionReport[];
  readonly groups: readonly GroupReport[];
  readonly findings: readonly Finding[];
  /** Findings that rules of the configuration turned off. They count for nothing, and are not in `findings`. */
  readonly suppressed: readonly SuppressedFinding[];
  readonly unread: readonly Unread[];
  /** Of a report from the history: what it was taken from; null of one of the present. */
  readonly snapshot: SnapshotOrigin | null;
}

/** The snapshot that a report of the past is taken from; times in ms since the epoch. */
export interface SnapshotOrigin {
  readonly asOf: number;
  /** When the audit began that found this state first. */
  readonly takenAt: number;
  /** Up to when audits found it unchanged. */
  readonly heldUntil: number;
  /** Whether snapshots between this one and the asked time may have been thinned by age, or cannot be read. */
  readonly thinned: boolean;
  /** Newer snapshots that were damaged, so that an older one was used. */
  readonly passedOver: readonly { readonly at: number; readonly damage: string }[];
  /** What that audit could not read: of these parts the snapshot holds what was known before. */
  readonly unread: readonly { readonly role: 'source' | 'target'; readonly kind: string; readonly name: string }[];
}

export interface AuditReport {
  /** When the audit began: ms since the epoch. */
  readonly at: number;
  readonly flows: readonly FlowReport[];
}
