import { describe, expect, test } from '@jest/globals';
import { nextState } from '../../../../shared/domain/history/next-state.ts';
import { judgeFlow } from '../../../../shared/domain/judge/judge-flow.ts';
import type { RecordEvidence } from '../../../../shared/domain/judge/record-evidence.ts';
import { type Voided, withoutRefuted } from '../../../../shared/domain/mirror/breaks/without-refuted.ts';
import { type NewPoint, SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import type { Earlier } from './case-parts.ts';
import { AT, type FlowCase, MINUTE, type PartitionCase } from './case-shapes.ts';
import { flowCase, topicCases } from './flow-case.ts';
import { codesOf, judge } from './judge-case.ts';
import { printedGroup } from './printed-groups.ts';

/** Groups on a healthy flow: between two syncs, and after the newest one. */
const at = (committed: bigint, records: RecordEvidence = {}): FlowCase => ({
  partition: { source: [0n, 1_101n], target: [0n, records.reckoning === 'refuted' ? 1_096n : 1_101n], records },
  position: { committed },
});

const refutation = (voids: Voided | null): RecordEvidence => ({
  refutations: [{ upstream: 600n, said: 600n, found: 590n, how: 'records differ', certain: voids !== null, voids }],
});

describe('what comparing records has refuted', () => {
  const points: readonly NewPoint[] = [0n, 100n, 200n].map((n) => ({ timestamp: 0n, upstream: n, downstream: n }));
  const told = (refuted: readonly Voided[]): string => {
    const history = withoutRefuted(SyncHistory.of(points), refuted);
    const mark = (index: number): string => {
      const has = (what: 'refuted' | 'hole') =>
        index < history.length ? history.breaksBefore(index, what) : history.breaksBeforeNext(what);
      return `${has('refuted') ? '!' : ''}${has('hole') ? '|' : ''}`;
    };
    return `${points.map(({ upstream }, i) => `${mark(i)}${upstream}`).join(' ')} ${mark(points.length)}`.trim();
  };

  test.each<[Voided['kind'], bigint, string]>([
    ['older', -1n, '!0 100 200'],
    ['older', 0n, '0 !100 200'],
    ['older', 99n, '0 !100 200'],
    ['older', 100n, '0 100 !200'],
    ['older', 200n, '0 100 200 !'],
    ['between', 150n, '0 100 |200'],
    ['between', 250n, '0 100 200 |'],
  ])('%s %s: %s', (kind, downstream, marks) => {
    expect(told([{ kind, downstream }])).toBe(marks);
  });

  test('nothing refuted changes nothing, and the history itself is never changed', () => {
    const history = SyncHistory.of(points);
    expect(withoutRefuted(history, [])).toBe(history);
    withoutRefuted(history, [{ kind: 'older', downstream: 100n }]);
    expect(history.isBrokenBefore(2)).toBe(false);
  });

  test('older syncs no longer place any group', () => {
    const proof = (committed: bigint, records?: RecordEvidence) => printedGroup(at(committed, records)).tidemark.proof;
    expect(proof(600n)).toBe('exact');
    const older = refutation({ kind: 'older', downstream: 600n });
    expect(printedGroup(at(600n, older)).tidemark).toMatchObject({
      position: 0n,
      high: 1_101n,
      proof: 'conservative',
      reason: 'the records contradict the offset syncs before it',
    });
  });

  test('between two syncs, only the groups between them are affected', () => {
    const between = refutation({ kind: 'between', downstream: 600n });
    expect(printedGroup(at(600n, between)).tidemark).toMatchObject({
      position: 101n,
      high: 1_000n,
      proof: 'conservative',
    });
    expect(printedGroup(at(50n, between)).tidemark).toMatchObject({ proof: 'exact' });
    expect(printedGroup(at(1_000n, between)).tidemark).toMatchObject({ proof: 'exact' });
  });

  test('after the newest sync, the group right behind it is no longer exact', () => {
    expect(printedGroup(at(1_001n)).tidemark).toMatchObject({ position: 1_001n, proof: 'exact' });
    const behind = refutation({ kind: 'between', downstream: 1_050n });
    expect(printedGroup(at(1_001n, behind)).tidemark).toMatchObject({
      position: 1_001n,
      high: 1_101n,
      proof: 'conservative',
    });
  });

  test('a contradiction that is not certain makes nothing void', () => {
    expect(printedGroup(at(600n, refutation(null))).tidemark).toMatchObject({ proof: 'exact' });
  });

  test('it stays void at the audits after it, until MM2 has written new syncs for a day', () => {
    const first = flowCase(at(600n, refutation({ kind: 'older', downstream: 1_000n })));
    const report = judgeFlow(first.observation, first.states, first.policy);
    expect([report.verdict, report.reasons[0]]).toEqual(['not-ready', 'VERIFICATION_REFUTED']);
    const known = { state: nextState(null, first.observation, first.states, report), heldUntil: AT };
    const earlier: Earlier = { known, topics: topicCases(at(600n)) };
    const next = flowCase({ ...at(600n), at: AT + MINUTE, remembered: null }, earlier);
    const after = judgeFlow(next.observation, next.states, next.policy);
    expect([after.verdict, codesOf(after)]).toEqual(['not-ready', expect.arrayContaining(['VERIFICATION_REFUTED'])]);
    expect(after.groups[0]?.tidemark).toMatchObject({ proof: 'conservative', position: 0n });
  });
});

describe('syncs from after the refuted ones', () => {
  test('do not tell which records before them are on the target: at most all of those are lost', () => {
    const partition: PartitionCase = {
      syncs: [
        [0n, 0n],
        [500n, 500n],
        [800n, 800n, { refuted: true }],
        [1_000n, 1_000n],
      ],
    };
    const { loss, partitions } = judge({ partition, groups: [] });
    expect(partitions[0]).toMatchObject({ lag: { kind: 'known', records: 0n }, missing: 800n });
    expect(loss).toMatchObject({ kind: 'known', records: 800n, basis: 'estimated' });
  });
});

describe('a target log whose last record is not the expected one', () => {
  const tail = { upstream: 1_100n, downstream: 1_095n };

  test('may hold records that were written again, so that no group before it is exact', () => {
    for (const [committed, position] of [
      [600n, 600n],
      [1_001n, 1_001n],
    ] as const) {
      expect(printedGroup(at(committed, { reckoning: 'refuted' })).tidemark).toMatchObject({
        position,
        proof: 'bounded',
        rereadAtMost: 95n,
      });
    }
  });

  test('is exact again where comparing has shown that nothing was written again', () => {
    const compared = { reckoning: 'refuted', tail } as const;
    for (const committed of [600n, 1_000n]) {
      expect(printedGroup(at(committed, compared)).tidemark).toMatchObject({ proof: 'exact', rereadAtMost: 0n });
    }
    // Between the newest sync and the last record five offsets have no counterpart.
    expect(printedGroup(at(1_050n, compared)).tidemark).toMatchObject({
      position: 1_045n,
      high: 1_050n,
      proof: 'bounded',
    });
  });

  test('changes nothing where the reckoning was confirmed or not checked', () => {
    expect(judge(at(600n, { reckoning: 'confirmed' })).groups[0]?.tidemark).toMatchObject({ proof: 'exact' });
    expect(judge(at(600n)).groups[0]?.tidemark).toMatchObject({ proof: 'exact' });
  });
});
