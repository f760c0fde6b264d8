import { rememberedIds, unreadOf } from '../case-parts.ts';
import { AT, type FlowCase, HOUR, MINUTE, type PartitionCase, SECOND, type TopicCase } from '../case-shapes.ts';
import type { FindingFamilies } from './finding-family.ts';

const IDENTITY = { kind: 'identity', separator: '.', internalSeparator: '.' } as const;
const NO_HEARTBEAT = { heartbeat: 'none' } as const;
/** A group that MM2 has not touched. */
const UNTOUCHED = { stateOnTarget: null, position: { onTarget: null, checkpoint: null } } as const;
/** MM2 was never there: nothing of its own, and no topic on the target. */
const NEVER: FlowCase = {
  syncs: 'missing',
  checkpoints: 'missing',
  connectOffsets: 'missing',
  heartbeat: 'missing',
  topic: { notOnTarget: true },
  partition: { syncs: [] },
  group: UNTOUCHED,
};
/** Half a minute's patience and Connect's flush interval of a minute. */
const PATIENCE = 30 * SECOND + MINUTE;
const WAITING = { offset: 1_001n, timestamp: 0n, key: null, value: null, headers: [] };

/** MM2 without heartbeats, last heard of by its other writes `ago`, while a record has waited since `waits`. */
function silent(ago: number, waits: number): FlowCase {
  const record = { ...WAITING, timestamp: BigInt(AT - waits) };
  const peek = { record, scannedTo: 1_002n, abortedTransactions: [] };
  return {
    heartbeat: 'none',
    partition: {
      source: [0n, 1_101n],
      syncedAgoMs: ago + 5,
      connectAgoMs: ago,
      records: { waiting: { from: 1_001n, peek } },
    },
  };
}

/** MM2 went on at 600 behind 299. */
const JUMPED: PartitionCase = {
  syncs: [
    [0n, 0n],
    [299n, 299n],
    [600n, 300n],
    [699n, 399n],
  ],
  source: [0n, 700n],
  target: [0n, 400n],
};

const topics = (count: number): TopicCase[] =>
  Array.from({ length: count }, (_, i) => ({ topic: i === 0 ? 'orders' : `t${i}` }));

/** A source that an audit read a minute ago, and that does not answer now. */
function goneSince(heartbeatAgoMs: number): FlowCase {
  const partition = { syncedAgoMs: heartbeatAgoMs, connectAgoMs: heartbeatAgoMs };
  return { down: 'source', heartbeat: { agoMs: heartbeatAgoMs }, partition, remembered: rememberedIds({}) };
}

export const FLOW_FINDINGS: FindingFamilies = {
  CLUSTER_UNREACHABLE: {
    opens: {
      of: { down: 'source' },
      subject: { cluster: 'A' },
      evidence: { error: 'BROKER_UNREACHABLE' },
      says: 'no broker of A answers',
    },
    verdict: 'unknown',
    alsoOpens: {
      'the target': {
        of: { down: 'target' },
        subject: { cluster: 'B' },
        evidence: { error: 'BROKER_UNREACHABLE' },
        says: 'no broker of B answers',
      },
      'both, each once': {
        of: { down: 'both' },
        subject: { cluster: 'A' },
        evidence: { error: 'BROKER_UNREACHABLE' },
        beside: ['CLUSTER_UNREACHABLE'],
      },
    },
    quiet: {
      'a partition that cannot be read': { partition: { source: 'unread' } },
      'the time was over before it answered': { down: 'source', downError: 'DEADLINE_EXCEEDED' },
    },
  },

  SAME_CLUSTER: {
    opens: {
      of: { sameCluster: 'x7KQ' },
      subject: { cluster: 'B' },
      evidence: { clusterId: 'x7KQ' },
      says: 'A and B are one cluster: both have the id x7KQ',
    },
    verdict: 'not-ready',
    quiet: { 'a side that does not answer has no id': { down: 'target' } },
  },

  MIRROR_STOPPED: {
    opens: {
      of: { heartbeat: { agoMs: 30_001 } },
      subject: { cluster: 'B' },
      evidence: { lastSignMs: AT - 30_001, ageMs: 30_001, sign: 'heartbeat' },
      says: 'MM2 has stopped: it last gave a sign of life 30 s ago (heartbeat)',
    },
    verdict: 'not-ready',
    alsoOpens: {
      'without heartbeats: its other writes are old, and a record waits': {
        of: silent(PATIENCE + 1, PATIENCE + 1),
        subject: { cluster: 'B' },
        evidence: { lastSignMs: AT - PATIENCE - 1, ageMs: PATIENCE + 1, sign: 'offset sync or Connect offset' },
        says: 'MM2 has stopped: it last gave a sign of life 90 s ago (offset sync or Connect offset)',
      },
      'at the limit of the policy': {
        of: { heartbeat: { agoMs: 95_000 }, policy: { mirrorStoppedMs: 94_999 } },
        subject: { cluster: 'B' },
        evidence: { lastSignMs: AT - 95_000, ageMs: 95_000, sign: 'heartbeat' },
      },
      'a source that is gone, and late heartbeats already when it was last read': {
        of: goneSince(MINUTE + 30_001),
        subject: { cluster: 'B' },
        evidence: { lastSignMs: AT - MINUTE - 30_001, ageMs: MINUTE + 30_001, sign: 'heartbeat' },
        beside: ['CLUSTER_UNREACHABLE'],
      },
    },
    quiet: {
      'a heartbeat of exactly the limit': { heartbeat: { agoMs: 30_000 } },
      'a source that is gone: its heartbeats end with it': goneSince(MINUTE + 30_000),
      'a source that is gone, and that no audit has read': {
        down: 'source',
        heartbeat: { agoMs: HOUR },
        remembered: null,
      },
      'without heartbeats: written within the patience': silent(PATIENCE, HOUR),
      'without heartbeats: what waits has come just now': silent(HOUR, PATIENCE),
      'without heartbeats, and nothing waits': { ...NO_HEARTBEAT, partition: { connectAgoMs: HOUR } },
      'a target that is down': { down: 'target' },
    },
  },

  HEARTBEAT_STALE: {
    opens: {
      of: { heartbeat: { agoMs: 15_001 } },
      subject: { cluster: 'B' },
      evidence: { lastSignMs: AT - 15_001, ageMs: 15_001, sign: 'heartbeat' },
      says: 'the newest heartbeat on the target is 15 s old',
    },
    verdict: 'at-risk',
    alsoOpens: {
      'up to the moment when MM2 counts as stopped': {
        of: { heartbeat: { agoMs: 30_000 } },
        subject: { cluster: 'B' },
        evidence: { lastSignMs: AT - 30_000, ageMs: 30_000, sign: 'heartbeat' },
      },
    },
    quiet: {
      'a heartbeat of exactly the limit': { heartbeat: { agoMs: 15_000 } },
      'one that is worse: MM2 has stopped': { heartbeat: { agoMs: 30_001 } },
      'a source that is gone: its heartbeats end with it': goneSince(20_000),
      'no heartbeats at all': NO_HEARTBEAT,
    },
  },

  MIRROR_NEVER_STARTED: {
    opens: {
      of: NEVER,
      subject: { cluster: 'B' },
      evidence: { topics: 1 },
      says: 'MM2 has left no trace of A->B: no offset syncs, checkpoints, Connect offsets or target topics',
      beside: ['GROUP_AHEAD_OF_REPLICATION'],
    },
    verdict: 'not-ready',
    before: {
      topics: [],
      groups: [],
      syncs: 'missing',
      checkpoints: 'missing',
      connectOffsets: 'missing',
      heartbeat: 'missing',
    },
    heals: {},
    alsoOpens: {
      'configured to write none of its topics': {
        of: {
          ...NEVER,
          syncs: 'off',
          checkpoints: 'off',
          connectOffsets: 'off',
          heartbeat: 'off',
          topics: topics(2).map((topic) => ({ ...topic, notOnTarget: true, partitions: [{ syncs: [] }] })),
        },
        subject: { cluster: 'B' },
        evidence: { topics: 2 },
        beside: ['GROUP_AHEAD_OF_REPLICATION'],
      },
      'under identity, where the topics may have been there before': {
        of: { ...NEVER, flow: { policy: IDENTITY }, topic: {} },
        subject: { cluster: 'B' },
        evidence: { topics: 1 },
      },
    },
    quiet: {
      'a topic that is on the target': { ...NEVER, topic: {} },
      'one of two topics is on the target': { ...NEVER, topics: [{ notOnTarget: true }, { topic: 't1' }] },
      'no topic to mirror': { ...NEVER, topics: [] },
      'an offset-syncs topic': { ...NEVER, syncs: undefined },
      'a checkpoints topic': { ...NEVER, checkpoints: undefined },
      "Connect's offsets": { ...NEVER, connectOffsets: undefined, partition: { ...NEVER.partition, connect: 5n } },
      heartbeats: { ...NEVER, heartbeat: 'none' },
      'an offset-syncs topic that cannot be read': { ...NEVER, syncs: 'unread' },
      'a source that is down': { ...NEVER, flow: { offsetSyncsLocation: 'target' }, down: 'source' },
      'a target that is down': { ...NEVER, down: 'target' },
    },
  },

  LOSS_OVER_LIMIT: {
    opens: {
      of: { partition: { source: [0n, 11_002n] } },
      subject: {},
      evidence: { records: 10_001n, atLeast: 10_001n, limit: 10_000n, seconds: null },
      says: 'a failover now loses 10001 records, more than 10000',
    },
    verdict: 'not-ready',
    alsoOpens: {
      'summed over partitions, at the limit of the policy': {
        of: {
          partitions: [{ source: [0n, 1_051n] }, { source: [0n, 1_052n] }],
          policy: { maxLossRecords: 100n },
        },
        subject: {},
        evidence: { records: 101n, atLeast: 101n, limit: 100n, seconds: null },
      },
      'milder: no look has shown that what is beyond it holds records': {
        of: { partition: { ...JUMPED, source: [0n, 800n] }, groups: [], policy: { maxLossRecords: 100n } },
        severity: 'warning',
        subject: {},
        evidence: { records: 400n, atLeast: 100n, limit: 100n, seconds: null },
        says: 'a failover now loses up to 400 records, at least 100; the limit is 100',
        beside: ['RECORDS_UNACCOUNTED'],
      },
      'certain as soon as what is seen is beyond it': {
        of: { partition: { ...JUMPED, source: [0n, 801n] }, groups: [], policy: { maxLossRecords: 100n } },
        subject: {},
        evidence: { records: 401n, atLeast: 101n, limit: 100n, seconds: null },
        beside: ['RECORDS_UNACCOUNTED'],
      },
      'what a look has shown is certain': {
        of: { partition: { ...JUMPED, holds: () => true }, groups: [], policy: { maxLossRecords: 100n } },
        subject: {},
        evidence: { records: 300n, atLeast: 300n, limit: 100n, seconds: 0 },
        beside: ['RECORDS_NEVER_MIRRORED'],
      },
      'what was deleted is certain': {
        of: { partition: { source: [1_102n, 1_103n] }, groups: [], policy: { maxLossRecords: 101n } },
        subject: {},
        evidence: { records: 102n, atLeast: 102n, limit: 101n, seconds: null },
        beside: ['RECORDS_LOST_TO_RETENTION'],
      },
    },
    quiet: {
      'exactly the limit': { partition: { source: [0n, 11_001n] } },
      'a loss that nobody knows': { partitions: [{ source: [0n, 99_999n] }, { source: 'unread' }] },
    },
  },

  SYNC_TOPIC_MISSING: {
    opens: {
      of: { syncs: 'missing' },
      subject: { cluster: 'A', topic: 'mm2-offset-syncs.B.internal' },
      evidence: { location: 'source' },
      says: 'there is no offset-syncs topic mm2-offset-syncs.B.internal on A: no group can be translated',
    },
    verdict: 'not-ready',
    alsoOpens: {
      'on the target': {
        of: { syncs: 'missing', flow: { offsetSyncsLocation: 'target' } },
        subject: { cluster: 'B', topic: 'mm2-offset-syncs.A.internal' },
        evidence: { location: 'target' },
        says: 'there is no offset-syncs topic mm2-offset-syncs.A.internal on B: no group can be translated',
      },
      'on the target, with a dead source': {
        of: { syncs: 'missing', flow: { offsetSyncsLocation: 'target' }, down: 'source' },
        subject: { cluster: 'B', topic: 'mm2-offset-syncs.A.internal' },
        evidence: { location: 'target' },
        beside: ['CLUSTER_UNREACHABLE'],
      },
      'on the source, with a dead target': {
        of: { syncs: 'missing', down: 'target' },
        subject: { cluster: 'A', topic: 'mm2-offset-syncs.B.internal' },
        evidence: { location: 'source' },
        beside: ['CLUSTER_UNREACHABLE'],
      },
    },
    quiet: {
      'MM2 is configured to write none': { syncs: 'off' },
      'MM2 was never there': NEVER,
    },
  },

  SYNC_TOPIC_UNREADABLE: {
    opens: {
      of: { syncs: 'unread' },
      subject: { cluster: 'A', topic: 'mm2-offset-syncs.B.internal' },
      evidence: { error: 'REQUEST_TIMED_OUT' },
      says: 'mm2-offset-syncs.B.internal could not be read: mm2-offset-syncs.B.internal did not answer',
    },
    verdict: 'not-ready',
    alsoOpens: {
      'on the target': {
        of: { syncs: 'unread', flow: { offsetSyncsLocation: 'target' } },
        subject: { cluster: 'B', topic: 'mm2-offset-syncs.A.internal' },
        evidence: { error: 'REQUEST_TIMED_OUT' },
        says: 'mm2-offset-syncs.A.internal could not be read: mm2-offset-syncs.A.internal did not answer',
      },
      'milder: records that are none were left out': {
        of: { malformed: 1 },
        severity: 'warning',
        subject: { cluster: 'A', topic: 'mm2-offset-syncs.B.internal' },
        evidence: { malformed: 1n },
        says: '1 record of mm2-offset-syncs.B.internal is no offset sync and was left out',
      },
      'the opposite flow writes there too': {
        of: {
          flow: { offsetSyncsLocation: 'target' },
          opposite: {},
          mixedSyncs: ['orders'],
          partition: { syncs: [], connect: 1_000n },
        },
        subject: { cluster: 'B', topic: 'mm2-offset-syncs.A.internal' },
        evidence: { mixed: 1 },
        says: 'A->B and the opposite flow both write their offset syncs to mm2-offset-syncs.A.internal: those of 1 topic, such as orders, cannot be distinguished',
        beside: ['GROUP_UNTRANSLATABLE'],
      },
    },
    quiet: {
      'its cluster is down, which is told once': { down: 'source' },
      'the target is down, and the topic is there': { down: 'target', flow: { offsetSyncsLocation: 'target' } },
    },
  },

  CHECKPOINTS_MISSING: {
    opens: {
      of: { checkpoints: 'missing', group: UNTOUCHED },
      subject: { cluster: 'B', topic: 'A.checkpoints.internal' },
      evidence: { groups: 1 },
      says: "there is no checkpoints topic A.checkpoints.internal: MM2's checkpoint connector has translated no group",
    },
    verdict: 'at-risk',
    before: { checkpoints: 'missing', groups: [] },
    heals: {},
    alsoOpens: {
      'it cannot be read': {
        of: { checkpoints: 'unread' },
        subject: { cluster: 'B', topic: 'A.checkpoints.internal' },
        evidence: { error: 'REQUEST_TIMED_OUT' },
        says: 'A.checkpoints.internal could not be read: A.checkpoints.internal did not answer',
      },
      'one of two groups has commits': {
        of: { checkpoints: 'missing', groups: [{ positions: [] }, { group: 'stock' }] },
        subject: { cluster: 'B', topic: 'A.checkpoints.internal' },
        evidence: { groups: 2 },
      },
    },
    quiet: {
      'no group has commits': { checkpoints: 'missing', group: { positions: [] } },
      'no commits could be read': { checkpoints: 'missing', group: { unread: 'source' } },
      'MM2 is configured to write none': { checkpoints: 'off' },
      'MM2 was never there': NEVER,
      'the target is down': { down: 'target' },
    },
  },

  GROUP_SYNC_OFF: {
    opens: {
      of: { flow: { syncGroupOffsets: { enabled: false, intervalMs: MINUTE } } },
      subject: { cluster: 'B' },
      evidence: { groups: 1 },
      says: 'sync.group.offsets.enabled is off: after a failover groups start where auto.offset.reset puts them, unless they are restored',
    },
    verdict: 'ready',
    quiet: {
      'there is no group': { flow: { syncGroupOffsets: { enabled: false, intervalMs: MINUTE } }, groups: [] },
      'MM2 was never there': { ...NEVER, flow: { syncGroupOffsets: { enabled: false, intervalMs: MINUTE } } },
    },
  },

  AUDIT_INCOMPLETE: {
    opens: {
      of: { group: { unread: 'source' }, unread: [unreadOf('the commits of billing', 'A')] },
      subject: { cluster: 'A' },
      evidence: { groupsOnSource: 1, groupsOnTarget: 0, listings: 0, topics: 0, error: 'REQUEST_TIMED_OUT' },
      says: '1 part of the flow could not be read: commits of billing did not answer',
    },
    verdict: 'at-risk',
    alsoOpens: {
      'commits of a group on the target': {
        of: {
          group: { unread: 'target', position: { checkpointAgoMs: SECOND } },
          unread: [unreadOf('the commits of billing', 'B')],
        },
        subject: { cluster: 'B' },
        evidence: { groupsOnSource: 0, groupsOnTarget: 1, listings: 0, topics: 0, error: 'REQUEST_TIMED_OUT' },
      },
      'the list of groups, of which nothing more is known': {
        of: { listingIncomplete: true },
        subject: {},
        evidence: { groupsOnSource: 0, groupsOnTarget: 0, listings: 1, topics: 0, error: null },
        says: '1 part of the flow could not be read: not all groups of the source were listed',
      },
      'a whole side that the audit had no time for': {
        of: { down: 'target', downError: 'DEADLINE_EXCEEDED' },
        subject: { cluster: 'B' },
        evidence: { error: 'DEADLINE_EXCEEDED' },
        says: 'the audit ended before it could read cluster B; that does not mean that the cluster is down: no broker of B answers',
      },
      "heartbeats and Connect's offsets": {
        of: {
          heartbeat: 'unread',
          connectOffsets: 'unread',
          partition: { syncedAgoMs: SECOND },
          unread: [unreadOf('A.heartbeats', 'B')],
        },
        subject: { cluster: 'B' },
        evidence: { groupsOnSource: 0, groupsOnTarget: 0, listings: 0, topics: 2, error: 'REQUEST_TIMED_OUT' },
      },
      'how many they are is told': {
        of: {
          heartbeat: 'unread',
          groups: [{ unread: 'source' }, { group: 'mail', unread: 'target', position: { checkpointAgoMs: SECOND } }],
        },
        subject: { cluster: 'A' },
        evidence: { groupsOnSource: 1, groupsOnTarget: 1, listings: 0, topics: 1, error: 'REQUEST_TIMED_OUT' },
        says: '3 parts of the flow could not be read: commits of billing did not answer',
      },
      'whether a task has failed': {
        of: { connectors: 'unread' },
        subject: { cluster: 'B' },
        evidence: { error: 'REQUEST_TIMED_OUT' },
        says: 'whether a task of A->B has failed is unknown: Connect did not answer',
      },
      'what the workers export': {
        of: { metrics: 'unread' },
        subject: { cluster: 'B' },
        evidence: { error: 'REQUEST_TIMED_OUT' },
        says: 'what the workers export of A->B is unknown: the exporter did not answer',
      },
      'whether a task has failed, while the source is down': {
        of: { connectors: 'unread', down: 'source' },
        subject: { cluster: 'B' },
        evidence: { error: 'REQUEST_TIMED_OUT' },
        beside: ['CLUSTER_UNREACHABLE'],
      },
      'whether a task has failed, and other parts': {
        of: { connectors: 'unread', listingIncomplete: true, unread: [unreadOf('broker 1', 'A')] },
        subject: { cluster: 'A' },
        evidence: {
          groupsOnSource: 0,
          groupsOnTarget: 0,
          listings: 1,
          topics: 0,
          connectors: 1,
          error: 'REQUEST_TIMED_OUT',
        },
        says: '2 parts of the flow could not be read: broker 1 did not answer',
      },
      'all of them are counted': {
        of: {
          heartbeat: 'unread',
          listingIncomplete: true,
          groups: [
            { unread: 'source' },
            { group: 'stock', unread: 'source' },
            { group: 'mail', unread: 'target', position: { checkpointAgoMs: SECOND } },
          ],
          unread: [unreadOf('broker 1', 'A'), unreadOf('broker 2', 'B')],
        },
        subject: { cluster: 'A' },
        evidence: { groupsOnSource: 2, groupsOnTarget: 1, listings: 1, topics: 1, error: 'REQUEST_TIMED_OUT' },
      },
    },
    quiet: {
      'a part that is not in scope': { heartbeat: 'off', connectOffsets: 'off', partition: { syncedAgoMs: SECOND } },
      'the checkpoints, which have a finding of their own': { checkpoints: 'unread' },
      'the source is down, which is told once': { down: 'source', listingIncomplete: true },
      'the target is down, which is told once': { down: 'target', listingIncomplete: true },
    },
  },

  REPLICATION_LOOP: {
    opens: {
      of: { flow: { policy: IDENTITY }, opposite: { policy: IDENTITY } },
      subject: { topic: 'orders' },
      evidence: { topics: 'orders', count: 1 },
      says: '1 topic is mirrored both ways under the identity policy: every record loops forever',
    },
    verdict: 'not-ready',
    before: { flow: { policy: IDENTITY } },
    alsoOpens: {
      'of many topics ten are named': {
        of: { flow: { policy: IDENTITY }, opposite: { policy: IDENTITY, topicsExclude: ['t1'] }, topics: topics(13) },
        subject: { topic: 'orders' },
        evidence: { topics: 'orders, t2, t3, t4, t5, t6, t7, t8, t9, t10', count: 12 },
      },
    },
    quiet: {
      'no opposite flow': { flow: { policy: IDENTITY } },
      'the opposite flow renames': { flow: { policy: IDENTITY }, opposite: {} },
      'this flow renames': { opposite: { policy: IDENTITY } },
      'the opposite flow leaves the topic out': {
        flow: { policy: IDENTITY },
        opposite: { policy: IDENTITY, topics: ['other'] },
      },
      'the opposite mirror is stopped': {
        flow: { policy: IDENTITY },
        opposite: { policy: IDENTITY },
        oppositeIsStopped: true,
      },
    },
  },
};
