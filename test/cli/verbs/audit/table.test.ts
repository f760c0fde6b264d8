import { describe, expect, test } from '@jest/globals';
import { renderAuditTable } from '../../../../cli/verbs/audit/table.ts';
import type { AuditReport } from '../../../../shared/domain/model/report.ts';
import {
  AT,
  acknowledgement,
  finding,
  flow,
  group,
  partition,
  report,
  snapshot,
  suppressed,
} from '../sample-report.ts';

const table = (of: AuditReport, look: { rows?: number; width?: number; columns?: number } = {}): string =>
  [...renderAuditTable(of, { width: 80, paint: (_, text) => text, ...look })].join('');

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

describe('the audit table', () => {
  test('answers in order: verdict and loss, findings with their runbook, groups, partitions', () => {
    const text = oneLine(table(report(flow())));
    const order = [
      'A->B NOT READY',
      'would lose 34 records, the oldest 95 s old (proven)',
      'FINDINGS: 1 critical',
      'MIRROR_STOPPED docs/runbook.md#mirror-stopped',
      'GROUPS',
      'PARTITIONS',
    ];
    const at = order.map((part) => text.indexOf(part));
    expect(at).not.toContain(-1);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });

  test('shows MM2 beside Tidemark: position, re-read, skip and proof', () => {
    const text = table(report(flow()));
    expect(text).toMatch(/billing {2}orders-0 {2}at 1,000\n\s+MM2\s+203\s+≤ 797\s+0 {2}its offset\n/);
    expect(text).toMatch(/Tidemark\s+1,000\s+0\s+0 {2}exact\n/);
  });

  test('10,000 partitions and groups take two screens: worst first, then counts', () => {
    const partitions = Array.from({ length: 10_000 }, (_, i) =>
      partition({
        partition: i,
        lag: { kind: 'known', records: i === 7_777 ? 5_000n : i % 100 === 0 ? 3n : 0n, basis: 'proven' },
      }),
    );
    const groups = Array.from({ length: 10_000 }, (_, i) =>
      group({
        group: `g${i}`,
        mm2: {
          kind: 'at',
          position: 1n,
          from: 'checkpoint',
          cost: { kind: 'known', rereadAtMost: BigInt(i), skipAtMost: i === 42 ? 9n : 0n },
        },
      }),
    );
    const text = table(report(flow({ partitions, groups })));
    const lines = text.split('\n');
    expect(lines.length).toBeLessThan(80);
    expect(lines.find((line) => line.includes('orders-'))).toContain('g42');
    expect(lines[lines.findIndex((line) => line.includes('source end')) + 1]).toMatch(/orders-7777 .* 5,000/);
    expect(text).toContain('and 9,990 more: 9,899 up to date, 91 behind; 273 records of lag');
    expect(oneLine(text)).toMatch(
      /and 9,990 more: 9,990 exact; re-read at most 0 \(MM2 [\d,]+\), skip at most 0 \(MM2 0\)/,
    );
  });

  test('--rows shows that many of each list, and all of them where it says so', () => {
    const many = <T>(make: (i: number) => T): T[] => Array.from({ length: 40 }, (_, i) => make(i));
    const unread = { what: 'w', cluster: 'A', error: 'E', retriable: false };
    const of = report(
      flow({
        partitions: many((i) => partition({ partition: i })),
        groups: many((i) => group({ group: `g${i}.` })),
        findings: many((i) => finding({ message: `finding ${i}.` })),
        unread: many((i) => ({ ...unread, message: `part ${i}.` })),
      }),
    );
    const counted = (rows?: number) =>
      [/^ {2}orders-\d+ .*1,234/gm, /^ {2}g\d+\. .*at/gm, /finding \d+\./g, /part \d+\./g, /more/g].map(
        (one) => table(of, rows === undefined ? {} : { rows }).match(one)?.length ?? 0,
      );
    expect(counted(Number.POSITIVE_INFINITY)).toEqual([40, 40, 40, 40, 0]);
    expect(counted(12).slice(0, 4)).toEqual([12, 12, 12, 12]);
    expect(counted().slice(0, 4)).toEqual([10, 10, 3, 5]);
    expect(table(of)).toContain('--rows all');
  });

  test('a commit that this audit could not read says how old it is; others do not', () => {
    const old = group({ group: 'old', commitCheckedAt: AT - 750_000 });
    const text = table(report(flow({ groups: [old, group()] })));
    expect(text).toMatch(/^ {2}old {2}orders-0 {2}at 1,000, read 13 min before$/m);
    expect(text).toMatch(/^ {2}billing {2}orders-0 {2}at 1,000$/m);
    const past = snapshot({ takenAt: AT - 750_000 });
    expect(table(report(flow({ groups: [old], snapshot: past })))).not.toContain('before');
  });

  test('200 columns have a group in one row, and long names in theirs', () => {
    const topic = `${'long.topic.name.'.repeat(6)}end`;
    const none = { kind: 'none' } as const;
    const of = report(
      flow({
        partitions: [partition({ topic })],
        groups: [group(), group({ topic, group: 'g'.repeat(99) }), group({ group: 'new', mm2: none })],
      }),
    );
    const text = table(of, { width: 120, columns: 200 });
    const lines = text.split('\n');
    expect(lines.filter((line) => line.length > 200)).toEqual([]);
    expect(text).toMatch(/^ {2}billing {2}orders-0 {2}at 1,000 +203 +≤ 797 +0 {2}its offset +1,000 +0 +0 {2}exact$/m);
    expect(text).toMatch(/^ {2}new {2}orders-0 {2}at 1,000 +unknown +unknown +unknown {2}none +1,000 +0 +0 {2}exact$/m);
    expect(text).toMatch(new RegExp(`^ {2}${topic}-0 +1,234 +1,200 +34 +0$`, 'm'));
    // Numbers stand below each other and below their heads, also where a name takes a line of its own.
    const ends = lines.filter((line) => / {2}exact$/.test(line)).map((line) => line.length);
    expect(ends).toHaveLength(3);
    expect(new Set(ends).size).toBe(1);
    const [head] = lines.filter((line) => line.includes('skip  proof'));
    expect(head?.lastIndexOf('skip')).toBe((ends[0] ?? 0) - '0  exact'.length - 'ski'.length);
    expect(table(of, { width: 120, columns: 140 })).toMatch(/^ {4}Tidemark +1,000/m);
  });

  test('nothing is wider than 80 columns, whatever the names', () => {
    const topic = `${'very.long.topic.name.'.repeat(8)}end`;
    const name = 'group-'.repeat(30);
    const text = table(
      report(
        flow({
          partitions: [partition({ topic, lag: { kind: 'unknown', reason: 'a reason '.repeat(30) } })],
          groups: [group({ topic, group: name, committed: 9_223_372_036_854_775_807n })],
          findings: [finding({ message: 'words '.repeat(60) })],
          unread: [{ what: 'w'.repeat(20), cluster: 'A', error: 'E', message: 'm '.repeat(60), retriable: false }],
        }),
      ),
    );
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('what is unknown reads unknown, and a shared reason stands once', () => {
    const reason = 'broker 2 cannot be reached';
    const lost = { kind: 'unknown', reason } as const;
    const text = table(
      report(
        flow({
          loss: { kind: 'unknown', reason: 'half of it' },
          partitions: [0, 1].map((p) => partition({ partition: p, sourceEnd: null, lag: { kind: 'unknown', reason } })),
          groups: [0, 1].map((p) => group({ partition: p, tidemark: lost })),
        }),
      ),
    );
    expect(oneLine(text)).toContain('an unknown number of records: half of it');
    expect(text.match(/broker 2 cannot be reached/g)).toHaveLength(2);
    expect(text).toMatch(/Tidemark\s+unknown\s+unknown\s+unknown/);
  });

  test('without a known lag, that nothing is known to be missing is no 0; what is known to be missing is', () => {
    const lag = { kind: 'unknown', reason: 'broker 2 cannot be reached' } as const;
    const missing = (records: bigint) =>
      table(report(flow({ partitions: [partition({ partition: 0, lag, missing: records })], groups: [] })));
    expect(missing(0n)).toMatch(/^ {2}orders-0 .* unknown +unknown$/m);
    expect(missing(7n)).toMatch(/^ {2}orders-0 .* unknown +7$/m);
  });

  test('of many findings of one code the first three are shown, the rest counted', () => {
    const findings = Array.from({ length: 500 }, (_, i) => finding({ message: `finding ${i}.` }));
    const text = table(report(flow({ findings })));
    expect(text).toContain('FINDINGS: 500 critical');
    expect(text).toContain('and 497 more like these');
    expect(text.match(/finding \d+\./g)).toHaveLength(3);
  });

  test('a report of the past says so, and how good it is', () => {
    const text = table(report(flow({ snapshot: snapshot() })));
    expect(text).toMatch(/^REPORT OF THE PAST, as of 2026-11-20T10:01:30.000Z\n.*no cluster was asked\./);
    expect(text).not.toMatch(/Audited at|now would/);
    expect(oneLine(text)).toContain('failover then would have lost 34 records');
    expect(oneLine(text)).toContain('of 2026-11-20T10:00:00.000Z, found unchanged until 2026-11-20T10:01:00.000Z');
    expect(text).not.toMatch(/thinned|skipped|not read at that time/);

    const doubtful = snapshot({
      heldUntil: AT,
      thinned: true,
      passedOver: Array.from({ length: 7 }, (_, i) => ({ at: AT + i, damage: 'torn' })),
      unread: [{ role: 'source', kind: 'group', name: 'bill\u001b[2Jing' }],
    });
    const said = table(report(flow({ snapshot: doubtful })));
    expect(oneLine(said)).toContain('not seen again unchanged');
    expect(oneLine(said)).toContain('may have been thinned by age or cannot be read');
    expect(said.match(/skipped: .*damaged \(torn\)/g)).toHaveLength(5);
    expect(said).toContain('and 2 more damaged ones');
    expect(oneLine(said)).toContain(
      '1 part not read at that time, shown as known before: source group bill<U+001B>[2Jing',
    );
    expect(said.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('a group name cannot steer the terminal', () => {
    const text = table(report(flow({ groups: [group({ group: 'x\u001b[2Jy\u0007\r\n\u202ez' })] })));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    expect(text).toContain('x<U+001B>[2Jy<U+0007><U+000D><U+000A><U+202E>z');
  });

  test('shows what people have said of findings: who knows, what a rule changed, what a rule turned off', () => {
    const text = table(
      report(
        flow({
          verdict: 'at-risk',
          reasons: ['HEARTBEAT_STALE'],
          findings: [
            finding({ code: 'HEARTBEAT_STALE', severity: 'warning', subject: {}, rule: { index: 2, was: 'critical' } }),
            finding({ acknowledged: acknowledgement() }),
            finding({ code: 'GROUP_SYNC_OFF', severity: 'info', acknowledged: acknowledgement({ until: null }) }),
          ],
          suppressed: [suppressed(), suppressed(), suppressed({ code: 'FOREIGN_WRITES', rule: 1 })],
        }),
      ),
    );
    expect(text).toContain('\n      HEARTBEAT_STALE; 2 acknowledged; 3 turned off\n');
    expect(text).toContain('\nFINDINGS: 1 warning\nWARNING   HEARTBEAT_STALE ');
    expect(oneLine(text)).toContain('95 s ago (critical without policy.rules[2])');
    expect(text).toContain('\nACKNOWLEDGED: 2 findings, which do not count\nCRITICAL  MIRROR_STOPPED ');
    expect(oneLine(text)).toContain(
      'known to alice: planned upgrade of MM2 (until 2026-11-20T11:00:00.000Z, 3f9a2c1b7d04)',
    );
    expect(oneLine(text)).toContain('known to alice: planned upgrade of MM2 (until it closes, 3f9a2c1b7d04)');
    expect(oneLine(text)).toContain(
      'TURNED OFF by policy.rules: 2 GROUP_SYNC_OFF (rules[0]), 1 FOREIGN_WRITES (rules[1])',
    );
  });

  test('without them it has no line about them', () => {
    expect(table(report(flow()))).not.toMatch(/acknowledged|turned off|rules/i);
  });
});
