import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { watchJson } from '../../../../cli/verbs/watch/json.ts';
import { watchLine } from '../../../../cli/verbs/watch/table.ts';
import { NothingAuditedError } from '../../../../shared/audit/run-audit.ts';
import type { WatchEvent } from '../../../../shared/audit/watch.ts';
import { AT, acknowledgement, finding, flow, group, partition, suppressed } from '../sample-report.ts';

const schema = z.fromJSONSchema(
  JSON.parse(readFileSync(new URL('../../../../docs/schema/watch-1.json', import.meta.url), 'utf8')) as Parameters<
    typeof z.fromJSONSchema
  >[0],
);

const unknown = { kind: 'unknown', reason: 'A is down' } as const;
const position = (proof: 'exact' | 'bounded') =>
  ({ kind: 'known', position: 0n, high: 0n, proof, rereadAtMost: 0n, skipAtMost: 0n, reason: null }) as const;
const open = { finding: finding(), openedAt: AT - 300_000, sinceBefore: false };
const events = {
  audit: { kind: 'audit', at: AT, report: flow() },
  blind: {
    kind: 'audit',
    at: AT,
    report: flow({
      verdict: 'unknown',
      loss: unknown,
      partitions: [
        partition({ lag: unknown }),
        partition({ lag: { kind: 'known', records: 5_000n, basis: 'proven' } }),
      ],
      groups: [
        group({ commitCheckedAt: AT - 45_000, tidemark: position('bounded') }),
        group({ tidemark: position('exact') }),
        group({ tidemark: position('exact') }),
        group({ tidemark: unknown }),
      ],
    }),
  },
  empty: { kind: 'audit', at: AT, report: flow({ groups: [], partitions: [] }) },
  unread: {
    kind: 'audit',
    at: AT,
    report: flow({
      loss: { kind: 'unknown', reason: 'nothing answered' },
      partitions: [0, 1].map((at) => partition({ partition: at, lag: { kind: 'unknown', reason: 'not read' } })),
    }),
  },
  opened: { kind: 'opened', at: AT, flow: 'A->B', open: { ...open, openedAt: AT } },
  closed: { kind: 'closed', at: AT, flow: 'A->B', open: { ...open, sinceBefore: true } },
  failed: { kind: 'failed', at: AT, error: new NothingAuditedError(['A refused', 'B refused']) },
} as const satisfies Record<string, WatchEvent>;

const line = (event: WatchEvent): string => watchLine(event, (_, text) => text);

describe('tidemark watch', () => {
  test.each(Object.entries(events))('%s is one line of JSON as published', (_, event) => {
    const text = watchJson(event);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(schema.safeParse(JSON.parse(text)).error).toBeUndefined();
  });

  test('the published schema refuses what the contract excludes', () => {
    const broken = (event: WatchEvent, change: object): unknown => ({ ...JSON.parse(watchJson(event)), ...change });
    const refused = [
      broken(events.audit, { verdict: 'fine' }),
      broken(events.audit, { extra: 1 }),
      broken(events.audit, { lag: { records: 34, unknownPartitions: 0 } }),
      broken(events.audit, { loss: { kind: 'unknown' } }),
      broken(events.opened, { openedAt: 0 }),
      broken(events.opened, { event: 'closed' }),
      broken(events.failed, { event: 'other' }),
      broken(events.failed, { schema: 'tidemark.watch/2' }),
    ];
    expect(refused.map((one) => schema.safeParse(one).success)).toEqual(refused.map(() => false));
  });

  test('every event is one line that begins with its time', () => {
    for (const event of Object.values(events)) expect(line(event)).toMatch(/^2026-11-20T10:00:00Z {2}\S[^\n]*\n$/);
  });

  test('an audit tells verdict, lag, loss and the groups by proof, best first', () => {
    expect(line(events.audit)).toContain('A->B  NOT READY  lag 34, loss 34 of 95 s proven, groups 1 exact\n');
    expect(line(events.blind)).toContain(
      'A->B  UNKNOWN    lag 5,000 + 1 unknown partition, loss unknown, groups 2 exact 1 bounded 1 none, commits 45 s old\n',
    );
    expect(line(events.unread)).toContain('lag unknown, loss unknown, groups');
    const { lag } = JSON.parse(watchJson(events.unread));
    expect(lag).toEqual({ records: null, unknownPartitions: 2 });
    expect(line(events.empty)).toContain('lag 0, loss 34 of 95 s proven, groups 0\n');
  });

  test('a finding that opens has its sentence and runbook, one that closes how long it was open', () => {
    expect(line(events.opened)).toContain(
      'A->B  opened  critical  MIRROR_STOPPED  B: MM2 last gave a sign of life 95 s ago  docs/runbook.md#mirror-stopped\n',
    );
    expect(line(events.closed)).toContain('A->B  closed  critical  MIRROR_STOPPED  B: was open for at least 5 min\n');
    expect(JSON.parse(watchJson(events.closed))).toMatchObject({ openSeconds: 300, sinceBefore: true });
    expect(line(events.failed)).toContain('NOT AUDITED  no flow could be audited: A refused; B refused\n');
  });

  test('an audit says how many findings do not count, and one that opens says who knows it', () => {
    const known = finding({ acknowledged: acknowledgement() });
    const report = flow({ findings: [known, finding()], suppressed: [suppressed(), suppressed()] });
    const event = { ...events.audit, report };
    expect(line(event)).toContain('groups 1 exact, 1 acknowledged, 2 turned off\n');
    expect(JSON.parse(watchJson(event))).toMatchObject({ acknowledged: 1, suppressed: 2 });
    const opened = { ...events.opened, open: { ...open, finding: known } };
    expect(line(opened)).toContain('#mirror-stopped  known to alice: planned upgrade of MM2 (until 2026-11-20T11:');
    expect(JSON.parse(watchJson(opened))).toMatchObject({ finding: { acknowledged: { by: 'alice' } } });
  });

  test('a group name can neither steer the terminal nor break the line', () => {
    const subject = { group: 'x\u001b[2J\ny' };
    const text = line({ ...events.opened, open: { ...open, finding: finding({ subject, message: 'is stuck' }) } });
    expect(text).toContain('x<U+001B>[2J<U+000A>y: is stuck');
  });
});
