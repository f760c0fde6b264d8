import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { flowPeriod, gapsOf, type PeriodFacts, timeOf } from '../../../../cli/verbs/report/flow-period.ts';
import { evenly } from '../../../../cli/verbs/report/read-report.ts';
import type { FlowReport } from '../../../../shared/domain/model/report.ts';
import { flow } from '../sample-report.ts';

const MINUTE = 60_000;
const loses = (records: bigint): Partial<FlowReport> => ({
  loss: { kind: 'known', records, seconds: null, basis: 'proven' },
});
const UNKNOWN: Partial<FlowReport> = { loss: { kind: 'unknown', reason: 'a broker is down' } };
const sample = (at: number, over: Partial<FlowReport>) => ({
  at,
  report: flow({ verdict: 'ready', reasons: [], ...over }),
});
const period = (over: Partial<PeriodFacts>) =>
  flowPeriod({ from: 0, to: 100, samples: [], gaps: [], rpoRecords: 10n, ...over });

describe('the objective of records at risk', () => {
  test('is kept up to the objective itself, broken beyond it, unknown without an answer', () => {
    const samples = [sample(-5, loses(10n)), sample(40, loses(11n)), sample(60, UNKNOWN), sample(90, loses(0n))];
    expect(period({ samples }).rpo).toEqual([
      { from: 0, to: 40, is: 'kept' },
      { from: 40, to: 60, is: 'broken' },
      { from: 60, to: 90, is: 'unknown' },
      { from: 90, to: 100, is: 'kept' },
    ]);
  });

  test('is unknown WHEN what counts as lost may hold no record, and broken WHEN enough of it is lost for certain', () => {
    const samples = [sample(0, { ...loses(419n), lossAtLeast: 10n }), sample(50, { ...loses(419n), lossAtLeast: 11n })];
    expect(period({ samples }).rpo.map(({ is }) => is)).toEqual(['unknown', 'broken']);
  });

  test('is unknown before the first audit and where no audit ran, never as it was before', () => {
    const { rpo, verdicts } = period({ samples: [sample(20, loses(0n))], gaps: [{ from: 50, to: 80 }] });
    expect(rpo.map(({ from, to, is }) => [from, to, is])).toEqual([
      [0, 20, 'unknown'],
      [20, 50, 'kept'],
      [50, 80, 'unknown'],
      [80, 100, 'kept'],
    ]);
    expect(verdicts.map(({ is }) => is)).toEqual(['unknown', 'ready', 'unknown', 'ready']);
  });

  test('is not judged if there is none', () => {
    expect(period({ samples: [sample(0, loses(5n))], rpoRecords: null }).rpo).toEqual([]);
  });
});

test('events are what differs from the audit before, and what is open at the begin', () => {
  const samples = [
    sample(-5, { verdict: 'at-risk', reasons: ['GROUP_REREADS_MUCH'] }),
    sample(30, { verdict: 'not-ready', reasons: ['MIRROR_STOPPED', 'GROUP_REREADS_MUCH'] }),
    sample(50, { verdict: 'not-ready', reasons: ['MIRROR_STOPPED'] }),
    sample(70, {}),
  ];
  expect(period({ samples }).events.map(({ at, kind, ...what }) => [at, kind, ...Object.values(what)])).toEqual([
    [0, 'verdict', 'at-risk'],
    [0, 'opened', 'GROUP_REREADS_MUCH'],
    [30, 'verdict', 'not-ready'],
    [30, 'opened', 'MIRROR_STOPPED'],
    [50, 'closed', 'GROUP_REREADS_MUCH'],
    [70, 'verdict', 'ready'],
    [70, 'closed', 'MIRROR_STOPPED'],
  ]);
});

test('whatever was recorded, stretches follow each other through the whole period', () => {
  const times = fc.uniqueArray(fc.integer({ min: -20, max: 120 }), { maxLength: 8 });
  const gap = fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 30 }));
  fc.assert(
    fc.property(times, fc.array(gap, { maxLength: 3 }), (ats, holes) => {
      const samples = ats.toSorted((a, b) => a - b).map((at, i) => sample(at, loses(BigInt(i % 3) * 10n)));
      const gaps = holes.map(([from, length]) => ({ from, to: Math.min(100, from + length) }));
      const { rpo } = period({ samples, gaps });
      expect([rpo[0]?.from, rpo.at(-1)?.to]).toEqual([0, 100]);
      for (const [i, one] of rpo.slice(1).entries()) {
        expect(one.from).toBe(rpo[i]?.to);
        expect(one.is).not.toBe(rpo[i]?.is);
      }
      expect(timeOf(rpo, 'kept') + timeOf(rpo, 'broken') + timeOf(rpo, 'unknown')).toBe(100);
      for (const one of gaps) {
        const within = rpo.filter(({ from, to }) => from < one.to && to > one.from);
        expect(within.map(({ is }) => is)).toEqual(['unknown']);
      }
    }),
  );
});

describe('gaps', () => {
  const span = (at: number, heldUntil: number | null, everyMs = MINUTE) => ({ at, heldUntil, everyMs });
  test.each<[string, ReturnType<typeof span>[], number[][]]>([
    ['nothing recorded', [], [[0, 100]]],
    ['audits all the time', [span(-1, 45), span(46, 99)], []],
    ['a few missed audits', [span(-1, 45), span(54, 99)], []],
    ['none for longer than that', [span(-1, 45), span(56, 99)], [[45, 56]]],
    [
      'none before the first, and after the last',
      [span(20, 40)],
      [
        [0, 20],
        [40, 100],
      ],
    ],
    ['an old state, of which the history keeps one an hour', [span(-1, -1, 60 * MINUTE), span(90, 99)], []],
    ['how long it held is not known', [span(-1, null), span(30, 99)], [[0, 30]]],
  ])('%s', (_, spans, expected) => {
    const inMinutes = spans.map(({ at, heldUntil, everyMs }) => {
      return { at: at * MINUTE, heldUntil: heldUntil === null ? null : heldUntil * MINUTE, everyMs };
    });
    const found = gapsOf(inMinutes, 0, 100 * MINUTE);
    expect(found.map(({ from, to }) => [from / MINUTE, to / MINUTE])).toEqual(expected);
  });
});

test('of many states some are read, the first and the last among them', () => {
  const all = Array.from({ length: 1_000 }, (_, i) => i);
  const some = evenly(all, 200);
  expect([some.length, some[0], some.at(-1), new Set(some).size]).toEqual([200, 0, 999, 200]);
  expect(evenly([1, 2], 200)).toEqual([1, 2]);
});
