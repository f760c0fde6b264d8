import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FINDINGS, type FindingCode, type Severity } from '../../../../shared/contract/finding-codes.ts';
import { makeFinding, worstFirst } from '../../../../shared/domain/judge/findings/make-finding.ts';
import { reasonsOf, verdictOf } from '../../../../shared/domain/judge/verdict.ts';
import type { Finding } from '../../../../shared/domain/model/finding.ts';
import type { GroupReport, Loss, Verdict } from '../../../../shared/domain/model/report.ts';
import { propertyRuns } from '../../../property-runs.ts';
import { rememberedIds } from './case-parts.ts';
import type { FlowCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';
import { judge } from './judge-case.ts';

const KNOWN: Loss = { kind: 'known', records: 5n, seconds: 1, basis: 'proven' };
const UNKNOWN: Loss = { kind: 'unknown', reason: 'a partition could not be read' };
const CRITICAL = finding('MIRROR_STOPPED', 'critical');
const WARNING = finding('HEARTBEAT_STALE', 'warning');
const INFO = finding('GROUP_SYNC_OFF', 'info');
const UNREACHABLE = finding('CLUSTER_UNREACHABLE', 'critical');
/** A group of which only MM2's position is known. */
const KNOWN_POSITION: Pick<GroupReport, 'mm2' | 'tidemark'> = {
  mm2: { kind: 'at', position: 1n, from: 'checkpoint', cost: { kind: 'known', rereadAtMost: 0n, skipAtMost: 0n } },
  tidemark: { kind: 'unknown', reason: 'nobody knows' },
};
/** A group of which only the position by Tidemark is known. */
const TRANSLATED: Pick<GroupReport, 'mm2' | 'tidemark'> = {
  mm2: { kind: 'none' },
  tidemark: {
    kind: 'known',
    position: 1n,
    high: 1n,
    proof: 'exact',
    rereadAtMost: 0n,
    skipAtMost: 0n,
    reason: null,
  },
};
const REMEMBERED = { remembered: rememberedIds({}) };

function finding(code: FindingCode, severity: Severity): Finding {
  return makeFinding(code, {}, 'm', {}, severity);
}

function verdict(of: FlowCase, loss: Loss, findings: readonly Finding[], groups = [KNOWN_POSITION]): Verdict {
  return verdictOf(flowCase(of).observation, loss, findings, groups);
}

describe('the verdict', () => {
  test.each<[string, FlowCase, Loss, Finding[], Verdict]>([
    ['nothing found', {}, KNOWN, [], 'ready'],
    ['infos', {}, KNOWN, [INFO, INFO], 'ready'],
    ['a warning', {}, KNOWN, [WARNING], 'at-risk'],
    ['a warning among infos', {}, KNOWN, [INFO, WARNING, INFO], 'at-risk'],
    ['a critical', {}, KNOWN, [CRITICAL], 'not-ready'],
    ['a critical behind others', {}, KNOWN, [INFO, WARNING, CRITICAL], 'not-ready'],
    ['a loss that nobody knows', {}, UNKNOWN, [], 'unknown'],
    ['such a loss, and a warning', {}, UNKNOWN, [WARNING], 'unknown'],
    ['such a loss, and a critical', {}, UNKNOWN, [CRITICAL], 'not-ready'],
    ['target down', { down: 'target' }, UNKNOWN, [UNREACHABLE], 'not-ready'],
    ['target down, whatever else is said', { down: 'target' }, KNOWN, [], 'not-ready'],
    ['target down, with a history', { down: 'target', ...REMEMBERED }, KNOWN, [], 'not-ready'],
    ['both down', { down: 'both', ...REMEMBERED }, UNKNOWN, [UNREACHABLE], 'unknown'],
    ['source down, without a history', { down: 'source' }, UNKNOWN, [UNREACHABLE], 'unknown'],
    ['source down, without a history, and a critical', { down: 'source' }, UNKNOWN, [CRITICAL], 'unknown'],
    ['source down, with a history', { down: 'source', ...REMEMBERED }, UNKNOWN, [UNREACHABLE], 'at-risk'],
    ['source down, and a warning', { down: 'source', ...REMEMBERED }, UNKNOWN, [UNREACHABLE, WARNING], 'at-risk'],
    ['source down, and a critical', { down: 'source', ...REMEMBERED }, UNKNOWN, [UNREACHABLE, CRITICAL], 'not-ready'],
    ['source down, never ready', { down: 'source', ...REMEMBERED }, KNOWN, [], 'at-risk'],
  ])('%s', (_, of, loss, findings, expected) => {
    expect(verdict(of, loss, findings)).toBe(expected);
  });
});

test('an audit that Connect did not answer is not ready, whatever counts of its findings', () => {
  expect(verdict({ connectors: [] }, KNOWN, [])).toBe('ready');
  expect(verdict({ connectors: 'unread' }, KNOWN, [])).toBe('at-risk');
});

test.each(['DEADLINE_EXCEEDED', 'READER_CLOSED'])(
  'of a side that was not read because of %s nothing is known',
  (error) => {
    expect(verdict({ down: 'target', downError: error }, KNOWN, [])).toBe('unknown');
  },
);

describe('with a dead source and a history', () => {
  const of: FlowCase = { down: 'source', ...REMEMBERED };
  test.each<[string, Pick<GroupReport, 'mm2' | 'tidemark'>[], Verdict]>([
    ['the position that MM2 left supports a verdict', [KNOWN_POSITION], 'at-risk'],
    ['so does the position by Tidemark', [TRANSLATED], 'at-risk'],
    ['without any position nothing supports one', [], 'unknown'],
  ])('%s', (_, groups, expected) => {
    expect(verdict(of, UNKNOWN, [], groups)).toBe(expected);
  });
});

describe('the reasons', () => {
  test('are the codes of warnings and criticals in their order, each once, and no infos', () => {
    const again = finding('MIRROR_STOPPED', 'critical');
    expect(reasonsOf([CRITICAL, UNREACHABLE, again, WARNING, INFO])).toEqual([
      'MIRROR_STOPPED',
      'CLUSTER_UNREACHABLE',
      'HEARTBEAT_STALE',
    ]);
    expect(reasonsOf([INFO])).toEqual([]);
    expect(reasonsOf([])).toEqual([]);
  });

  test('are as severe as the case, not as the code at its worst', () => {
    expect(reasonsOf([finding('TOPIC_NOT_MIRRORED', 'info')])).toEqual([]);
    expect(reasonsOf([finding('GROUP_SYNC_OFF', 'warning')])).toEqual(['GROUP_SYNC_OFF']);
  });

  test('come worst first in a report, beside the findings in the same order', () => {
    const { findings, reasons } = judge({
      heartbeat: { agoMs: 20_000 },
      partition: { source: [0n, 20_000n] },
      group: { stateOnTarget: 'Stable', position: { committed: 1_500n } },
    });
    expect(findings.map(({ code }) => code)).toEqual([
      'LOSS_OVER_LIMIT',
      'HEARTBEAT_STALE',
      'TARGET_GROUP_ACTIVE',
      'GROUP_AHEAD_OF_REPLICATION',
    ]);
    expect(reasons).toEqual(['LOSS_OVER_LIMIT', 'HEARTBEAT_STALE', 'TARGET_GROUP_ACTIVE']);
  });

  test('equal severities stay in their order, and what is sorted is left as it was', () => {
    const mixed = [INFO, WARNING, CRITICAL, UNREACHABLE, finding('FOREIGN_WRITES', 'warning')];
    const order = mixed.map(({ code }) => code);
    expect(worstFirst(mixed).map(({ code }) => code)).toEqual([
      'MIRROR_STOPPED',
      'CLUSTER_UNREACHABLE',
      'HEARTBEAT_STALE',
      'FOREIGN_WRITES',
      'GROUP_SYNC_OFF',
    ]);
    expect(mixed.map(({ code }) => code)).toEqual(order);
  });
});

const RANK: Record<Verdict, number> = { ready: 0, 'at-risk': 1, unknown: 2, 'not-ready': 3 };
const anyFinding = fc
  .tuple(fc.constantFrom(...(Object.keys(FINDINGS) as FindingCode[])), fc.constantFrom('critical', 'warning', 'info'))
  .map(([code, severity]) => finding(code, severity as Severity));
const anyDown = fc.constantFrom<FlowCase>(
  {},
  { down: 'source' },
  { down: 'source', ...REMEMBERED },
  { down: 'target' },
  { down: 'both' },
);

describe('whatever is found', () => {
  test('one more finding never makes the verdict better', () => {
    fc.assert(
      fc.property(
        anyDown,
        fc.constantFrom(KNOWN, UNKNOWN),
        fc.array(anyFinding),
        anyFinding,
        (of, loss, findings, more) => {
          const before = RANK[verdict(of, loss, findings)];
          expect(RANK[verdict(of, loss, [...findings, more])]).toBeGreaterThanOrEqual(before);
          expect(RANK[verdict(of, loss, [more, ...findings])]).toBeGreaterThanOrEqual(before);
        },
      ),
      { numRuns: propertyRuns(100) },
    );
  });

  test('a loss that becomes unknown never makes it better', () => {
    fc.assert(
      fc.property(anyDown, fc.array(anyFinding), (of, findings) => {
        expect(RANK[verdict(of, UNKNOWN, findings)]).toBeGreaterThanOrEqual(RANK[verdict(of, KNOWN, findings)]);
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  test('a critical is never ready, nor is a side that is down', () => {
    fc.assert(
      fc.property(anyDown, fc.array(anyFinding), (of, findings) => {
        const said = verdict(of, KNOWN, findings);
        const isCritical = findings.some(({ severity }) => severity === 'critical');
        if (isCritical || of.down !== undefined) expect(said).not.toBe('ready');
        if (isCritical && of.down === undefined) expect(said).toBe('not-ready');
        if (of.down === 'target') expect(said).toBe('not-ready');
        if (of.down === 'both') expect(said).toBe('unknown');
      }),
      { numRuns: propertyRuns(100) },
    );
  });
});

describe('a part that could not be read', () => {
  test.each<[string, FlowCase]>([
    ["a group's commits on the source", { group: { unread: 'source' } }],
    ["a group's commits on the target", { group: { unread: 'target' } }],
    ['the heartbeats', { heartbeat: 'unread' }],
    ["Connect's offsets", { connectOffsets: 'unread' }],
    ['the states of the tasks', { connectors: 'unread' }],
    ['the checkpoints', { checkpoints: 'unread' }],
    ['the offset syncs', { syncs: 'unread' }],
    ['some of the groups', { listingIncomplete: true }],
    ['a partition of the source', { partitions: [{}, { source: 'unread' }] }],
    ['a partition of the target', { partitions: [{}, { target: 'unread' }] }],
  ])('%s: never ready', (_, of) => {
    expect(judge(of).verdict).not.toBe('ready');
  });

  test('one topic of two that could not be read is enough', () => {
    const topics = [{}, { topic: 'stock', partitions: [{ target: 'unread' as const }] }];
    expect(verdict({ topics }, KNOWN, [])).toBe('at-risk');
  });
});
