import { describe, expect, test } from '@jest/globals';
import { topicFindings } from '../../../../../shared/domain/judge/findings/topic-findings.ts';
import type { PartitionState } from '../../../../../shared/domain/judge/partition-state.ts';
import { PartitionMapping } from '../../../../../shared/domain/mirror/mapping.ts';
import { peek, record } from '../case-parts.ts';
import { AT, HEALTHY_SYNCS, HOUR, MINUTE, type PartitionCase, SECOND } from '../case-shapes.ts';
import { flowCase } from '../flow-case.ts';
import { auditsInARow } from '../judge-case.ts';
import { describeFamilies } from './finding-family.ts';
import { TOPIC_FINDINGS } from './topic-findings.cases.ts';

describeFamilies(TOPIC_FINDINGS);

/** What is found of one topic, where more is known of its partitions than a case can say. */
function found(partitions: readonly PartitionCase[], more: (state: PartitionState) => Partial<PartitionState>) {
  const { observation, states, policy } = flowCase({ partitions, groups: [] });
  const [first] = states;
  if (first === undefined) throw new Error('a case with a partition');
  const known = states.map((state) => ({ ...state, ...more(state) }));
  const liveness = { state: 'alive', lastSign: AT, sign: 'heartbeat', steadySince: null } as const;
  return topicFindings(observation, first.topic, known, liveness, policy);
}

describe('MIRROR_STALLED where a cut made the syncs void, so that the target may have what waits', () => {
  /** A record of an hour ago waits. */
  const waiting = (movedMs: number, connect: bigint | null): PartitionCase => ({
    source: [0n, 1_051n],
    syncedAgoMs: movedMs,
    connectAgoMs: movedMs,
    connect,
    records: { waiting: { from: 1_001n, peek: peek(record(1_001n, AT - HOUR)) } },
  });
  const mayHaveJustCome = waiting(3 * MINUTE, null);
  const stalled = (...partitions: readonly PartitionCase[]) => {
    const findings = found(partitions, ({ history }) => {
      if (history === null) throw new Error('a partition with syncs');
      const cut = history.copy();
      cut.breakBeforeNext('hole');
      return { history: cut, mapping: new PartitionMapping({ history: cut, target: { start: 0n, end: 1_001n } }) };
    });
    const { severity, message } = findings.find(({ code }) => code === 'MIRROR_STALLED') ?? {};
    return [severity, message];
  };
  const OLD = 'MM2 is alive, but records of orders wait that are 3600 s old by their timestamps; ';

  test.each<[string, readonly PartitionCase[], 'critical' | 'warning', string]>([
    [
      'Connect tells what waits for certain',
      [waiting(2 * HOUR, 1_000n)],
      'critical',
      'MM2 is alive, but records of orders have waited 3600 s (1 partition)',
    ],
    ['nothing tells it', [waiting(2 * HOUR, null)], 'warning', `${OLD}the target may have them (1 partition)`],
    [
      'nothing tells it, and of another partition they may have just come',
      [mayHaveJustCome, waiting(2 * HOUR, null)],
      'warning',
      `${OLD}the target may have them (2 partitions)`,
    ],
    ['they may have just come', [mayHaveJustCome], 'warning', `${OLD}they may have just come (1 partition)`],
  ])('%s', (_, partitions, severity, message) => {
    expect(stalled(...partitions)).toEqual([severity, message]);
  });
});

test('MIRROR_STALLED is a warning at the first audit, critical at the next one, and closes when MM2 moves', () => {
  // An hour old by their time, and MM2 moved three minutes ago: they may have just come.
  const old: PartitionCase = {
    source: [0n, 1_051n],
    syncedAgoMs: 3 * MINUTE,
    connectAgoMs: 3 * MINUTE,
    records: { waiting: { from: 1_001n, peek: peek(record(1_001n, AT - HOUR)) } },
  };
  const mirrored: PartitionCase = {
    source: [0n, 1_051n],
    target: [0n, 1_051n],
    syncs: [...HEALTHY_SYNCS, [1_050n, 1_050n, { agoMs: SECOND }]],
  };
  const audits = auditsInARow([{ partition: old }, { partition: old }, { partition: mirrored }]);
  const severities = audits.map(({ report }) => {
    return report.findings.find(({ code }) => code === 'MIRROR_STALLED')?.severity ?? null;
  });
  expect(severities).toEqual(['warning', 'critical', null]);
});

test('FOREIGN_WRITES counts nothing for a cut of the target log that this audit found', () => {
  const foreign: PartitionCase = {
    syncs: [
      [0n, 0n],
      [100n, 130n],
      [1_000n, 1_030n],
    ],
    target: [0n, 1_031n],
  };
  const records = (side: 'source' | 'target') => {
    const findings = found([foreign], () => ({ cuts: [{ side, at: 500n, reached: 510n }] }));
    return findings.find(({ code }) => code === 'FOREIGN_WRITES')?.evidence.records;
  };
  expect([records('source'), records('target')]).toEqual([20n, 30n]);
});

test('TARGET_TOPIC_RECREATED is an info only where it is known how far MM2 is in the new log', () => {
  const severity = (more: Partial<NonNullable<PartitionState['replication']>>) => {
    const findings = found([{}], ({ replication }) => {
      if (replication === null) throw new Error('a source that was read');
      return { targetRecreatedById: true, replication: { ...replication, ...more } };
    });
    return findings.find(({ code }) => code === 'TARGET_TOPIC_RECREATED')?.severity;
  };
  expect(severity({})).toBe('info');
  expect(severity({ lag: { kind: 'unknown', reason: 'the records contradict the offset syncs' } })).toBe('critical');
});
