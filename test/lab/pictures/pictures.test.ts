import { describe, expect, test } from '@jest/globals';
import { dashboardPage } from '../../../lab/pictures/dashboard-page.ts';
import type { Incident } from '../../../lab/pictures/incident.ts';
import { type GraphLine, lineGraph } from '../../../lab/pictures/line-graph.ts';
import { mailsPage } from '../../../lab/pictures/mail-page.ts';
import { slackPage as shownInSlack } from '../../../lab/pictures/slack-message.ts';
import { mailPage } from '../../../shared/domain/notify/mail-page.ts';
import type { PageContent } from '../../../shared/domain/notify/page-content.ts';
import { slackPage } from '../../../shared/domain/notify/slack-page.ts';
import { synthesize } from '../../infra/synthesize.ts';

const HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '<!channel> <https://evil.example|x>'];

function pageOf(name: string, over: Partial<PageContent> = {}): PageContent {
  return {
    kind: 'page',
    title: `CRITICAL TARGET_POSITION_SKIPS: flow A->B, group ${name}`,
    what: `${name} skips 961 records`,
    since: 'since 2026-11-20 10:00:00 UTC',
    failover: [
      { of: 'flow', text: '1 of 1 group is affected:' },
      { of: 'group', text: `${name}: skips up to 961 records` },
    ],
    runbook: 'https://wiki.example/runbook#target-position-skips',
    command: `tidemark audit --flow '${name}'`,
    ...over,
  };
}

const metric = (Flow: string, MetricName: string, value: number): Incident['minutes'][number][number] => ({
  Namespace: 'Tidemark',
  MetricName,
  Dimensions: [
    { Name: 'Deployment', Value: 'example' },
    { Name: 'Flow', Value: Flow },
  ],
  Values: [value],
  Counts: [1],
});

describe.each(HOSTILE)('a name such as %s', (name) => {
  const body = slackPage(pageOf(name));
  const mail = mailPage(pageOf(name));
  const incident: Incident = {
    name: 'incident',
    slack: [body],
    mails: [{ from: name, subject: mail.subject, message: mail.body }],
    template: synthesize().toJSON(),
    states: {},
    minutes: [[metric(name, 'LagRecords', 7)]],
  };

  test.each([
    ['Slack', shownInSlack(incident.slack)],
    ['a mail', mailsPage(incident.mails)],
    ['the dashboard', dashboardPage(incident)],
  ])('is text in the picture of %s', (_, { text }) => {
    expect(text).not.toContain(name);
    expect(text).toContain(name.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'));
  });
});

test('a picture of Slack has every part of the page, and refuses what it would not show', () => {
  const body = slackPage(pageOf('billing'));
  const shown = shownInSlack([body]).text;
  const { title, what, since, failover, runbook, command } = pageOf('billing');
  const parts = [title, what, since, ...failover.map(({ text }) => text), runbook, command];
  const escaped = parts.map((part) => part.replaceAll('>', '&gt;').replaceAll("'", '&#39;'));
  const places = escaped.map((part) => shown.lastIndexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(() => shownInSlack([{ ...body, attachments: [] }])).toThrow();
  expect(() => shownInSlack([{ text: '<!channel>', blocks: [] }])).toThrow('has markup');
});

describe('a graph', () => {
  const graph = { stacked: false, unit: 'records', limits: [], width: 600, height: 200 };
  const line = (...values: readonly (number | null)[]): GraphLine => ({ label: 'A->B', color: 'red', values });

  test('a minute without a value is a gap, and a value between two gaps is a dot', () => {
    const { text } = lineGraph({ ...graph, lines: [line(1, 2, null, 3, null, 4, 5)] });
    expect(text.match(/<polyline/g)).toHaveLength(2);
    expect(text.match(/<circle/g)).toHaveLength(1);
  });

  test('a limit above all values is on the graph', () => {
    const limits = [{ value: 700, label: 'maxLossRecords', color: 'red' }];
    expect(lineGraph({ ...graph, limits, lines: [line(0, 1)] }).text).toContain('maxLossRecords');
  });
});

test('the dashboard draws what its own searches find, and not a metric of another deployment', () => {
  const other = { ...metric('C->D', 'LagRecords', 9), Dimensions: [{ Name: 'Deployment', Value: 'other' }] };
  const minutes = [[metric('A->B', 'LagRecords', 7), other], [], [metric('A->B', 'LagRecords', 8)]];
  const incident = { name: 'x', slack: [], mails: [], template: synthesize().toJSON(), states: {}, minutes };
  const { text } = dashboardPage(incident);
  expect(text.match(/A-&gt;B<\/span>/g)).toHaveLength(1);
  expect(text.match(/<circle/g)).toHaveLength(2);
  expect(text).not.toContain('C-&gt;D');
});
