import { describe, expect, test } from '@jest/globals';
import { DEFAULT_AUDIT_POLICY } from '../../../../shared/domain/judge/audit-policy.ts';
import { judgeFlow } from '../../../../shared/domain/judge/judge-flow.ts';
import type { FlowObservation } from '../../../../shared/domain/judge/observation.ts';
import { partitionStates, withEvidence } from '../../../../shared/domain/judge/partition-state.ts';
import { planProbes, recordEvidence } from '../../../../shared/domain/judge/probes.ts';
import { holeKey, type RecordEvidence } from '../../../../shared/domain/judge/record-evidence.ts';
import { read } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import type { FlowReport } from '../../../../shared/domain/model/report.ts';
import { countedLook } from './case-parts.ts';
import { onePartition, type Syncs } from './one-partition.ts';

interface Case {
  readonly syncs: Syncs;
  readonly source: readonly [start: bigint, end: bigint, lastStable?: bigint];
  readonly target: readonly [start: bigint, end: bigint];
  /** Source offsets that hold a record; all of the log where absent. */
  readonly records?: (offset: bigint) => boolean;
  readonly connect?: bigint;
  readonly committed?: boolean;
  /** Ids that an earlier audit saw; those of now are `source-1` and `target-1`. */
  readonly before?: { readonly source?: string; readonly target?: string };
}

const AT = 1_000_000;

function observed(of: Case): FlowObservation {
  const { observation, topic } = onePartition({ syncs: of.syncs, at: AT, syncedAt: AT - 500 });
  const log = (start: bigint, end: bigint, stable = end) =>
    read({ start, highWatermark: end, lastStableOffset: stable });
  const connect = new PartitionMap<{ offset: bigint; timestamp: bigint }>();
  if (of.connect !== undefined) connect.set('t', 0, { offset: of.connect, timestamp: BigInt(AT - 400) });
  const seen = (name: string, id: string | undefined) =>
    new Map(id === undefined ? [] : [[name, { id, seenAt: AT - 1_000 }]]);
  return {
    ...observation,
    flow: { ...observation.flow, isolationLevel: of.committed === true ? 'read_committed' : 'read_uncommitted' },
    topics: [
      {
        ...topic,
        sourceId: 'source-1',
        targetId: 'target-1',
        source: [log(...of.source)],
        target: [log(...of.target)],
        firstRecords: [read({ offset: of.source[0], timestamp: 0n })],
      },
    ],
    connectOffsets: of.connect === undefined ? { kind: 'off' } : { kind: 'read', value: connect },
    remembered:
      of.before === undefined
        ? null
        : {
            readAt: { source: AT - 1_000, target: AT - 1_000 },
            topics: { source: seen('t', of.before.source), target: seen('A.t', of.before.target) },
            cuts: [],
            sourceEnd: () => null,
            sourceEpoch: () => null,
            syncs: () => null,
            syncsRead: true,
            doubts: () => false,
            readsSource: () => true,
            targetEnd: () => null,
          },
  };
}

/** Audits with every look that the probes ask for, answered by what the source holds. */
function audited(of: Case): FlowReport {
  const observation = observed(of);
  const states = partitionStates(observation);
  const holds = of.records ?? (() => true);
  const answers = planProbes(observation, states, 100).map((probe) => {
    const { offset, until, isolation } = probe.source;
    const stable = of.source[2] ?? of.source[1];
    const end = isolation === 'read_committed' && stable < until ? stable : until;
    let at = offset;
    while (at < end && !holds(at)) at++;
    const record = at < end ? { offset: at, timestamp: 1n, key: null, value: null, headers: [] } : null;
    const scannedTo = record === null ? end : at + 1n;
    return { probe, source: read({ record, scannedTo, abortedTransactions: [] }), target: null };
  });
  const looked = withEvidence(observation, states, recordEvidence(answers));
  const counted = new PartitionMap<RecordEvidence>();
  for (const { records, replication } of looked) {
    const holes = new Map(records.holes);
    for (const hole of replication?.holes ?? []) {
      if (hole.isPlace || hole.until - hole.from > 20_000n) continue;
      holes.set(holeKey(hole), countedLook(hole, holds));
    }
    counted.set('t', 0, { holes });
  }
  return judgeFlow(observation, withEvidence(observation, looked, counted), DEFAULT_AUDIT_POLICY);
}

function summary(of: Case) {
  const { partitions, loss, findings, verdict } = audited(of);
  const [partition] = partitions;
  return {
    verdict,
    lag: partition?.lag.kind === 'known' ? partition.lag.records : null,
    missing: partition?.missing,
    loss: loss.kind === 'known' ? [loss.records, loss.basis] : null,
    findings: findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code),
  };
}

describe('lag and loss count what the present target log lacks', () => {
  test('MM2 jumped ahead: what it passed over is missing, not mirrored', () => {
    const jumped = {
      syncs: [
        [0n, 0n],
        [99n, 99n],
        [780_100n, 100n],
        [780_199n, 199n],
      ],
      source: [0n, 780_200n],
      target: [0n, 200n],
    } as const;
    expect(summary(jumped)).toEqual({
      verdict: 'not-ready',
      lag: 0n,
      missing: 780_000n,
      loss: [780_000n, 'estimated'],
      findings: expect.arrayContaining(['RECORDS_NEVER_MIRRORED', 'LOSS_OVER_LIMIT']),
    });
  });

  test('the same gap without a record in it is no loss', () => {
    const purged = {
      syncs: [
        [0n, 0n],
        [99n, 99n],
        [780_100n, 100n],
        [780_199n, 199n],
      ],
      source: [0n, 780_200n],
      target: [0n, 200n],
      records: (offset: bigint) => offset < 100n || offset >= 780_100n,
    } as const;
    expect(summary(purged)).toMatchObject({ verdict: 'ready', lag: 0n, missing: 0n, loss: [0n, 'proven'] });
  });

  test("the target's tail was cut: what MM2 acknowledged behind it is missing", () => {
    const cut = {
      syncs: [
        [0n, 0n],
        [505n, 505n],
        [999n, 999n],
      ],
      source: [0n, 1_000n],
      target: [0n, 900n],
      connect: 999n,
      before: { source: 'source-1', target: 'target-1' },
    } as const;
    const { missing, findings, lag } = summary(cut);
    expect([lag, missing]).toEqual([0n, 100n]);
    expect(findings).toEqual(expect.arrayContaining(['TARGET_LOG_CUT', 'RECORDS_NEVER_MIRRORED']));
  });

  test('MM2 goes on behind the cut: the gap stays missing, what lies below the cut holds', () => {
    const cut = {
      syncs: [
        [0n, 0n],
        [505n, 505n],
        [999n, 999n],
        [1_000n, 900n],
        [1_099n, 999n],
      ],
      source: [0n, 1_100n],
      target: [0n, 1_000n],
      before: { source: 'source-1', target: 'target-1' },
    } as const;
    const { missing, lag } = summary(cut);
    expect([lag, missing]).toEqual([0n, 100n]);
  });

  test('re-mirroring into a recreated target: what has come counts, what has not waits', () => {
    const again = {
      syncs: [
        [0n, 0n],
        [1_199_999n, 1_199_999n],
        [0n, 0n],
        [499_999n, 499_999n],
      ],
      source: [0n, 1_200_000n],
      target: [0n, 500_000n],
    } as const;
    expect(summary(again)).toMatchObject({ lag: 700_000n, missing: 0n, loss: [700_000n, 'proven'] });
  });

  test('after it is complete nothing is missing', () => {
    const again = {
      syncs: [
        [0n, 0n],
        [1_199_999n, 1_199_999n],
        [0n, 0n],
        [1_199_999n, 1_199_999n],
      ],
      source: [0n, 1_200_000n],
      target: [0n, 1_200_000n],
      connect: 1_199_999n,
    } as const;
    expect(summary(again)).toMatchObject({ lag: 0n, missing: 0n });
  });

  test('behind the last stable offset nothing is on the target of a read_committed mirror', () => {
    const open = {
      syncs: [[999n, 999n]],
      source: [0n, 1_001_000n, 1_000n],
      target: [0n, 1_000n],
      connect: 999n,
      committed: true,
    } as const;
    expect(summary(open)).toMatchObject({ verdict: 'not-ready', lag: 1_000_000n, loss: [1_000_000n, 'estimated'] });
  });

  test('a topic that is purged right after it was mirrored has lost nothing', () => {
    // The flush has acknowledged 50 only; the target holds 100.
    const purged = { syncs: [[49n, 49n]], source: [100n, 100n], target: [0n, 100n], connect: 49n } as const;
    expect(summary(purged)).toMatchObject({ lag: 0n, missing: 0n, findings: [] });
  });

  test('records written again after a kill are neither lag nor missing', () => {
    const killed = {
      syncs: [
        [0n, 0n],
        [2_699n, 2_699n],
        [2_450n, 2_700n],
      ],
      source: [0n, 2_700n],
      target: [0n, 2_701n],
      connect: 2_449n,
    } as const;
    expect(summary(killed)).toMatchObject({ lag: 0n, missing: 0n });
  });

  test('the source was cut by an unclean election: below the cut everything stands as before', () => {
    const cut = {
      syncs: [
        [0n, 0n],
        [505n, 505n],
        [999n, 999n],
      ],
      source: [0n, 950n],
      target: [0n, 1_000n],
      connect: 999n,
      before: { source: 'source-1', target: 'target-1' },
    } as const;
    const { findings, lag, missing } = summary(cut);
    expect(findings).toContain('SOURCE_LOG_CUT');
    expect(findings).not.toContain('SOURCE_TOPIC_RECREATED');
    expect([lag, missing]).toEqual([0n, 0n]);
  });
});

describe('what could not be read lowers the verdict', () => {
  const healthy = { syncs: [[99n, 99n]], source: [0n, 100n], target: [0n, 100n], connect: 99n } as const;
  const judged = (change: (observation: FlowObservation) => FlowObservation) => {
    const observation = change(observed(healthy));
    return judgeFlow(observation, partitionStates(observation), DEFAULT_AUDIT_POLICY);
  };
  const failure = {
    what: 'commits of g',
    cluster: 'A',
    error: 'COORDINATOR_NOT_AVAILABLE',
    message: 'no coordinator',
    retriable: true,
  };

  test('a flow that was read as a whole is ready', () => {
    expect(judged((observation) => observation).verdict).toBe('ready');
  });

  test('commits of a group that could not be read', () => {
    const listing = { group: 'g', state: 'Empty', type: 'classic', protocolType: '' } as const;
    const report = judged((observation) => ({
      ...observation,
      groups: [{ listing, committed: { kind: 'unread', unread: failure }, checkedAt: AT }],
      unread: [failure],
    }));
    expect(report.verdict).toBe('at-risk');
    expect(report.reasons).toEqual(['AUDIT_INCOMPLETE']);
  });

  test('groups that were not all listed', () => {
    const report = judged((observation) => ({ ...observation, listingComplete: false, unread: [failure] }));
    expect([report.verdict, report.reasons]).toEqual(['at-risk', ['AUDIT_INCOMPLETE']]);
  });
});

test('heartbeats of another flow that stopped do not stop this one while it mirrors', () => {
  const observation = observed({ syncs: [[99n, 99n]], source: [0n, 100n], target: [0n, 100n], connect: 99n });
  const newest = BigInt(AT - 3_600_000);
  const silent: FlowObservation = { ...observation, heartbeat: { kind: 'read', value: { newest, steadySince: null } } };
  const { findings } = judgeFlow(silent, partitionStates(silent), DEFAULT_AUDIT_POLICY);
  expect(findings.map(({ code }) => code)).not.toContain('MIRROR_STOPPED');
});
