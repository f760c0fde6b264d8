import { describe, expect, test } from '@jest/globals';
import { judgeGroups } from '../../../../shared/domain/judge/group-state.ts';
import { statesByPartition } from '../../../../shared/domain/judge/judge-flow.ts';
import { skipLooks } from '../../../../shared/domain/judge/skipped-records.ts';
import type { FlowCase, PartitionCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';
import { codesOf, judge } from './judge-case.ts';

/** A group that has read up to 500 and continues at another place on the target. */
const at = (onTarget: bigint, partition: PartitionCase = {}): FlowCase => ({
  partition,
  position: { committed: 500n, onTarget, checkpoint: onTarget },
});

function looks(of: FlowCase, most = 10) {
  const { observation, states } = flowCase(of);
  return skipLooks(judgeGroups(observation, statesByPartition(states)), most);
}

describe('a look at what a group would skip', () => {
  test('is at the target offsets between where it should continue and where MM2 put it', () => {
    expect(looks(at(510n))).toEqual([
      {
        topic: 'orders',
        partition: 0,
        from: 500n,
        until: 510n,
        request: { topic: 'A.orders', partition: 0, offset: 500n, until: 510n, isolation: 'read_committed' },
      },
    ]);
    expect(looks(at(510n), 0)).toEqual([]);
  });

  test.each<[string, FlowCase]>([
    ['it skips nothing', at(500n)],
    ['it reads some again', at(490n)],
    ['an earlier look answered it', at(510n, { records: { absent: [{ from: 490n, until: 510n }] } })],
    ['the position is beyond the log', at(2_000n)],
  ])('is not needed where %s', (_, of) => expect(looks(of)).toEqual([]));
});

describe('what a look shows', () => {
  const absent = (from: bigint, until: bigint): FlowCase => at(510n, { records: { absent: [{ from, until }] } });

  test('no record there: the group skips nothing', () => {
    expect(codesOf(judge(at(510n)))).toContain('TARGET_POSITION_SKIPS');
    expect(codesOf(judge(absent(500n, 510n)))).not.toContain('TARGET_POSITION_SKIPS');
  });

  test('of a part only, nothing', () => {
    expect(codesOf(judge(absent(501n, 510n)))).toContain('TARGET_POSITION_SKIPS');
    expect(codesOf(judge(absent(500n, 509n)))).toContain('TARGET_POSITION_SKIPS');
  });
});

describe('GIVEN MM2 writes in transactions, so that an offset of the target may be a marker', () => {
  const severity = (exactlyOnce: boolean, committed: bigint, onTarget: bigint) => {
    const { findings } = judge({
      flow: { exactlyOnce },
      partition: {
        source: [0n, 1_050n],
        target: [0n, 1_050n],
        syncs: [
          [0n, 0n],
          [500n, 500n],
          [1_000n, 1_000n],
        ],
      },
      position: { committed, onTarget, checkpoint: onTarget },
    });
    return findings.find(({ code }) => code === 'TARGET_POSITION_SKIPS')?.severity ?? null;
  };

  test.each<[string, committed: bigint, onTarget: bigint, inTransactions: string | null, plain: string | null]>([
    ['one offset too far', 500n, 501n, 'warning', 'critical'],
    ['two offsets too far', 500n, 502n, 'critical', 'critical'],
    ['many too far, all of them behind the newest sync', 1_000n, 1_010n, 'warning', 'critical'],
    ['where it should be', 500n, 500n, null, null],
  ])('a group that MM2 put %s', (_, committed, onTarget, inTransactions, plain) => {
    expect([severity(true, committed, onTarget), severity(false, committed, onTarget)]).toEqual([
      inTransactions,
      plain,
    ]);
  });
});
