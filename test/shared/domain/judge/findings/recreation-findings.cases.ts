import type { RememberedFlow } from '../../../../../shared/domain/judge/observation.ts';
import type { PastCut } from '../../../../../shared/domain/mirror/breaks/cut.ts';
import { rememberedIds } from '../case-parts.ts';
import {
  AT,
  DAY,
  type FlowCase,
  HEALTHY_SYNCS,
  HOUR,
  MINUTE,
  type PartitionCase,
  type SyncCase,
} from '../case-shapes.ts';
import type { FindingFamilies } from './finding-family.ts';

const NO_GROUPS = { groups: [] } as const;
/** Somebody counted the records in front of what MM2 mirrored: all offsets hold one. */
const LOOKED = { holds: () => true, counted: true } as const;
/** The new topic has grown past where MM2 stood in the old one, which it does not notice. */
const REGROWN: PartitionCase = { source: [0n, 1_500n], firstRecordAgoMs: 10 * MINUTE, ...LOOKED };
/** MM2's first sync of the new source topic, so long ago. */
const mirrored = (agoMs: number): PartitionCase => ({
  ...REGROWN,
  firstRecordAgoMs: agoMs + HOUR,
  syncedAgoMs: agoMs + 2 * HOUR,
  syncs: [...HEALTHY_SYNCS, [1_400n, 1_100n, { agoMs }]],
  target: [0n, 1_101n],
});
const flagged = (agoMs: number, flag: 'newSource' | 'newTarget'): SyncCase => [
  1_400n,
  flag === 'newSource' ? 1_100n : 0n,
  { agoMs, [flag]: true },
];
const compared = (result: 'same' | 'different' | 'unknown'): FlowCase => ({
  partition: { ...REGROWN, records: { syncs: new Map([[2, result]]) } },
  ...NO_GROUPS,
});

/** What a broker without topic ids lets the history know: one of the logs was cut a minute ago. */
function cutBefore(side: 'source' | 'target'): RememberedFlow {
  const topic = side === 'source' ? 'orders' : 'A.orders';
  const cut: PastCut = { side, topic, partition: 0, at: 900n, reached: 1_001n, noticedAt: AT - MINUTE };
  return { ...rememberedIds({}), cuts: [cut] };
}

const SOURCE = 'orders is not the topic that was mirrored before';
const BY_ID = 'its topic id changed';
const BY_RECORDS =
  'a record it holds is younger than the sync that claims to have mirrored it, and differs on the target';
const SHORTER = 'it ends before offsets that MM2 has mirrored (recreated, or truncated by an unclean election)';
const DOUBT =
  'its records are younger than the syncs that claim to have mirrored them, and the records could not be compared';
const TARGET = 'A.orders is not the log that MM2 wrote to before';

/** A target log that went back: a sync of `agoMs` ago speaks of its begin. */
const restarted = (agoMs: number): PartitionCase => ({
  source: [0n, 1_002n],
  syncedAgoMs: agoMs + HOUR,
  firstRecordAgoMs: agoMs + 2 * HOUR,
  syncs: [...HEALTHY_SYNCS, [1_001n, 0n, { agoMs }]],
  target: [0n, 1n],
  ...LOOKED,
});

/** A target log that went back, after MM2's offset was reset: it began again, and wrote up to here. */
const mirroredAgain = (end: bigint): PartitionCase => ({
  ...restarted(HOUR),
  syncs: [...HEALTHY_SYNCS, [0n, 0n, { agoMs: HOUR }], [1_001n, 1_001n, { agoMs: MINUTE }]],
  target: [0n, end],
});

export const RECREATION_FINDINGS: FindingFamilies = {
  SOURCE_TOPIC_RECREATED: {
    opens: {
      of: {
        topic: { sourceId: 'two' },
        partition: REGROWN,
        remembered: rememberedIds({ source: 'one' }),
        ...NO_GROUPS,
      },
      subject: { topic: 'orders', partition: 0 },
      evidence: { partitions: 1, passedOver: 1_001n, topicId: 'two' },
      says: `${SOURCE}: ${BY_ID}; MM2 skipped 1001 of its records`,
    },
    verdict: 'not-ready',
    before: { topic: { sourceId: 'one' }, ...NO_GROUPS },
    // A day after MM2 began to mirror the new one.
    heals: { topic: { sourceId: 'two' }, partition: mirrored(DAY), ...NO_GROUPS },
    alsoOpens: {
      'the history tells of it for a day': {
        of: {
          partition: { ...mirrored(DAY), syncs: [...HEALTHY_SYNCS, flagged(DAY - 1, 'newSource')] },
          ...NO_GROUPS,
        },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, passedOver: 1_400n, topicId: null },
      },
      'the record of a sync differs on the target': {
        of: compared('different'),
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, passedOver: 1_001n, topicId: null },
        says: `${SOURCE}: ${BY_RECORDS}; MM2 skipped 1001 of its records`,
      },
      'another topic id, and of the syncs only those that the history has': {
        beside: ['SYNC_TOPIC_UNREADABLE'],
        of: {
          topic: { sourceId: 'two' },
          partition: REGROWN,
          remembered: rememberedIds({ source: 'one' }),
          syncs: 'unread',
          syncsKnown: true,
          ...NO_GROUPS,
        },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, passedOver: 1_001n, topicId: 'two' },
      },
      'it ends before what MM2 has mirrored': {
        of: { partition: { source: [0n, 1_000n] }, ...NO_GROUPS },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, passedOver: 0n, topicId: null },
        says: `${SOURCE}: ${SHORTER}; MM2 skipped 0 of its records`,
      },
      'it was cut off, and MM2 has gone on with it since': {
        of: {
          partition: {
            syncs: [...HEALTHY_SYNCS, [400n, 1_001n]],
            source: [0n, 500n],
            target: [0n, 1_002n],
            connect: 400n,
            ...LOOKED,
          },
          ...NO_GROUPS,
        },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, passedOver: 400n, topicId: null },
      },
      "it ends before Connect's offset, and there are no syncs": {
        of: { partition: { source: [0n, 1_000n], syncs: [], connect: 1_000n }, ...NO_GROUPS },
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, passedOver: 0n, topicId: null },
      },
      'milder: a doubt that could not be settled': {
        beside: ['RECORDS_UNACCOUNTED'],
        of: { partition: REGROWN, ...NO_GROUPS },
        severity: 'warning',
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, passedOver: 1_001n, topicId: null },
        says: `orders may not be the topic that was mirrored before: ${DOUBT}; the target lacks up to 1001 of its records`,
      },
      'milder: comparing told nothing': {
        beside: ['RECORDS_UNACCOUNTED'],
        of: compared('unknown'),
        severity: 'warning',
        subject: { topic: 'orders', partition: 0 },
        evidence: { partitions: 1, passedOver: 1_001n, topicId: null },
      },
      'the certain partitions are told of, and the worst of them is named': {
        beside: ['RECORDS_UNACCOUNTED'],
        of: {
          partitions: [
            REGROWN,
            { source: [0n, 1_000n] },
            { ...REGROWN, records: { syncs: new Map([[2, 'different']]) } },
            { ...REGROWN, source: [900n, 1_500n], records: { syncs: new Map([[2, 'different']]) } },
          ],
          ...NO_GROUPS,
        },
        subject: { topic: 'orders', partition: 2 },
        evidence: { partitions: 2, passedOver: 1_102n, topicId: null },
      },
      'a shorter log counts for more than a doubt': {
        beside: ['RECORDS_UNACCOUNTED'],
        of: { partitions: [REGROWN, { source: [0n, 1_000n] }], ...NO_GROUPS },
        subject: { topic: 'orders', partition: 1 },
        evidence: { partitions: 1, passedOver: 0n, topicId: null },
      },
    },
    quiet: {
      'the id that was remembered': { topic: { sourceId: 'one' }, remembered: rememberedIds({ source: 'one' }) },
      'an id that nobody remembers': { topic: { sourceId: 'two' }, remembered: rememberedIds({}) },
      'a broker that has no ids': { remembered: rememberedIds({ source: 'one' }) },
      'a day after MM2 began to mirror the new one': {
        partition: { ...mirrored(DAY), syncs: [...HEALTHY_SYNCS, flagged(DAY, 'newSource')] },
        ...NO_GROUPS,
      },
      'the record of a sync is the same on the target': compared('same'),
      'a log that ends right behind what MM2 has mirrored': { partition: { source: [0n, 1_001n] }, ...NO_GROUPS },
      'young records, of a log that could not be read': { partition: { ...REGROWN, source: 'unread' }, ...NO_GROUPS },
      'young records, if the first of them could not be read': {
        partition: { ...REGROWN, firstRecordAgoMs: 'unread' },
        ...NO_GROUPS,
      },
      'young records, if the target log could not be read': {
        partition: { ...REGROWN, target: 'unread' },
        ...NO_GROUPS,
      },
      'a log that an earlier audit saw cut, and that MM2 has not reached again': {
        partition: { source: [0n, 1_000n] },
        remembered: cutBefore('source'),
        ...NO_GROUPS,
      },
      'a log that was cut since the last audit, which has a finding of its own': {
        topic: { sourceId: 'one' },
        partition: { source: [0n, 900n] },
        remembered: rememberedIds({ source: 'one' }),
        ...NO_GROUPS,
      },
    },
  },

  TARGET_TOPIC_RECREATED: {
    opens: {
      of: {
        topic: { targetId: 'two' },
        partition: { target: [0n, 0n], ...LOOKED },
        remembered: rememberedIds({ target: 'one' }),
        ...NO_GROUPS,
      },
      subject: { topic: 'A.orders', partition: 0 },
      evidence: { partitions: 1, missing: 1_001n, topicId: 'two' },
      says: `${TARGET}: 1001 of the records mirrored earlier are no longer there`,
    },
    verdict: 'not-ready',
    before: { topic: { targetId: 'one' }, ...NO_GROUPS },
    heals: { topic: { targetId: 'two' }, partition: restarted(DAY), ...NO_GROUPS },
    alsoOpens: {
      'a sync speaks of the begin of the log again': {
        of: { partition: restarted(DAY - 1), ...NO_GROUPS },
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { partitions: 1, missing: 1_001n, topicId: null },
      },
      'the log ends before a record that a sync speaks of': {
        of: { partition: { target: [0n, 1_000n], ...LOOKED }, ...NO_GROUPS },
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { partitions: 1, missing: 1n, topicId: null },
      },
      'MM2 has mirrored all of it again': {
        of: { partition: mirroredAgain(1_002n), ...NO_GROUPS },
        severity: 'info',
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { partitions: 1, missing: 0n, topicId: null },
      },
      'MM2 has mirrored all of one partition again, and of another nobody can say': {
        of: { partitions: [mirroredAgain(1_002n), { ...mirroredAgain(1_002n), source: 'unread' }], ...NO_GROUPS },
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { partitions: 2, missing: null, topicId: null },
        beside: ['PARTITIONS_UNREADABLE'],
      },
      'MM2 has mirrored again all but the last record': {
        of: { partition: mirroredAgain(1_001n), ...NO_GROUPS },
        subject: { topic: 'A.orders', partition: 0 },
        evidence: { partitions: 1, missing: 1n, topicId: null },
      },
      'in several partitions, the worst named': {
        of: {
          partitions: [
            { target: [0n, 1_000n], ...LOOKED },
            {},
            { target: [0n, 500n], ...LOOKED },
            { target: [0n, 900n], ...LOOKED },
          ],
          ...NO_GROUPS,
        },
        subject: { topic: 'A.orders', partition: 2 },
        evidence: { partitions: 3, missing: 603n, topicId: null },
      },
    },
    quiet: {
      'the id that was remembered': { topic: { targetId: 'one' }, remembered: rememberedIds({ target: 'one' }) },
      'an id that nobody remembers': { topic: { targetId: 'two' }, remembered: rememberedIds({}) },
      'a broker that has no ids': { remembered: rememberedIds({ target: 'one' }) },
      'a day after MM2 began to write to the new log': { partition: restarted(DAY), ...NO_GROUPS },
      'a log that ends right behind the newest sync': { partition: { target: [0n, 1_001n] }, ...NO_GROUPS },
      'a log that an earlier audit saw cut, and that ends before a sync': {
        partition: { target: [0n, 1_000n], ...LOOKED },
        remembered: cutBefore('target'),
        ...NO_GROUPS,
      },
      'a log that was cut since the last audit, which has a finding of its own': {
        topic: { targetId: 'one' },
        partition: { target: [0n, 900n], ...LOOKED },
        remembered: rememberedIds({ target: 'one' }),
        ...NO_GROUPS,
      },
      'a topic that is not there: TOPIC_NOT_MIRRORED says so': {
        topic: { notOnTarget: true },
        remembered: rememberedIds({ target: 'one' }),
        ...NO_GROUPS,
      },
    },
  },
};
