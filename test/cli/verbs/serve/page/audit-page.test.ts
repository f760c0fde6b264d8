import { describe, expect, test } from '@jest/globals';
import { LagLog } from '../../../../../cli/verbs/serve/lag-log.ts';
import { auditPage } from '../../../../../cli/verbs/serve/page/audit-page.ts';
import { askedOf } from '../../../../../cli/verbs/serve/page/links.ts';
import { loginPage } from '../../../../../cli/verbs/serve/page/login-page.ts';
import type { ShownMapping } from '../../../../../cli/verbs/serve/page/mapping.ts';
import { ServedAudits } from '../../../../../cli/verbs/serve/served-audits.ts';
import { largeReport } from '../../../../../lab/page/large-report.ts';
import type { AuditReport, FlowReport } from '../../../../../shared/domain/model/report.ts';
import { AT, acknowledgement, finding, flow, group, partition, report, snapshot } from '../../sample-report.ts';

const MINUTE = 60_000;

/** The page's HTML, of a report of the present or of the past. */
function pageOf(
  of: AuditReport | null,
  query = '',
  more: { readonly failure?: string; readonly now?: number; readonly mapping?: ShownMapping } = {},
): string {
  const audits = new ServedAudits(MINUTE, MINUTE, AT);
  const lag = new LagLog();
  if (of !== null) {
    audits.succeeded(of, AT + 1_000);
    lag.add({ ...of, at: AT - MINUTE });
    lag.add(of);
  }
  if (more.failure !== undefined) audits.failed({ at: AT, code: 'X', message: more.failure }, AT + 1_000);
  const answer = auditPage({
    now: more.now ?? AT + 12_000,
    asked: askedOf(new URLSearchParams(query)),
    audits,
    report: of,
    problem: null,
    times: [AT, AT - MINUTE, AT - 2 * MINUTE],
    lag: (name) => lag.of(name),
    mapping: more.mapping ?? null,
  });
  return String(answer.body);
}

/** Its text, as a person reads it. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe('the states of the page', () => {
  test('healthy: verdict, loss, lag over time, no finding', () => {
    const text = textOf(
      pageOf(
        report(
          flow({
            verdict: 'ready',
            reasons: [],
            findings: [],
            loss: { kind: 'known', records: 0n, seconds: 0, basis: 'proven' },
          }),
        ),
      ),
    );
    expect(text).toContain('A->B ✓ READY'.replace('>', '&gt;'));
    expect(text).toContain('a failover now would lose nothing (proven)');
    expect(text).toContain('Lag over 60 s: highest 34, now 34');
    expect(text).toContain('No findings');
    expect(text).toContain('audited 12 s before this page');
  });

  test('a finding has its sentence and leads to its section of the runbook; what is acknowledged is beside', () => {
    const page = pageOf(
      report(flow({ findings: [finding(), finding({ code: 'FOREIGN_WRITES', acknowledged: acknowledgement() })] })),
    );
    expect(page).toContain('href="/runbook#mirror-stopped"');
    expect(textOf(page)).toContain('Findings: 1 critical');
    expect(textOf(page)).toContain('MM2 last gave a sign of life 95 s ago');
    expect(textOf(page)).toContain('1 finding acknowledged, not counted');
    expect(textOf(page)).toContain('known to alice: planned upgrade of MM2');
  });

  test('MM2 and Tidemark are side by side: of all partitions of a group, and of one group each position', () => {
    const groups = [group(), group({ partition: 1 }), group({ group: 'shipping' })];
    expect(textOf(pageOf(report(flow({ groups }))))).toMatch(/billing 2 partitions 1,594 0 0 0 exact/);
    const one = textOf(pageOf(report(flow({ groups })), 'group=billing'));
    expect(one).toMatch(/orders-0 1,000 203 797 0 1,000 0 0 exact/);
    expect(one).not.toContain('shipping');
    expect(textOf(pageOf(report(flow({ groups })), 'group=ship*'))).toContain('shipping');
    expect(textOf(pageOf(report(flow({ groups })), 'group=nobody'))).toContain('No audited group matches “nobody”');
  });

  test('the mapping of a partition over time: each stretch, why it began, and a line with a gap at a break', () => {
    const at = (minutes: number, source: bigint, target: bigint) => ({ at: AT + minutes * MINUTE, source, target });
    const stretches = [
      { from: at(-60, 0n, 0n), to: at(-50, 1_000n, 1_000n), breaks: [] },
      { from: at(-49, 1_001n, 1_050n), to: at(-40, 2_001n, 2_050n), breaks: [] },
      { from: at(-39, 2_010n, 2_051n), to: at(-30, 2_020n, 2_061n), breaks: [] },
      { from: at(-20, 5n, 2_070n), to: at(-20, 5n, 2_070n), breaks: ['newSource'] },
      { from: at(-10, 9n, 3n), to: { at: null, source: 10n, target: 4n }, breaks: [] },
    ] as const;
    const page = pageOf(report(flow()), 'partition=orders-0', {
      mapping: { kind: 'known', partition: 'orders-0', stretches },
    });
    const text = textOf(page.slice(page.indexOf('id="mapping"')));
    expect(text).toContain('Mapping of orders-0 over time');
    expect(text).toContain('Target offset less source offset');
    expect(text).toContain('from 0 to 2,065, last 2,065');
    expect(text).toMatch(/5 stretches, newest first .* 9 to 10 3 to 4 -6 the target log began again/);
    expect(text).toContain('5 2,070 2,065 the source topic was recreated');
    expect(text).toContain('41 the source has 8 offsets more');
    expect(text).toContain('1,001 to 2,001 1,050 to 2,050 49 the target got 49 offsets more');
    expect(text).toContain('0 to 1,000 0 to 1,000 0 the oldest that is known');
    expect(
      page
        .split('id="mapping"')[1]
        ?.split('</figure>')[0]
        ?.match(/<polyline/g),
    ).toHaveLength(2);
    expect(page).toContain('<input type="hidden" name="partition" value="orders-0">');
  });

  test('a mapping that is not known says why, and a partition leads to its mapping', () => {
    const name = '"><script>alert(1)</script>-0';
    const mapping = { kind: 'unknown', partition: name, reason: 'The history is off.' } as const;
    const page = pageOf(report(flow({ partitions: [partition({ topic: 'a&b' })] })), '', { mapping });
    expect(textOf(page)).toContain('The history is off.');
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('href="/?partition=a%26b-0#mapping"');
    const none = { kind: 'known', partition: 'orders-0', stretches: [] } as const;
    expect(textOf(pageOf(report(flow()), '', { mapping: none }))).toContain('The history has no offset sync');
  });

  test('what is unknown is named, never 0', () => {
    const unknown = { kind: 'unknown', reason: 'broker 2 is down' } as const;
    const text = textOf(
      pageOf(
        report(
          flow({
            loss: unknown,
            partitions: [partition({ lag: unknown, replicatedTo: null })],
            groups: [group({ mm2: { kind: 'none' }, tidemark: unknown })],
          }),
        ),
      ),
    );
    expect(text).toContain('would lose an unknown number of records: broker 2 is down');
    expect(text).toMatch(
      /billing orders-0 at 1,000 → MM2 at unknown, Tidemark at unknown unknown unknown unknown unknown none/,
    );
    expect(text).toContain('lag unknown');
  });

  test('before the first audit, after one that failed, and when none ends', () => {
    expect(textOf(pageOf(null))).toContain('The first audit is under way');
    const failed = textOf(pageOf(report(flow()), '', { failure: 'no flow could be audited' }));
    expect(failed).toContain('The last audit failed at 2026-11-20T10:00:00.000Z: no flow could be audited');
    expect(failed).toContain('What follows is of 2026-11-20T10:00:00.000Z, not of now');
    expect(textOf(pageOf(report(flow()), '', { now: AT + 600_000 }))).toContain(
      'Audits no longer end : the last one did so 10 min ago',
    );
  });

  test('the past says so, and what it was taken from', () => {
    const text = textOf(pageOf(report(flow({ snapshot: snapshot() })), `as-of=${new Date(AT).toISOString()}`));
    expect(text).toContain('The past, as of 2026-11-20T10:01:30.000Z');
    expect(text).toContain('a failover then would have lost 34 records');
    expect(text).toContain('snapshot of 2026-11-20T10:00:00.000Z, found unchanged until 2026-11-20T10:01:00.000Z');
  });

  test('several flows: the worst first, and the details of the chosen one', () => {
    const flows = [flow({ flow: 'B->A', verdict: 'ready', findings: [] }), flow()];
    const text = textOf(pageOf(report(...flows)));
    expect(text.indexOf('NOT READY')).toBeLessThan(text.indexOf('✓ READY'));
    expect(text).toContain('Findings: 1 critical');
    expect(textOf(pageOf(report(...flows), 'flow=B->A'))).toContain('No findings');
  });

  test('10,000 partitions and 1,000 groups: a small page that says how many more there are', () => {
    const page = pageOf(largeReport(AT));
    expect(page.length).toBeLessThan(40_000);
    for (const more of ['and 980 groups more', 'and 9,990 partitions more', 'and 247 findings more'])
      expect(page).toContain(more);
  });
});

describe('hostile names', () => {
  const NAMES = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</style></title><svg onload=alert(1)>',
    '&lt;b&gt;',
    'bidi \u202eydaer\u202c',
    'two\nlines',
  ];
  const everywhere = (name: string): FlowReport =>
    flow({
      flow: name,
      partitions: [partition({ topic: name, lag: { kind: 'unknown', reason: name } })],
      groups: [group({ group: name, topic: name, tidemark: { kind: 'unknown', reason: name } })],
      findings: [
        finding({ subject: { group: name, topic: name }, message: name }),
        finding({ acknowledged: acknowledgement({ by: name, reason: name }) }),
      ],
      loss: { kind: 'unknown', reason: name },
      unread: [{ what: name, cluster: name, error: 'X', message: name, retriable: true }] as FlowReport['unread'],
      snapshot: snapshot({ unread: [{ role: 'source', kind: 'topic', name }] }),
    });
  /** Tags with the names of their attributes: what a browser makes of the page, without its texts and values. */
  const shapeOf = (page: string): string[] =>
    [...page.matchAll(/<\/?([a-z0-9]+)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
      ([, tag = '', attributes = '']) =>
        `${tag} ${[...attributes.matchAll(/([a-z-]+)(?:="[^"]*")?/g)].map(([, one]) => one)}`,
    );

  test.each(NAMES)('%j adds no tag and no attribute, wherever it is', (name) => {
    const harmless = pageOf(
      report(everywhere('name')),
      new URLSearchParams({ group: 'name', flow: 'name' }).toString(),
    );
    const query = new URLSearchParams({ group: name, flow: name }).toString();
    const page = pageOf(report(everywhere(name)), query);
    expect(shapeOf(page)).toEqual(shapeOf(harmless));
    expect(page).not.toMatch(/<(img|svg onload|script>alert)/);
    expect(page).not.toContain('\u202e');
    // A query of its own, too.
    expect(pageOf(report(flow()), `as-of=${encodeURIComponent(name)}&group=${encodeURIComponent(name)}`)).not.toMatch(
      /<img|<script>alert|onload=alert\(1\)>/,
    );
  });

  test('the policy of the page lets nothing run but its own script', () => {
    for (const { headers } of [loginPage(false), auditPageAnswer()]) {
      const policy = headers?.['Content-Security-Policy'] ?? '';
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+';/);
      expect(policy).not.toContain('unsafe');
    }
  });
});

function auditPageAnswer() {
  const audits = new ServedAudits(MINUTE, MINUTE, AT);
  const asked = askedOf(new URLSearchParams());
  return auditPage({ now: AT, asked, audits, report: null, problem: null, times: [], lag: () => [], mapping: null });
}

test('the lag over time is bounded, and has gaps where it is unknown', () => {
  const lag = new LagLog();
  for (let minute = 0; minute < 2_000; minute++) lag.add({ at: AT + minute * MINUTE, flows: [flow()] });
  expect(lag.of('A->B')).toHaveLength(720);
  expect(lag.of('A->B').at(-1)).toEqual({ at: AT + 1_999 * MINUTE, records: 34n });
  lag.addUnknown(['A->B'], AT + 2_000 * MINUTE);
  expect(lag.of('A->B').at(-1)?.records).toBeNull();
});
