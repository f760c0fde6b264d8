import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../../shared/domain/model/finding.ts';
import type { FlowReport } from '../../../../shared/domain/model/report.ts';
import { failoverNow } from '../../../../shared/domain/notify/failover-now.ts';
import { type Announcement, EVENTS_AT_ONCE, followFindings } from '../../../../shared/domain/notify/follow-findings.ts';
import { pageKindOf } from '../../../../shared/domain/notify/page.ts';
import { BEGIN, digest, known, MINUTE, reportWith, skips, stopped, told } from './events-fixture.ts';

const gone = { what: 'end of orders-0', cluster: 'A', error: 'E', message: '', retriable: true };

/** Audits of one flow, a minute apart. */
function follow(...reports: readonly FlowReport[]): readonly Announcement[] {
  const all: Announcement[] = [];
  for (const [minute, report] of reports.entries()) {
    const before = all.at(-1)?.open ?? null;
    const failover = failoverNow(report, 'mm2');
    all.push(followFindings({ isRefused: false, before, report, at: BEGIN + minute * MINUTE, failover, digest }));
  }
  return all;
}
const events = (...findings: readonly (readonly Finding[])[]) =>
  follow(...findings.map((some) => reportWith(some))).map((one) => one.events.map(told));

describe('which findings opened, changed and closed', () => {
  test.each([
    ['nothing', [[]], [[]]],
    ['found and gone', [[], [stopped], [stopped], []], [[], ['opened MIRROR_STOPPED'], [], ['closed MIRROR_STOPPED']]],
    [
      'another worst partition',
      [[skips('g')], [skips('g', { subject: { group: 'g', topic: 'x', partition: 7 } })]],
      [['opened TARGET_POSITION_SKIPS g'], []],
    ],
    [
      'another message',
      [[stopped], [{ ...stopped, message: 'no heartbeat for 40 s' }]],
      [['opened MIRROR_STOPPED'], []],
    ],
    [
      'another severity',
      [[stopped], [{ ...stopped, severity: 'warning' }]],
      [['opened MIRROR_STOPPED'], ['changed MIRROR_STOPPED']],
    ],
    [
      'acknowledged',
      [[stopped], [{ ...stopped, acknowledged: known }], [stopped]],
      [['opened MIRROR_STOPPED'], ['changed MIRROR_STOPPED'], ['changed MIRROR_STOPPED']],
    ],
    [
      'one of two',
      [[skips('a'), skips('b')], [skips('b')]],
      [['opened TARGET_POSITION_SKIPS a', 'opened TARGET_POSITION_SKIPS b'], ['closed TARGET_POSITION_SKIPS a']],
    ],
    ['twice in one report', [[skips('a'), skips('a')]], [['opened TARGET_POSITION_SKIPS a']]],
  ] as const)('%s', (_, findings, wanted) => {
    expect(events(...(findings as readonly (readonly Finding[])[]))).toEqual(wanted);
  });

  test('GIVEN a part that a retry may read THEN nothing closes, and what is new opens', () => {
    const [, second, third] = follow(
      reportWith([stopped]),
      reportWith([skips('g')], { unread: [gone] }),
      reportWith([skips('g')]),
    );
    expect(second?.events.map(told)).toEqual(['opened TARGET_POSITION_SKIPS g']);
    expect(third?.events.map(told)).toEqual(['closed MIRROR_STOPPED']);
  });

  test('GIVEN a cluster that refuses THEN what was open stays open: that audit could not have found it', () => {
    const open = follow(reportWith([stopped])).at(-1)?.open ?? null;
    const report = reportWith([skips('g')]);
    const request = { before: open, report, at: BEGIN + MINUTE, failover: failoverNow(report, 'mm2'), digest };
    expect(followFindings({ ...request, isRefused: true }).events.map(told)).toEqual([
      'opened TARGET_POSITION_SKIPS g',
    ]);
    expect(followFindings({ ...request, isRefused: false }).events.map(told)).toContain('closed MIRROR_STOPPED');
  });

  test('ids: one per finding from opening to closing, one per event, another when it opens again', () => {
    const all = follow(
      reportWith([]),
      reportWith([stopped]),
      reportWith([{ ...stopped, severity: 'info' }]),
      reportWith([]),
      reportWith([stopped]),
    );
    const [opened, changed, closed, again] = all.flatMap((one) => one.events);
    expect(new Set([opened, changed, closed].map((event) => event?.findingId)).size).toBe(1);
    expect([opened, changed, closed].map((event) => event?.id)).toEqual(
      [0, 1, 2].map((n) => `${opened?.findingId}-${n}`),
    );
    expect(again?.findingId).not.toBe(opened?.findingId);
    expect(closed).toMatchObject({ since: BEGIN + MINUTE, at: BEGIN + 3 * MINUTE, sinceBefore: false });
    expect(changed?.was).toEqual({ severity: 'critical', acknowledged: null });
  });

  test('the first audit does not know how long a finding is open', () => {
    expect(follow(reportWith([stopped]))[0]?.events[0]).toMatchObject({ kind: 'opened', sinceBefore: true });
  });

  test('GIVEN more findings than one announcement takes THEN the worst come first, and each is announced once', () => {
    const many = Array.from({ length: 3 * EVENTS_AT_ONCE }, (_, i) =>
      skips(`g${i}`, { severity: i % 2 ? 'info' : 'critical' }),
    );
    const all = follow(...Array.from({ length: 5 }, () => reportWith(many)));
    expect(all.map((one) => one.events.length)).toEqual([80, 80, 80, 0, 0]);
    expect(all[0]?.events.every(({ finding }) => finding.severity === 'critical')).toBe(true);
    expect(new Set(all.flatMap((one) => one.events).map(({ id }) => id)).size).toBe(many.length);
    const closing = follow(
      ...Array.from({ length: 3 }, () => reportWith(many)),
      ...Array.from({ length: 4 }, () => reportWith([])),
    );
    expect(closing.slice(3).map((one) => one.events.length)).toEqual([80, 80, 80, 0]);
  });

  test('GIVEN names of 32,767 characters THEN what is stored stays within the limits of one item and one transaction', () => {
    const names = Array.from({ length: 60 }, (_, i) => `${i}`.padEnd(32_767, '東'));
    const [first, second] = follow(...[1, 2].map(() => reportWith(names.map((name) => skips(name)))));
    expect(Buffer.byteLength(JSON.stringify(first?.open))).toBeLessThan(400_000);
    expect(Buffer.byteLength(JSON.stringify(first?.events))).toBeLessThan(3_500_000);
    for (const event of first?.events ?? []) expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(250_000);
    expect(first?.events.length).toBeGreaterThan(0);
    // What does not fit is not announced again and again.
    expect(second?.events).toEqual([]);
  });
});

describe('what pages', () => {
  const kinds = (...findings: readonly (readonly Finding[])[]) =>
    follow(...findings.map((some) => reportWith(some))).flatMap((one) =>
      one.events.map((event) => pageKindOf(event, 'critical')),
    );
  const mild: Finding = { ...stopped, severity: 'warning' };
  const acknowledged: Finding = { ...stopped, acknowledged: known };

  test.each([
    ['a critical finding, once, and its end', [[stopped], [stopped], []], ['page', 'resolved']],
    ['a warning does not', [[mild], []], [null, null]],
    ['a warning that becomes critical does', [[mild], [stopped], []], [null, 'page', 'resolved']],
    ['an acknowledged finding does not', [[acknowledged], []], [null, null]],
    [
      'acknowledging ends the page; its end pages again',
      [[stopped], [acknowledged], [stopped]],
      ['page', 'resolved', 'page'],
    ],
  ] as const)('%s', (_, findings, wanted) => {
    expect(kinds(...(findings as readonly (readonly Finding[])[]))).toEqual(wanted);
  });
});
