/*
 * What Tidemark once said wrongly, and the test that holds what is right. Paths are below test/.
 *
 * | claim | test |
 * |---|---|
 * | source cut: group at 500, "topic id changed", loss 950, restore as of before it, MM2 down meanwhile | known-cases/logs; shared/domain/mirror/cut-edge |
 * | target begins at 5000, and `restore plan --verify` | known-cases/logs; judge/findings/group-findings GROUP_RECORDS_EXPIRED |
 * | re-mirroring, half and complete | known-cases/logs; judge/accounting |
 * | jump by `latest`, target tail cut | judge/accounting |
 * | lost Connect offsets | known-cases/logs |
 * | coordinator dies, commits that cannot be read, stale positions in the history | shared/audit/known-cases; judge/verdict |
 * | open transaction under read_committed | judge/accounting; judge/findings/missing-findings SOURCE_TRANSACTION_OPEN |
 * | old heartbeat beside a new sync, heartbeat interval of 60 s | judge/accounting; judge/liveness |
 * | the gate MM2_SYNCS_GROUPS with an old heartbeat | shared/domain/restore/decide-restore |
 * | purged topic, old CreateTime on an idle topic, first records aborted | known-cases/logs; judge/accounting |
 * | header transform, producers ahead, auditor's clock ahead, doubted mapping as of a time | known-cases/mapping |
 * | restart whose first sync is lost | known-cases/mapping; judge/refuted-mapping; shared/domain/compare/clear-tail |
 * | compacted source with equal records, two groups together; transforms and refutations | shared/domain/compare/mistaken-identity |
 * | exactly-once switched on later | known-cases/mapping |
 * | syncs of A->B and B->A in one topic | shared/audit/known-cases; judge/findings/flow-findings SYNC_TOPIC_UNREADABLE |
 * | Connect offsets of two connectors | shared/domain/mirror/connect-positions |
 * | one cluster refuses or hangs | shared/audit/side-by-side |
 * | a timeout is not a dead cluster, everything unknown is not at risk | known-cases/mapping; shared/audit/known-cases; judge/verdict |
 * | the same cluster as both sides, `translate --offset` beyond the log | shared/audit/known-cases |
 * | MM2 killed: GROUP_SYNC_REFUSED | known-cases/mapping |
 * | `watch` and unknown partitions | cli/verbs/watch/output |
 * | Java patterns | shared/domain/mirror/java-pattern-against-java |
 * | hostile names and bytes | cli/output/hostile-names; shared/domain/model/shell-word; shared/adapters/kafka/hostile-*, records/*, connection/frame-guard; shared/config/hostile-config |
 */
import { describe, expect, test } from '@jest/globals';
import { nextState } from '../../../../../shared/domain/history/next-state.ts';
import { observationAsOf } from '../../../../../shared/domain/history/observation-as-of.ts';
import { judgeFlow } from '../../../../../shared/domain/judge/judge-flow.ts';
import { partitionStates, withEvidence } from '../../../../../shared/domain/judge/partition-state.ts';
import { planProbes, recordEvidence } from '../../../../../shared/domain/judge/probes.ts';
import type { LogRecord } from '../../../../../shared/domain/model/cluster.ts';
import { read } from '../../../../../shared/domain/model/outcome.ts';
import type { FlowReport } from '../../../../../shared/domain/model/report.ts';
import { peek } from '../case-parts.ts';
import { AT, DAY, type FlowCase, HOUR, MINUTE, SECOND, type SyncCase } from '../case-shapes.ts';
import { flowCase } from '../flow-case.ts';
import { auditsInARow, codesOf, judge } from '../judge-case.ts';
import { landing, printedGroups } from '../printed-groups.ts';

const tidemarkOf = (report: FlowReport | undefined) =>
  report === undefined ? null : printedGroups(report)[0]?.tidemark;

describe('clocks', () => {
  const IDS = { sourceId: 'source-1', targetId: 'target-1' };
  const first: SyncCase = [99n, 99n, { agoMs: MINUTE }];

  test("the auditor's clock is 30 s ahead of MM2's: syncs since the topic was recreated are not void", () => {
    const before: FlowCase = {
      topic: IDS,
      partition: { syncs: [first], source: [0n, 100n], target: [0n, 100n] },
      groups: [],
    };
    const recreated: FlowCase = {
      topic: { ...IDS, sourceId: 'source-2' },
      partition: {
        // MM2 wrote these after the audit before, although its clock says that it was earlier.
        syncs: [first, [0n, 100n, { agoMs: MINUTE + 25 * SECOND }], [49n, 149n, { agoMs: MINUTE + 5 * SECOND }]],
        source: [0n, 50n],
        target: [0n, 150n],
        firstRecordAgoMs: 2 * MINUTE,
      },
      position: { committed: 20n, onTarget: 120n, checkpoint: 120n },
    };
    const [, audit] = auditsInARow([before, recreated]);
    expect(tidemarkOf(audit?.report)).toMatchObject({ position: 120n, proof: 'exact' });
    expect(codesOf(audit?.report ?? judge())).toContain('SOURCE_TOPIC_RECREATED');
  });

  test("the auditor's clock is 30 s ahead: new syncs of the same topic are in use, and nothing is reported", () => {
    const partition = (...syncs: SyncCase[]) => ({ syncs, source: [0n, 200n], target: [0n, 200n] }) as const;
    const audits = auditsInARow([
      { topic: IDS, partition: { ...partition(first), source: [0n, 100n], target: [0n, 100n] }, groups: [] },
      {
        topic: IDS,
        partition: partition(first, [199n, 199n, { agoMs: MINUTE + 20 * SECOND }]),
        position: { committed: 150n, onTarget: 150n, checkpoint: 150n },
      },
    ]);
    expect(tidemarkOf(audits[1]?.report)).toMatchObject({ position: 150n, proof: 'exact' });
    expect(codesOf(audits[1]?.report ?? judge())).toEqual([]);
  });

  /** Producers are 5 s ahead of MM2: the oldest record left is younger than the syncs of the first seconds. */
  const ahead: FlowCase = {
    partition: {
      syncs: [
        [0n, 0n, { agoMs: 10 * SECOND }],
        [410n, 410n, { agoMs: 9 * SECOND }],
        [411n, 411n, { agoMs: 4 * SECOND }],
        [999n, 999n, { agoMs: SECOND }],
      ],
      source: [0n, 1_000n],
      target: [0n, 1_000n],
      firstRecordAgoMs: 5 * SECOND,
    },
    position: { committed: 0n, onTarget: 0n, checkpoint: 0n },
  };
  const record = (offset: bigint, change: Partial<LogRecord> = {}): LogRecord => {
    const headers = [{ key: 'trace', value: null }];
    return {
      offset,
      timestamp: BigInt(AT) + offset,
      key: null,
      value: Buffer.from(`record ${offset}`),
      headers,
      ...change,
    };
  };
  /** What an audit says whose looks find `change` on the target. */
  const looked = (of: FlowCase, change: Partial<LogRecord>): FlowReport => {
    const { observation, states, policy } = flowCase(of);
    const answers = planProbes(observation, states, 100).map((probe) => ({
      probe,
      source: read(peek(record(probe.source.offset))),
      target: probe.target === null ? null : read(peek(record(probe.target.offset, change))),
    }));
    const found = withEvidence(observation, states, recordEvidence(answers));
    expect(observation.at).toBe(AT);
    return judgeFlow(observation, found, policy);
  };

  test.each<[string, Partial<LogRecord>]>([
    ['adds headers', { headers: [] }],
    [
      'drops headers',
      {
        headers: [
          { key: 'trace', value: null },
          { key: 'via', value: null },
        ],
      },
    ],
    ['changes values', { value: Buffer.from('masked') }],
  ])(
    'producers 5 s ahead, and a transform that %s: doubt at most, no page, and no position that skips',
    (_, change) => {
      const report = looked(ahead, change);
      expect(report.findings.filter(({ severity }) => severity === 'critical')).toEqual([]);
      expect(tidemarkOf(report)).toMatchObject({ position: 0n, skipAtMost: 0n });
    },
  );

  test('producers 5 s ahead, and the records are equal: nothing is doubted', () => {
    const report = looked(ahead, {});
    expect(codesOf(report)).not.toContain('SOURCE_TOPIC_RECREATED');
    expect(tidemarkOf(report)).toMatchObject({ position: 0n, proof: 'exact' });
  });

  test('a doubted mapping is as void as of the same moment as it is live', () => {
    const of: FlowCase = { ...ahead, position: { committed: 200n, onTarget: 200n, checkpoint: 200n } };
    const { observation, states, policy } = flowCase(of);
    const live = judgeFlow(observation, states, policy);
    expect(live.reasons).toContain('SOURCE_TOPIC_RECREATED');
    expect(tidemarkOf(live)).toMatchObject({ proof: 'conservative', position: 0n });
    const state = nextState(null, observation, states, live);
    const then = observationAsOf(observation.flow, { state, heldUntil: AT }, 'mm2-offset-syncs.B.internal');
    const asOf = judgeFlow(then, partitionStates(then), policy);
    expect(tidemarkOf(asOf)).toMatchObject({ proof: 'conservative', position: 0n });
  });
});

describe('records that MM2 wrote again', () => {
  const restart: readonly SyncCase[] = [
    [0n, 0n],
    [2_699n, 2_699n],
    [2_700n, 2_950n],
    [2_999n, 3_249n],
  ];
  const partition = { syncs: restart, source: [0n, 3_000n], target: [0n, 3_250n] } as const;

  test('exactly-once was switched on later: what was written again before that is still counted', () => {
    const before = landing(partition, 2_600n);
    expect(before).toMatchObject({ position: 2_600n, rereadAtMost: 150n });
    // Before the sync at 2,699 as after it, markers may hide gaps.
    expect(landing(partition, 2_600n, { flow: { exactlyOnce: true } })).toMatchObject({
      position: 1n,
      rereadAtMost: 2_698n + 150n,
    });
  });

  // 250 offsets beyond 301 records can be markers of transactions. But the 2,699 records before have none.
  test('the same where the first sync after the restart came as late as that', () => {
    const late = { ...partition, syncs: restart.filter(([upstream]) => upstream !== 2_700n) };
    for (const flow of [{}, { exactlyOnce: true }]) {
      expect(landing(late, 2_699n, { flow })).toMatchObject({ rereadAtMost: 249n });
    }
    expect(landing(late, 2_600n)).toMatchObject({ rereadAtMost: 150n });
    expect(landing(late, 2_600n, { flow: { exactlyOnce: true } })).toMatchObject({ rereadAtMost: 2_698n + 150n });
  });

  test('markers alone are no records that were written again', () => {
    const markers: readonly SyncCase[] = [
      [0n, 0n],
      [100n, 105n],
      [200n, 210n],
    ];
    const of = { syncs: markers, source: [0n, 201n], target: [0n, 211n] } as const;
    expect(landing(of, 100n, { flow: { exactlyOnce: true } })).toMatchObject({ proof: 'exact', rereadAtMost: 0n });
  });

  test('a restart whose first sync is lost: a reckoning that was refuted reaches the translation', () => {
    const lost = { source: [0n, 1_101n], target: [0n, 1_101n] } as const;
    expect(landing(lost, 900n)).toMatchObject({ proof: 'exact' });
    expect(landing({ ...lost, records: { reckoning: 'refuted' } }, 900n)).toMatchObject({
      proof: 'bounded',
      rereadAtMost: 100n,
    });
  });
});

describe('what MM2 was alive to do', () => {
  const behind = { committed: 1_000n, onTarget: 900n, checkpoint: 1_000n, checkpointAgoMs: 5 * MINUTE };
  const killed = (agoMs: number): FlowCase => ({
    heartbeat: 'none',
    partition: { syncedAgoMs: agoMs, connectAgoMs: agoMs },
    position: behind,
  });

  test('MM2 was killed between a checkpoint and the commit: nobody refused anything', () => {
    expect(codesOf(judge(killed(5 * MINUTE)))).not.toContain('GROUP_SYNC_REFUSED');
    expect(codesOf(judge({ ...killed(5 * MINUTE), heartbeat: { agoMs: 5 * MINUTE } }))).not.toContain(
      'GROUP_SYNC_REFUSED',
    );
    expect(
      codesOf(
        judge({
          ...killed(20 * SECOND),
          heartbeat: { agoMs: 20 * SECOND },
          position: { ...behind, checkpointAgoMs: 60 * SECOND },
        }),
      ),
    ).not.toContain('GROUP_SYNC_REFUSED');
  });

  test('MM2 worked on for long enough, and the commit did not come', () => {
    expect(codesOf(judge(killed(SECOND)))).toContain('GROUP_SYNC_REFUSED');
    expect(codesOf(judge({ position: behind }))).toContain('GROUP_SYNC_REFUSED');
  });

  test('nothing of MM2 is known: no diagnosis', () => {
    const silent: FlowCase = {
      heartbeat: 'none',
      partition: { connect: null, syncedAgoMs: 2 * HOUR },
      position: { ...behind, checkpointAgoMs: DAY },
    };
    expect(codesOf(judge({ ...silent, partition: { ...silent.partition, syncedAgoMs: 2 * DAY } }))).not.toContain(
      'GROUP_SYNC_REFUSED',
    );
  });
});

describe('sides that could not be read', () => {
  const healthy: FlowCase = {};
  const judgedAfter = (of: FlowCase) => auditsInARow([healthy, of])[1]?.report ?? judge();

  test('a source that is down, with a history: at risk by what is known', () => {
    const report = judgedAfter({ down: 'source', syncsKnown: true });
    expect([report.verdict, report.loss.kind]).toEqual(['at-risk', 'unknown']);
  });

  test.each<[string, FlowCase]>([
    ['and no group', { groups: [] }],
    [
      'and no position of any group',
      { position: { onTarget: null, checkpoint: null }, syncs: 'missing', checkpoints: 'missing' },
    ],
  ])('a source that is down %s: CLUSTER_UNREACHABLE with everything unknown is unknown', (_, of) => {
    // The first audit has read both sides, so that there is a history, but of no group.
    const report = auditsInARow([
      { ...of, groups: [] },
      { ...of, flow: { emitOffsetSyncs: false }, syncs: 'off', down: 'source' },
    ])[1]?.report;
    expect(report?.reasons).toContain('CLUSTER_UNREACHABLE');
    expect(report?.loss.kind).toBe('unknown');
    expect(report?.verdict).toBe('unknown');
  });

  test('neither side answers: unknown', () => {
    const report = judgedAfter({ down: 'both' });
    expect([report.verdict, report.loss.kind]).toEqual(['unknown', 'unknown']);
  });

  test.each(['source', 'target', 'both'] as const)(
    '%s: the time was over first: incomplete and unknown, not unreachable',
    (down) => {
      const report = judgedAfter({ down, downError: 'DEADLINE_EXCEEDED' });
      expect(report.verdict).toBe('unknown');
      expect(report.reasons).toContain('AUDIT_INCOMPLETE');
      expect(report.reasons).not.toContain('CLUSTER_UNREACHABLE');
    },
  );

  test('one side is dead and the other was not attempted: both are said', () => {
    const { observation, states, policy } = flowCase({ down: 'both' });
    const { sourceDown } = observation;
    const late = { ...observation, sourceDown: sourceDown && { ...sourceDown, error: 'DEADLINE_EXCEEDED' } };
    const report = judgeFlow(late, states, policy);
    expect([report.verdict, report.reasons]).toEqual(['unknown', ['CLUSTER_UNREACHABLE', 'AUDIT_INCOMPLETE']]);
  });
});
