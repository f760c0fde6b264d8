import { renderListJson, renderReplayJson } from '../../cli/verbs/reconcile/json.ts';
import type { ReplayPlan } from '../../shared/domain/reconcile/replay-plan.ts';
import type { UnmirroredPartition } from '../../shared/domain/reconcile/unmirrored.ts';

const range = { from: 5n, until: 9n, records: 4n, bytes: 80n, firstTime: 1_000n, lastTime: 2_000n };

const compared: UnmirroredPartition = {
  topic: 't',
  targetTopic: 't',
  partition: 0,
  source: { start: 0n, end: 9n, records: 9n },
  target: { start: 0n, until: 5n, end: 7n },
  boundary: 'failover-point',
  copied: 5n,
  withoutRecord: 0n,
  lost: [range, { ...range, firstTime: null, lastTime: null }],
  unknown: [{ from: 1n, until: 2n, records: 1n, reason: 'the target has deleted it' }],
  compacted: 0n,
  replayed: 0n,
  equalAfterPoint: 0n,
  keys: { distinct: 2n, without: 0n, superseded: 1n },
  notes: ['the source has deleted its records before offset 1'],
};

const notRead: UnmirroredPartition = {
  ...compared,
  source: null,
  target: null,
  boundary: 'log-end',
  lost: [],
  unknown: [{ from: 0n, until: 9n, records: null, reason: 'no broker answered' }],
  keys: { distinct: null, without: null, superseded: null },
  notes: [],
};

/** Lists as `tidemark.unmirrored/1`. */
export const UNMIRRORED_DOCUMENTS: readonly Iterable<string>[] = [
  renderListJson({
    flow: 'A->B',
    clusters: { source: 'a', target: 'b' },
    topics: [],
    failover: 'run',
    partitions: [
      {
        found: compared,
        superseded: [{ offset: 5n, key: 'aw==', timestamp: 1n, content: '', isTombstone: false, bytes: 1 }],
      },
      { found: notRead, superseded: null },
    ],
  }),
  renderListJson({
    flow: 'A->B',
    clusters: { source: null, target: null },
    topics: [],
    failover: null,
    partitions: [],
  }),
];

const written = {
  topic: 't',
  targetTopic: 't',
  sourceId: 's',
  targetId: 'u',
  partition: 0,
  ranges: [{ from: 5n, until: 9n }],
  records: 4n,
  bytes: 80n,
  digest: 'd',
  lookFrom: 7n,
  superseded: 1n,
};
const plan: ReplayPlan = {
  flow: 'A->B',
  source: { alias: 'A', clusterId: 'a' },
  target: { alias: 'B', clusterId: 'b' },
  failover: 'run',
  skipSuperseded: false,
  madeAt: 0,
  expiresAt: 1_000,
  partitions: [written, { ...written, sourceId: null, targetId: null, superseded: null }],
};
const result = { topic: 't', targetTopic: 't', partition: 0, planned: 4n, written: 3n, already: 1n };
const file = 'replay.json';

/** A plan, a refusal and a result as `tidemark.replay/1`. */
export const REPLAY_DOCUMENTS: readonly Iterable<string>[] = [
  renderReplayJson({
    plan,
    hash: 'h',
    file,
    leftOut: [{ topic: 't', partition: 0, offset: 6n, reason: 'a header has no value' }],
    unknown: [...compared.unknown, ...notRead.unknown].map((one) => ({ topic: 't', partition: 0, ...one })),
  }),
  renderReplayJson({ plan: null, hash: null, file, refusals: ['what was approved is not this plan'] }),
  renderReplayJson({
    plan: { ...plan, failover: null, target: { alias: 'B', clusterId: null } },
    hash: 'h',
    file,
    results: [
      { ...result, missing: 0n, twice: 0n, failure: null },
      { ...result, missing: null, twice: null, failure: 'no broker answered' },
    ],
  }),
];
