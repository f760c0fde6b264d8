import { describe, expect, test } from '@jest/globals';
import type { FlowReport, GroupReport } from '../../../../shared/domain/model/report.ts';
import { failoverNow } from '../../../../shared/domain/notify/failover-now.ts';
import type { FindingEvent } from '../../../../shared/domain/notify/finding-event.ts';
import { followFindings } from '../../../../shared/domain/notify/follow-findings.ts';
import { mailPage } from '../../../../shared/domain/notify/mail-page.ts';
import { type PageContent, pageContent } from '../../../../shared/domain/notify/page-content.ts';
import { slackPage } from '../../../../shared/domain/notify/slack-page.ts';
import { webhookPage } from '../../../../shared/domain/notify/webhook-page.ts';
import { BEGIN, digest, reportWith, skips } from './events-fixture.ts';

const links = { runbook: 'https://wiki.example/runbook', options: ['--config', 'tidemark.yaml'], deployment: 'prod' };

function landing(group: string, skipAtMost: bigint | null, rereadAtMost: bigint): GroupReport {
  const cost =
    skipAtMost === null
      ? ({ kind: 'unknown', reason: 'no sync' } as const)
      : ({ kind: 'known', skipAtMost, rereadAtMost } as const);
  return {
    group,
    topic: 'orders',
    partition: 0,
    committed: 1n,
    commitCheckedAt: BEGIN,
    mm2: { kind: 'at', position: 1n, from: 'checkpoint', cost },
    tidemark: { kind: 'unknown', reason: 'no sync' },
  };
}

function opened(group: string, over: Partial<FlowReport> = {}): FindingEvent {
  const report = reportWith([skips(group)], over);
  const [event] = followFindings({
    isRefused: false,
    before: null,
    report,
    at: BEGIN,
    failover: failoverNow(report, 'mm2'),
    digest,
  }).events;
  if (event === undefined) throw new Error('nothing opened');
  return event;
}
const page = (event: FindingEvent, kind: PageContent['kind'] = 'page') => pageContent(event, kind, links);

/** All texts in a form, by the type of the element that has them. */
function texts(form: unknown, type = ''): [string, string][] {
  if (Array.isArray(form)) return form.flatMap((one) => texts(one, type));
  if (form === null || typeof form !== 'object') return [];
  const own = 'type' in form ? String(form.type) : type;
  return Object.entries(form).flatMap(([key, value]): [string, string][] =>
    key === 'text' && typeof value === 'string' ? [[own, value]] : texts(value, own),
  );
}

const HOSTILE = [
  '<!channel> <@U123> <https://evil.example|click>',
  '*bold* _it_ `code` ~x~ &lt;',
  'a\nBcc: all@example.com\r\n\r\nbody',
  '\u202Egnp.exe\u0000\u001b[2J',
  "g'; rm -rf / #",
  '$(reboot)',
  '東京🦊',
  'x'.repeat(32_767),
];

describe('what a page says', () => {
  const groups = [landing('a', 0n, 0n), landing('b', 961n, 0n), landing('c', null, 0n), landing('d', 0n, 86_303n)];

  test('what is wrong, since when, which groups, what a failover now would do, the runbook, and the command', () => {
    expect(page(opened('b', { groups }))).toEqual({
      kind: 'page',
      title: 'CRITICAL TARGET_POSITION_SKIPS: flow A->B, group b, topic orders [prod]',
      what: 'skips 961',
      since: 'since 2026-11-20 10:00:00 UTC or earlier',
      failover: [
        { of: 'flow', text: 'the flow is not-ready' },
        { of: 'flow', text: 'loses 12 records, the oldest 3 s old' },
        { of: 'flow', text: '3 of 4 groups are affected:' },
        { of: 'group', text: 'b: skips up to 961 records' },
        { of: 'group', text: 'c: skips an unknown number of records, re-reads an unknown number of records' },
        { of: 'group', text: 'd: re-reads up to 86,303 records' },
      ],
      runbook: 'https://wiki.example/runbook#target-position-skips',
      command: "tidemark audit --config tidemark.yaml --flow 'A->B' --as-of 2026-11-20T10:00:00.000Z",
    });
  });

  test('an unknown loss is no number, and a resolved page says so', () => {
    const event = opened('b', { loss: { kind: 'unknown', reason: 'source down' } });
    const { title, what, since, failover } = page(event, 'resolved');
    expect(title).toMatch(/^RESOLVED /);
    expect(what).toBe('It was: skips 961');
    expect(since).toMatch(/, until 2026-11-20 10:00:00 UTC$/);
    expect(failover.slice(1).map(({ text }) => text)).toEqual([
      'loses an unknown number of records: source down',
      'no group of 0 skips or re-reads records',
    ]);
  });

  test('what the page already says is not said again as the reason of an unknown loss', () => {
    const loss = { kind: 'unknown', reason: 'skips 961; 19 records are not there' } as const;
    expect(page(opened('b', { loss })).failover[1]?.text).toBe(
      'loses an unknown number of records: 19 records are not there',
    );
  });

  test('an estimated loss is a bound', () => {
    const loss = { kind: 'known', seconds: null, basis: 'estimated' } as const;
    expect(page(opened('b', { loss: { ...loss, records: 1_200n } })).failover[1]?.text).toBe(
      'loses up to 1,200 records',
    );
    expect(page(opened('b', { loss: { ...loss, records: 0n } })).failover[1]?.text).toBe('loses 0 records');
  });

  test('more groups than a page names are counted', () => {
    const many = Array.from({ length: 9 }, (_, i) => landing(`g${i}`, BigInt(i + 1), 0n));
    expect(page(opened('g1', { groups: many })).failover.slice(3)).toEqual([
      ...[8, 7, 6, 5, 4].map((i) => ({ of: 'group', text: `g${i}: skips up to ${i + 1} records` })),
      { of: 'group', text: 'and 4 more groups' },
    ]);
  });
});

/** Control characters, and overrides of the reading direction. */
const STEERING = /[\p{Cc}\u202e]/u;

describe.each(HOSTILE.map((name) => [name.slice(0, 60), name]))('a group called %j', (_, name = '') => {
  const event = opened(name, { groups: [landing(name, 5n, 0n)] });

  test('in Slack: no markup outside literal elements, no control characters, within the limits', () => {
    const form = slackPage(page(event));
    for (const [type, text] of texts(form)) {
      expect(['', 'header', 'plain_text', 'text']).toContain(type);
      expect(text.replaceAll('\n', '')).not.toMatch(STEERING);
      expect(text.length).toBeLessThanOrEqual(type === 'plain_text' ? 150 : 3_000);
      if (type === '') expect(text).not.toMatch(/[<>]/);
    }
    expect(JSON.stringify(form)).not.toContain('mrkdwn');
  });

  test('in a mail: one line stays one line, and the subject is one that SNS takes', () => {
    const { subject, body } = mailPage(page(event));
    expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    expect(body.split('\n')).toHaveLength(
      mailPage(page(opened('plain', { groups: [landing('p', 5n, 0n)] }))).body.split('\n').length,
    );
    expect(body.replaceAll('\n', '')).not.toMatch(STEERING);
  });

  test('for a webhook: the event has the name as it is', () => {
    const sent = JSON.parse(JSON.stringify(webhookPage(page(event), event, 'prod')));
    expect(sent.event.finding.subject.group).toBe(name);
    expect(sent).toMatchObject({ schema: 'tidemark.page/1', kind: 'page', deployment: 'prod' });
  });
});
