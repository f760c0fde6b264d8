import { peek } from '../case-parts.ts';
import { AT, type FlowCase, HOUR, MINUTE, type PartitionCase, type PositionCase, SECOND } from '../case-shapes.ts';
import type { FindingFamilies } from './finding-family.ts';

/** MM2's interval twice, and ten seconds: what it has not done then it does not do. */
const PATIENCE = 2 * MINUTE + 10 * SECOND;
const OFF = { enabled: false, intervalMs: MINUTE } as const;
const FAST = { enabled: true, intervalMs: SECOND } as const;
/** A group at `committed` where the target has deleted up to nine records behind the newest sync. */
const atNewest = (committed: bigint): FlowCase => ({
  partition: { source: [0n, 1_021n], target: [1_010n, 1_021n] },
  position: { committed, onTarget: 1_010n, checkpoint: 1_010n, checkpointAgoMs: SECOND },
});
/** MM2 has done nothing for the group. */
const UNTOUCHED: PositionCase = { onTarget: null, checkpoint: null };
const NEVER = { syncs: 'missing', checkpoints: 'missing', connectOffsets: 'missing', heartbeat: 'missing' } as const;
/** MM2's last sign of life is 20 s old: late, and it has not stopped. */
const STALE = { heartbeat: { agoMs: 20 * SECOND } } as const;
const STOPPED = { heartbeat: { agoMs: MINUTE } } as const;
/** 100 offsets of 1,000 are not on the target: of a commit of 500 nobody knows where in [400, 500] it lies. */
const GAPS: PartitionCase = {
  syncs: [
    [0n, 0n],
    [1_000n, 900n],
  ],
  target: [0n, 901n],
  holds: () => false,
};
/** A restart at 500 went back to 400. */
const AGAIN: PartitionCase = {
  syncs: [
    [0n, 0n],
    [500n, 500n],
    [400n, 520n],
    [1_000n, 1_120n],
  ],
  target: [0n, 1_121n],
};
const LONG: PartitionCase = {
  syncs: [
    [0n, 0n],
    [200_000n, 200_000n],
  ],
  source: [0n, 200_001n],
  target: [0n, 200_001n],
};

/** A group at 500 that stands elsewhere on the target, MM2's last checkpoint with it. */
const standing = (onTarget: bigint, partition: PartitionCase = {}): FlowCase => ({
  partition,
  position: { committed: 500n, onTarget, checkpoint: onTarget, checkpointAgoMs: SECOND },
});
const late = (onTarget: bigint): PositionCase => ({
  committed: 200_000n,
  onTarget,
  checkpoint: onTarget,
  checkpointAgoMs: SECOND,
});
const behind = (checkpoint: bigint, checkpointAgoMs = PATIENCE + 1, more: PositionCase = {}): PositionCase => ({
  checkpoint,
  onTarget: checkpoint,
  checkpointAgoMs,
  ...more,
});
const refused = (onTarget: bigint | null, checkpointAgoMs = PATIENCE + 1): PositionCase => ({
  onTarget,
  checkpointAgoMs,
});
const steady = (steadyForMs: number | null) => ({ heartbeat: { agoMs: SECOND, steadyForMs } });
/** Two partitions of the same topic. */
const two = (partition: PartitionCase = {}) => ({ partitions: [partition, partition] });

/** A position at the begin of the target log, proved by comparing records; 100 of those not read have expired. */
const EXPIRED_VERIFIED = {
  kind: 'interval',
  low: 600n,
  high: 600n,
  again: 0n,
  expired: 100n,
  proof: 'verified',
  reason: null,
} as const;

/** A position behind which the target holds five records that the group has read. */
const VERIFIED_AGAIN = { ...EXPIRED_VERIFIED, low: 500n, high: 500n, again: 5n, expired: 0n } as const;
/** The offset-syncs topic lost what came between its first two syncs. */
const UNKNOWN_BETWEEN: PartitionCase = {
  syncs: [
    [0n, 0n],
    [600n, 550n, { hole: true }],
    [1_000n, 950n],
  ],
  target: [700n, 951n],
  holds: () => false,
};

export const GROUP_FINDINGS: FindingFamilies = {
  TARGET_GROUP_ACTIVE: {
    opens: {
      of: { group: { stateOnTarget: 'Stable' } },
      subject: { group: 'billing', cluster: 'B' },
      evidence: { state: 'Stable', type: 'classic' },
      says: 'billing has live members on the target (Stable): MM2 cannot write its offsets there',
    },
    verdict: 'at-risk',
    alsoOpens: {
      'nobody can say of a group of the new protocol': {
        of: { group: { stateOnTarget: 'Unknown', typeOnTarget: 'consumer' } },
        subject: { group: 'billing', cluster: 'B' },
        evidence: { state: 'Unknown', type: 'consumer' },
        says: 'billing has live members on the target (Unknown): MM2 cannot write its offsets there',
      },
      'its commits could not be read, and its state could': {
        of: { group: { stateOnTarget: 'Stable', unread: 'target' } },
        subject: { group: 'billing', cluster: 'B' },
        evidence: { state: 'Stable', type: 'classic' },
        beside: ['AUDIT_INCOMPLETE'],
      },
    },
    quiet: {
      'its coordinator is dead: neither state nor commits are known': {
        group: { stateOnTarget: 'Unknown', unread: 'target' },
      },
      'a group without members': { group: { stateOnTarget: 'Empty' } },
      'a group that was deleted': { group: { stateOnTarget: 'Dead' } },
      'a group that the target does not know': { group: { stateOnTarget: null } },
    },
  },

  TARGET_POSITION_SKIPS: {
    opens: {
      of: standing(501n),
      subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
      evidence: { records: 1n, partitions: 1, targetPosition: 501n, shouldBe: 500n, source: 500n },
      says: 'billing would skip up to 1 record after a failover: its position on the target is 501, but it has read only up to 500',
    },
    verdict: 'not-ready',
    alsoOpens: {
      'beyond all that is possible': {
        of: standing(501n, GAPS),
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 101n, partitions: 1, targetPosition: 501n, shouldBe: 400n, source: 500n },
      },
      'milder: within what is possible': {
        of: standing(500n, GAPS),
        severity: 'warning',
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 100n, partitions: 1, targetPosition: 500n, shouldBe: 400n, source: 500n },
        says: 'billing may skip up to 100 records after a failover: its position on the target is 500, but it has read only up to 400, as far as is certain',
      },
      'milder: records were written again, so that a position behind the first copies may be right': {
        of: { partition: AGAIN, position: { committed: 390n, onTarget: 395n, checkpoint: 390n } },
        severity: 'warning',
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 5n, partitions: 1, targetPosition: 395n, shouldBe: 390n, source: 390n },
        beside: ['RECORDS_DUPLICATED'],
      },
      'milder: the same behind the newest copies': {
        of: { partition: AGAIN, position: { committed: 1_000n, onTarget: 1_121n, checkpoint: 1_120n } },
        severity: 'warning',
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 1n, partitions: 1, targetPosition: 1_121n, shouldBe: 1_120n, source: 1_000n },
        beside: ['RECORDS_DUPLICATED'],
      },
      'milder: comparing records showed copies of records that it has read': {
        of: standing(501n, { records: { verified: new Map([[500n, VERIFIED_AGAIN]]) } }),
        severity: 'warning',
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 1n, partitions: 1, targetPosition: 501n, shouldBe: 500n, source: 500n },
      },
      'the checkpoint is ahead, and clients will ask for it because MM2 writes no group offsets': {
        of: {
          ...standing(501n),
          position: { ...standing(501n).position, onTarget: null },
          flow: { syncGroupOffsets: OFF },
        },
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 1n, partitions: 1, targetPosition: 501n, shouldBe: 500n, source: 500n },
        beside: ['GROUP_SYNC_OFF'],
      },
      'only worth knowing: a failover uses the positions of a restore': {
        of: { ...standing(501n), policy: { positions: 'tidemark' } },
        severity: 'info',
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 1n, partitions: 1, targetPosition: 501n, shouldBe: 500n, source: 500n },
      },
      'certain ones are told of alone, and the worst of them is named': {
        of: {
          partitions: [GAPS, {}, {}, {}],
          group: {
            positions: [
              { partition: 0, committed: 500n, onTarget: 500n, checkpoint: 500n },
              { partition: 1, committed: 500n, onTarget: 510n, checkpoint: 500n },
              { partition: 2, committed: 500n, onTarget: 520n, checkpoint: 500n },
              { partition: 3, committed: 500n, onTarget: 500n, checkpoint: 500n },
            ],
          },
        },
        subject: { group: 'billing', topic: 'orders', partition: 2, cluster: 'B' },
        evidence: { records: 30n, partitions: 2, targetPosition: 520n, shouldBe: 500n, source: 500n },
      },
    },
    quiet: {
      'where it has read up to': standing(500n),
      'before it': standing(499n),
      'the least of what is possible': standing(400n, GAPS),
      "MM2's checkpoint alone, which nobody stands on yet": {
        position: { committed: 500n, onTarget: null, checkpoint: 600n, checkpointAgoMs: SECOND },
      },
      'a commit that nobody can translate': { position: { committed: 1_002n, onTarget: 5_000n } },
    },
  },

  GROUP_RECORDS_EXPIRED: {
    opens: {
      of: standing(600n, { target: [501n, 1_001n] }),
      subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
      evidence: { records: 1n, partitions: 1, targetStart: 501n, committed: 500n },
      says: 'billing has not read up to 1 record that the target no longer holds: its log of A.orders-0 starts at 501',
      beside: ['TARGET_POSITION_SKIPS'],
    },
    verdict: 'not-ready',
    before: standing(500n),
    heals: standing(501n, { target: [501n, 1_001n], source: [501n, 1_001n] }),
    alsoOpens: {
      'standing at the begin of the target log skips nothing besides': {
        of: standing(600n, { target: [600n, 1_001n] }),
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 100n, partitions: 1, targetStart: 600n, committed: 500n },
      },
      'milder: within what is possible': {
        of: standing(450n, { ...GAPS, target: [450n, 901n] }),
        severity: 'warning',
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 50n, partitions: 1, targetStart: 450n, committed: 500n },
      },
      'certain ones are told of alone, and the worst of them is named': {
        of: {
          partitions: [
            { ...GAPS, target: [450n, 901n] },
            { target: [510n, 1_001n] },
            { target: [520n, 1_001n] },
            { target: [505n, 1_001n] },
          ],
          group: {
            positions: [
              { partition: 0, committed: 500n, onTarget: 450n, checkpoint: 450n },
              { partition: 1, committed: 500n, onTarget: 510n, checkpoint: 510n },
              { partition: 2, committed: 500n, onTarget: 520n, checkpoint: 520n },
              { partition: 3, committed: 500n, onTarget: 505n, checkpoint: 505n },
            ],
          },
        },
        subject: { group: 'billing', topic: 'orders', partition: 2, cluster: 'B' },
        evidence: { records: 35n, partitions: 3, targetStart: 520n, committed: 500n },
      },
      'milder: certain of one partition, from which nothing has expired, and possible on another': {
        of: {
          partitions: [{}, { ...GAPS, target: [450n, 901n] }],
          group: {
            positions: [
              { partition: 0, committed: 500n, onTarget: 500n, checkpoint: 500n },
              { partition: 1, committed: 500n, onTarget: 450n, checkpoint: 450n },
            ],
          },
        },
        severity: 'warning',
        subject: { group: 'billing', topic: 'orders', partition: 1, cluster: 'B' },
        evidence: { records: 50n, partitions: 1, targetStart: 450n, committed: 500n },
      },
      'the first of them is the one of the newest sync': {
        of: atNewest(1_000n),
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 10n, partitions: 1, targetStart: 1_010n, committed: 1_000n },
      },
      'milder: the first of them would stand behind the newest sync': {
        of: atNewest(1_001n),
        severity: 'warning',
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 9n, partitions: 1, targetStart: 1_010n, committed: 1_001n },
      },
      'milder: comparing found its position, but not where the target would have had it': {
        of: standing(450n, {
          ...GAPS,
          target: [450n, 901n],
          records: { verified: new Map([[500n, { ...EXPIRED_VERIFIED, low: 450n, high: 450n, expired: 50n }]]) },
        }),
        severity: 'warning',
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 50n, partitions: 1, targetStart: 450n, committed: 500n },
      },
      'milder: the target may hold records that are not from the source': {
        of: {
          ...standing(600n, { target: [600n, 1_001n], records: { verified: new Map([[500n, EXPIRED_VERIFIED]]) } }),
          flow: { exactlyOnce: true },
        },
        severity: 'warning',
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 100n, partitions: 1, targetStart: 600n, committed: 500n },
      },
      'the source has deleted some of them: what counts is from its begin on': {
        of: standing(700n, { ...UNKNOWN_BETWEEN, source: [700n, 1_001n] }),
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 50n, partitions: 1, targetStart: 700n, committed: 500n },
      },
      'its position was found by comparing records': {
        of: standing(600n, { target: [600n, 1_001n], records: { verified: new Map([[500n, EXPIRED_VERIFIED]]) } }),
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { records: 100n, partitions: 1, targetStart: 600n, committed: 500n },
      },
    },
    quiet: {
      'the target log begins where it has read up to': standing(500n, { target: [500n, 1_001n] }),
      'the source has deleted them as well': standing(600n, { target: [600n, 1_001n], source: [600n, 1_001n] }),
      'nobody knows where it has read up to': { ...standing(600n, { target: [600n, 1_001n] }), syncs: 'unread' },
    },
  },

  GROUP_UNTRANSLATABLE: {
    opens: {
      of: { position: { committed: 1_002n } },
      subject: { group: 'billing', topic: 'orders', partition: 0 },
      evidence: { partitions: 1, committed: 1_002n },
      says: "billing cannot be translated on 1 partition: the commit is beyond the source's end 1001: it belongs to another log",
    },
    verdict: 'at-risk',
    alsoOpens: {
      'a partition without offset syncs; the first is named': {
        of: {
          partitions: [{}, { syncs: [], connect: 1_000n }, { syncs: [], connect: 1_000n }],
          group: {
            positions: [
              { partition: 0 },
              { partition: 1, ...UNTOUCHED, committed: 900n },
              { partition: 2, ...UNTOUCHED },
            ],
          },
        },
        subject: { group: 'billing', topic: 'orders', partition: 1 },
        evidence: { partitions: 2, committed: 900n },
        says: 'billing cannot be translated on 2 partitions: MM2 has written no offset sync for this partition',
      },
    },
    quiet: {
      "a commit at the source's end": { position: { committed: 1_001n } },
      'the topic is not on the target, which tells it': {
        topic: { notOnTarget: true },
        otherTargetTopics: ['orders'],
      },
      'the partition cannot be read, which tells it': { partition: { target: 'unread' } },
      'the offset syncs cannot be read, which tells it': { syncs: 'unread' },
      'there are no offset syncs, which tells it': { syncs: 'off' },
      'MM2 was never there': { ...NEVER, topic: { notOnTarget: true }, partition: { syncs: [] } },
      'MM2 is there no more, which tells it': {
        ...NEVER,
        flow: { policy: { kind: 'identity', separator: '.', internalSeparator: '.' } },
        syncsKnown: true,
        position: { committed: 1_002n },
      },
      'the target is down': { down: 'target' },
    },
  },

  GROUP_AHEAD_OF_REPLICATION: {
    opens: {
      of: { partition: { source: [0n, 1_201n] }, position: { committed: 1_002n } },
      subject: { group: 'billing', topic: 'orders', partition: 0 },
      evidence: { partitions: 1, committed: 1_002n, replicatedTo: 1_001n },
      says: 'billing has read 1 record that is not on the target yet',
    },
    verdict: 'ready',
    alsoOpens: {
      'in several partitions, the worst named': {
        of: {
          ...two({ source: [0n, 1_201n] }),
          group: {
            positions: [
              { partition: 0, committed: 1_101n },
              { partition: 1, committed: 1_201n },
            ],
          },
        },
        subject: { group: 'billing', topic: 'orders', partition: 1 },
        evidence: { partitions: 2, committed: 1_201n, replicatedTo: 1_001n },
      },
    },
    quiet: {
      'where the mirror stands': { partition: { source: [0n, 1_201n] }, position: { committed: 1_001n } },
      'nothing waits: the commit is of another log': { position: { committed: 1_002n } },
      'only markers lie in between': {
        partition: { source: [0n, 1_201n], records: { waiting: { from: 1_001n, peek: peek(null, 1_201n) } } },
        position: { committed: 1_201n },
      },
      'nobody knows how far the mirror is': {
        partition: { source: [0n, 1_201n], syncs: [], connect: null },
        position: { committed: 1_201n },
      },
      'a source that cannot be read': { partition: { source: 'unread' }, position: { committed: 1_201n } },
    },
  },

  GROUP_REREADS_MUCH: {
    opens: {
      of: { partition: LONG, position: late(99_999n) },
      subject: { group: 'billing', topic: 'orders', partition: 0 },
      evidence: { partitions: 1, mm2: 99_999n, tidemark: 200_000n },
      says: 'billing would read up to 100001 records of orders-0 twice where MM2 put it; 0 at 200000',
    },
    verdict: 'at-risk',
    alsoOpens: {
      'at the limit of the policy, in several partitions, the worst named': {
        of: {
          ...two(),
          group: {
            positions: [
              { partition: 0, ...behind(900n, SECOND) },
              { partition: 1, ...behind(899n, SECOND) },
            ],
          },
          policy: { maxGroupReread: 99n },
        },
        subject: { group: 'billing', topic: 'orders', partition: 1 },
        evidence: { partitions: 2, mm2: 899n, tidemark: 1_000n },
      },
      'where a restore puts it, if a failover uses that': {
        of: {
          partition: GAPS,
          position: { committed: 500n, onTarget: 400n, checkpoint: 400n, checkpointAgoMs: SECOND },
          policy: { positions: 'tidemark', maxGroupReread: 99n },
        },
        subject: { group: 'billing', topic: 'orders', partition: 0 },
        evidence: { partitions: 1, mm2: 400n, tidemark: 400n },
        says: 'billing would read up to 100 records of orders-0 twice at 400, where a restore puts it',
      },
      'where Tidemark would put it, it reads some twice as well': {
        of: {
          partition: GAPS,
          position: { committed: 500n, onTarget: 300n, checkpoint: 300n, checkpointAgoMs: SECOND },
          policy: { maxGroupReread: 150n },
        },
        subject: { group: 'billing', topic: 'orders', partition: 0 },
        evidence: { partitions: 1, mm2: 300n, tidemark: 400n },
        says: 'billing would read up to 200 records of orders-0 twice where MM2 put it; 100 at 400',
      },
      'where its checkpoint would put it': {
        of: { partition: LONG, position: { ...late(99_999n), onTarget: null }, flow: { syncGroupOffsets: OFF } },
        subject: { group: 'billing', topic: 'orders', partition: 0 },
        evidence: { partitions: 1, mm2: 99_999n, tidemark: 200_000n },
        beside: ['GROUP_SYNC_OFF'],
      },
    },
    quiet: {
      'exactly the limit': { partition: LONG, position: late(100_000n) },
      'a restore puts it elsewhere': { partition: LONG, position: late(99_999n), policy: { positions: 'tidemark' } },
      'nobody knows how much': { partition: { ...LONG, syncs: [], connect: 200_000n }, position: late(1n) },
    },
  },

  CHECKPOINT_NEVER_EMITTED: {
    opens: {
      of: { position: UNTOUCHED },
      subject: { group: 'billing', topic: 'orders', partition: 0 },
      evidence: { partitions: 1, committed: 1_000n },
      says: 'MM2 has never translated billing on 1 partition: after a failover it starts where auto.offset.reset puts it',
    },
    verdict: 'at-risk',
    alsoOpens: {
      'on several partitions, the first named; its other positions are fine': {
        of: {
          partitions: [{}, {}, {}],
          group: {
            positions: [
              { partition: 0 },
              { partition: 1, ...UNTOUCHED, committed: 700n },
              { partition: 2, ...UNTOUCHED },
            ],
          },
        },
        subject: { group: 'billing', topic: 'orders', partition: 1 },
        evidence: { partitions: 2, committed: 700n },
      },
    },
    quiet: {
      'a checkpoint': { position: { onTarget: null, checkpointAgoMs: SECOND } },
      'a commit of its own on the target': { position: { checkpoint: null } },
      'there is no checkpoints topic, which tells it': { checkpoints: 'missing', position: UNTOUCHED },
      'the checkpoints cannot be read, which tells it': { checkpoints: 'unread', position: UNTOUCHED },
      'MM2 has stopped, which tells it': { ...STOPPED, position: UNTOUCHED },
      'a commit that nobody can translate': { position: { ...UNTOUCHED, committed: 1_002n } },
      'MM2 was never there': { ...NEVER, topic: { notOnTarget: true }, position: UNTOUCHED },
    },
  },

  CHECKPOINT_BEHIND: {
    opens: {
      of: { position: behind(999n) },
      subject: { group: 'billing', topic: 'orders', partition: 0 },
      evidence: { partitions: 1, checkpoint: 999n, writtenMs: BigInt(AT - PATIENCE - 1) },
      says: "MM2's checkpoint of billing is 1 record behind what its own syncs allow",
    },
    verdict: 'at-risk',
    alsoOpens: {
      'the newest sync is old enough for MM2 to have used it': {
        of: { position: behind(900n, HOUR), partition: { syncedAgoMs: PATIENCE + 1 } },
        subject: { group: 'billing', topic: 'orders', partition: 0 },
        evidence: { partitions: 1, checkpoint: 900n, writtenMs: BigInt(AT - HOUR) },
      },
      'MM2 has run without a pause for long enough': {
        of: { position: behind(900n, HOUR), ...steady(PATIENCE + 1) },
        subject: { group: 'billing', topic: 'orders', partition: 0 },
        evidence: { partitions: 1, checkpoint: 900n, writtenMs: BigInt(AT - HOUR) },
      },
      'no pause is known of': {
        of: { position: behind(900n, HOUR), ...steady(null) },
        subject: { group: 'billing', topic: 'orders', partition: 0 },
        evidence: { partitions: 1, checkpoint: 900n, writtenMs: BigInt(AT - HOUR) },
      },
      "by MM2's own interval": {
        of: {
          position: behind(900n, 12 * SECOND + 1),
          flow: { emitCheckpoints: FAST },
          ...steady(12 * SECOND + 1),
          partition: { syncedAgoMs: 12 * SECOND + 1 },
        },
        subject: { group: 'billing', topic: 'orders', partition: 0 },
        evidence: { partitions: 1, checkpoint: 900n, writtenMs: BigInt(AT - 12 * SECOND - 1) },
      },
      'on several partitions, the worst named': {
        of: {
          partitions: [{}, {}, {}],
          group: {
            positions: [{ partition: 0 }, { partition: 1, ...behind(900n) }, { partition: 2, ...behind(800n) }],
          },
        },
        subject: { group: 'billing', topic: 'orders', partition: 2 },
        evidence: { partitions: 2, checkpoint: 800n, writtenMs: BigInt(AT - PATIENCE - 1) },
      },
    },
    quiet: {
      'the newest sync itself': { position: behind(1_000n) },
      'beyond the newest sync': { position: behind(1_001n) },
      'a group before the newest sync, of which one cannot tell': { position: behind(900n, HOUR, { committed: 999n }) },
      'a checkpoint that MM2 may be about to renew': { position: behind(900n, PATIENCE) },
      'a newest sync that MM2 may not have used yet': {
        position: behind(900n, HOUR),
        partition: { syncedAgoMs: PATIENCE },
      },
      'MM2 has come back just now': { position: behind(900n, HOUR), ...steady(PATIENCE) },
      'no checkpoint': { position: { checkpoint: null } },
      'no sync holds any longer': { position: behind(900n, HOUR), partition: { target: [0n, 1_000n] } },
      'MM2 has stopped, which tells it': { ...STOPPED, position: behind(900n, HOUR) },
      'no mapping': { position: behind(900n, HOUR), partition: { syncs: [], connect: 1_000n } },
    },
  },

  GROUP_SYNC_REFUSED: {
    opens: {
      of: { position: refused(999n) },
      subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
      evidence: { partitions: 1, checkpoint: 1_000n, targetCommit: 999n },
      says: 'MM2 translated billing but its commit did not reach the target',
    },
    verdict: 'at-risk',
    alsoOpens: {
      'no commit on the target at all': {
        of: { position: refused(null) },
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { partitions: 1, checkpoint: 1_000n, targetCommit: null },
      },
      'no commit, and a checkpoint at the begin': {
        of: { position: { ...refused(null), committed: 0n, checkpoint: 0n } },
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { partitions: 1, checkpoint: 0n, targetCommit: null },
      },
      'the group is live there': {
        of: { group: { stateOnTarget: 'Stable', position: refused(999n) } },
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { partitions: 1, checkpoint: 1_000n, targetCommit: 999n },
        says: 'MM2 translated billing but the target refuses its commits while the group is live there',
        beside: ['TARGET_GROUP_ACTIVE'],
      },
      'the target does not know the group': {
        of: { group: { stateOnTarget: null, position: refused(null) } },
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { partitions: 1, checkpoint: 1_000n, targetCommit: null },
        says: 'MM2 translated billing but its commit did not reach the target',
      },
      'MM2 was alive for long enough, though its last sign is late now': {
        of: { ...STALE, position: refused(999n, PATIENCE + 20 * SECOND + 1) },
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { partitions: 1, checkpoint: 1_000n, targetCommit: 999n },
        beside: ['HEARTBEAT_STALE'],
      },
      'MM2 has run without a pause for long enough': {
        of: { position: refused(999n, HOUR), ...steady(PATIENCE + 1) },
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { partitions: 1, checkpoint: 1_000n, targetCommit: 999n },
      },
      "by MM2's own interval": {
        of: {
          position: refused(999n, 12 * SECOND + 1),
          flow: { syncGroupOffsets: FAST },
          ...steady(12 * SECOND + 1),
        },
        subject: { group: 'billing', topic: 'orders', partition: 0, cluster: 'B' },
        evidence: { partitions: 1, checkpoint: 1_000n, targetCommit: 999n },
      },
      'on several partitions, the first named': {
        of: {
          partitions: [{}, {}, {}],
          group: {
            positions: [{ partition: 0 }, { partition: 1, ...refused(998n) }, { partition: 2, ...refused(null) }],
          },
        },
        subject: { group: 'billing', topic: 'orders', partition: 1, cluster: 'B' },
        evidence: { partitions: 2, checkpoint: 1_000n, targetCommit: 998n },
      },
    },
    quiet: {
      'MM2 has been silent since: it may be dead': { ...STALE, position: refused(null, PATIENCE + 20 * SECOND) },
      'where the checkpoint says': { position: refused(1_000n) },
      'beyond the checkpoint': { position: refused(1_001n) },
      'a checkpoint that MM2 may be about to commit': { position: refused(null, PATIENCE) },
      'MM2 has come back just now': { position: refused(null, HOUR), ...steady(PATIENCE) },
      'MM2 is configured not to': { position: refused(null), flow: { syncGroupOffsets: OFF } },
      'MM2 has stopped, which tells it': { ...STOPPED, position: refused(null) },
      'no checkpoint': { position: { checkpoint: null, onTarget: null } },
      'commits went with the topic': {
        position: refused(null),
        topic: { notOnTarget: true },
        otherTargetTopics: ['orders'],
      },
    },
  },
};
